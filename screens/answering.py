"""Answering pages: each key's conversation, as long as what it does is grave.

An acknowledgement is one look and one key; what wakes people or ends a page for everybody says so first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen

from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from eventa_cockpit.domain.page import Page
    from eventa_cockpit.domain.page_action import PageAction
    from eventa_cockpit.screens.choice import Option
    from eventa_cockpit.services.desk import Desk
    from eventa_cockpit.services.paging import Answered, Paging
    from eventa_cockpit.widgets.scene_pane import ScenePane
    from eventa_cockpit.widgets.view.scene import Scene

RESTS = (30, 60, 240, 480)
"""Minutes that a page can be let rest for."""


class Answering(Screen[None]):
    """The conversations about pages."""

    desk: Desk
    scene: Scene

    def show_notice(self, sentence: str, *, is_error: bool = False) -> None:
        """A calm sentence until the next one."""
        raise NotImplementedError

    @work(group="page.answer", exclusive=False, exit_on_error=False)
    async def action_acknowledge_page(self) -> None:
        from eventa_cockpit.domain.page_action import PageAction
        from eventa_cockpit.screens.question import YesNo

        paging, page = self._paging(), await self._chosen_page(only_waiting=True)
        if paging is None or page is None:
            return
        sentences = (
            self._about(page),
            _("It says that you look after it, and stops the escalation of {vendor}.").format(vendor=self._vendor),
            _("The team's own deadlines go on."),
        )
        if await self.app.push_screen_wait(YesNo(_("Acknowledge the page?"), sentences, _("acknowledge"))):
            await self._tell(PageAction.ACKNOWLEDGE, page, paging.acknowledge(page))

    @work(group="page.answer", exclusive=False, exit_on_error=False)
    async def action_escalate_page(self) -> None:
        from eventa_cockpit.domain.page_action import PageAction
        from eventa_cockpit.screens.menu import Menu

        paging, page = self._paging(), await self._chosen_page()
        if paging is None or page is None:
            return
        sentences = (
            self._about(page),
            _("It calls them now, whatever the time. An acknowledgement ends with it."),
        )
        chosen = await self.app.push_screen_wait(Menu(_("Escalate the page to"), sentences, self._levels(page)))
        if chosen:
            await self._tell(PageAction.ESCALATE, page, paging.escalate(page, int(chosen)))

    @work(group="page.answer", exclusive=False, exit_on_error=False)
    async def action_resolve_page(self) -> None:
        from eventa_cockpit.domain.page_action import PageAction
        from eventa_cockpit.screens.question import AskText

        paging, page = self._paging(), await self._chosen_page()
        if paging is None or page is None:
            return
        sentences = [
            self._about(page),
            _("It ends the page for everybody: nobody is called for it any more."),
            *self._still_firing(),
            _("How was it resolved? The history of the page keeps it; may stay empty."),
        ]
        words = await self.app.push_screen_wait(AskText(_("Resolve the page"), sentences, is_required=False))
        if words is not None:
            await self._tell(PageAction.RESOLVE, page, paging.resolve(page, words))

    @work(group="page.answer", exclusive=False, exit_on_error=False)
    async def action_note_on_page(self) -> None:
        from eventa_cockpit.domain.page_action import PageAction

        paging, page = self._paging(), await self._chosen_page()
        if paging is None or page is None:
            return
        text = await self._words(page, _("Note on the page"), _("Whoever looks at the page reads it."))
        if text:
            await self._tell(PageAction.NOTE, page, paging.add_note(page, text))

    @work(group="page.answer", exclusive=False, exit_on_error=False)
    async def action_update_page(self) -> None:
        from eventa_cockpit.domain.page_action import PageAction

        paging, page = self._paging(), await self._chosen_page()
        if paging is None or page is None:
            return
        sentence = _("Everybody who subscribed to the page is told.")
        message = await self._words(page, _("Status update"), sentence)
        if message:
            await self._tell(PageAction.STATUS, page, paging.update_status(page, message))

    @work(group="page.answer", exclusive=False, exit_on_error=False)
    async def action_snooze_page(self) -> None:
        from eventa_cockpit.domain.page_action import PageAction
        from eventa_cockpit.screens.choice import Option
        from eventa_cockpit.screens.menu import Menu
        from eventa_cockpit.widgets.view import moments

        paging, page = self._paging(), await self._chosen_page()
        if paging is None or page is None:
            return
        sentences = (self._about(page), _("Afterwards it calls again, as if it were new."))
        options = [Option(str(rest), moments.since(timedelta(minutes=rest))) for rest in RESTS]
        chosen = await self.app.push_screen_wait(Menu(_("Let the page rest for"), sentences, options))
        if chosen:
            await self._tell(PageAction.SNOOZE, page, paging.snooze(page, timedelta(minutes=int(chosen))))

    # Helpers

    @property
    def _vendor(self) -> str:
        feed = self.scene.board.pages
        return feed.vendor if feed is not None else ""

    def _paging(self) -> Paging | None:
        paging = self.desk.paging
        if paging is None:
            self.show_notice(_("No paging service is configured for this environment."))
        return paging

    async def _chosen_page(self, *, only_waiting: bool = False) -> Page | None:
        """The one under the cursor of the on-call pane, the only one there is, or the one that is picked from all."""
        feed = self.scene.board.pages
        if feed is None or feed.value is None:
            self.show_notice(_("There is no page to answer."))
            return None
        pane: ScenePane = self.query_one(f"#{Pane.ON_CALL.value}")  # type: ignore[assignment]
        under_cursor = feed.value.page(pane.cursor) if pane.has_focus else None
        pages = (feed.value.waiting if only_waiting else ()) or feed.value.pages
        if under_cursor is not None or len(pages) < 2:
            found = under_cursor or next(iter(pages), None)
            if found is None:
                self.show_notice(_("There is no page to answer."))
            return found
        return await self._picked(pages)

    async def _picked(self, pages: Sequence[Page]) -> Page | None:
        from eventa_cockpit.screens.choice import Choose, Option
        from eventa_cockpit.widgets.view.pages import name_of

        options = [Option(page.id, name_of(page), _(", ").join(page.assignees)) for page in pages]
        chosen = await self.app.push_screen_wait(Choose(_("Which page?"), options))
        return next((page for page in pages if page.id == chosen), None)

    def _about(self, page: Page) -> str:
        from eventa_cockpit.widgets.view.pages import name_of

        return name_of(page)

    def _levels(self, page: Page) -> list[Option]:
        """The level after the page's own first; those that nobody is on call for are said to be so."""
        from eventa_cockpit.screens.choice import Option
        from eventa_cockpit.widgets.view.on_call import level_name

        feed = self.scene.board.on_call
        rotations = feed.value.rotations if feed is not None and feed.value is not None else ()
        following = (page.level or 0) + 1
        people = {one.level: _(", ").join(shift.person for shift in one.current) for one in rotations}
        levels = sorted({*people} or {following}, key=lambda level: (level != following, level))
        return [Option(str(level), level_name(level), people.get(level) or _("nobody")) for level in levels]

    def _still_firing(self) -> list[str]:
        feed = self.scene.board.alerts
        firing = feed.value.firing if feed is not None and feed.value is not None else ()
        if not firing:
            return []
        names = _(", ").join(dict.fromkeys(alert.name for alert in firing))
        return ["⚠ " + _("Still firing: {names}.").format(names=names)]

    async def _words(self, page: Page, title: str, sentence: str) -> str | None:
        from eventa_cockpit.screens.question import AskText

        return await self.app.push_screen_wait(AskText(title, [self._about(page), sentence]))

    async def _tell(self, action: PageAction, page: Page, answer: Awaitable[Answered]) -> None:
        """Do it, say what came of it, and ask for the newest state."""
        from eventa_cockpit.domain.page_action import PageOutcome
        from eventa_cockpit.widgets.view.paging_words import of_outcome

        self.show_notice(_("Asking {vendor} …").format(vendor=self._vendor))
        answered = await answer
        sentence, _role = of_outcome(action, page.number, answered.outcome, answered.reason)
        is_bad = answered.outcome in {PageOutcome.FAILED, PageOutcome.UNCERTAIN}
        self.show_notice(sentence if is_bad else _("{reason}.").format(reason=sentence), is_error=is_bad)
        self.desk.refresh()
