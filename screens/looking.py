"""What a responder does with a row: find it, sort it, see all of it, and take it or its link along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.screens.taking_along import TakingAlong
from eventa_cockpit.widgets.scene_pane import ScenePane, ThingsPane
from eventa_cockpit.widgets.view.bars import TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventa_cockpit.widgets.view.scene import Scene


class Looking(TakingAlong):
    """For the screen whose pane in front may be a list."""

    front: Pane
    scene: Scene

    def front_list(self) -> ScenePane | None:
        """The pane in front, if it is a list."""
        found = self.query_one(f"#{self.front.value}")
        return found if isinstance(found, ScenePane) else None

    def action_filter_rows(self) -> None:
        pane = self.front_list()
        if pane is not None:
            pane.ask_filter()

    def action_turn_order(self) -> None:
        pane = self.front_list()
        if not isinstance(pane, ThingsPane) or not pane.has_value:
            self.show_notice(_("There is nothing to sort here."))
            return
        self.show_notice(_("Sorted by {order}.").format(order=_(pane.turn_order())))

    def action_open_row(self) -> None:
        self.action_show_detail()

    @work(group="row.detail", exclusive=True, exit_on_error=False)
    async def action_show_detail(self) -> None:
        from eventa_cockpit.screens.detail import Detail

        pane = self.front_list()
        facts = pane.facts if pane is not None else ()
        if pane is None or not facts:
            self.show_notice(_("No row is chosen."))
            return
        answer = await self.app.push_screen_wait(Detail(_(TITLES[pane.pane]), facts, pane.link))
        if answer == "copy":
            self._copy_facts(facts)
        elif answer == "link":
            self._copy_link(pane.link)

    def action_show_chart(self) -> None:
        """Of the chosen metric; a row that is none opens its details."""
        pane = self.front_list()
        if pane is not None and pane.reading is not None:
            from eventa_cockpit.screens.chart import ChartOf

            self.app.push_screen(ChartOf(pane.reading.metric, lambda: self.scene, pane.readings_in))
        else:
            self.action_show_detail()

    def action_copy_row(self) -> None:
        pane = self.front_list()
        facts = pane.facts if pane is not None else ()
        if facts:
            self._copy_facts(facts)
        else:
            self.show_notice(_("No row is chosen."))

    def action_copy_link(self) -> None:
        """Over SSH there is no browser to open: the address goes to the clipboard and onto the screen."""
        pane = self.front_list()
        link = pane.link if pane is not None else ""
        if link:
            self._copy_link(link)
        else:
            self.show_notice(_("This row has no link."))

    def _copy_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        from eventa_cockpit.widgets.view.listing import as_text

        self.copy(as_text(facts), _("Copied the row."))

    def _copy_link(self, link: str) -> None:
        self.copy(link, _("Copied {link}").format(link=link))
