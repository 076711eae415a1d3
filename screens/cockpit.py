"""The main screen: panes over one scene, and where each key goes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.binding import BindingType
from textual.screen import Screen

from eventa_cockpit import cover, keymap, theme
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.screens.answering import Answering
from eventa_cockpit.screens.incident import IncidentKeys
from eventa_cockpit.screens.looking import Looking
from eventa_cockpit.screens.notices import sentence_of
from eventa_cockpit.screens.silencing import Silencer
from eventa_cockpit.widgets.bar import Bar
from eventa_cockpit.widgets.output_pane import OutputPane
from eventa_cockpit.widgets.pane import ListPane, bindings
from eventa_cockpit.widgets.panes import FIRST, AlertsPane, ChecklistPane
from eventa_cockpit.widgets.placing import Placed
from eventa_cockpit.widgets.scene_pane import ScenePane
from eventa_cockpit.widgets.view import bars, header, moments
from eventa_cockpit.widgets.view.lines import Line
from eventa_cockpit.widgets.view.places import SMALLEST, Box, is_single, is_too_small, places
from eventa_cockpit.widgets.view.scene import Scene, with_incident, with_lead

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.layout import Layout
    from textual.worker import Worker

    from eventa_cockpit.services.desk import Desk

HEAD_START_S = 0.03
"""For the thread that writes the first paint, before imports compete with it."""
COVER_S = 60.0
"""How often the screen is kept for the next start, in case this one ends without a goodbye."""

PARTS_A_TICK = 3
"""Bars and panes that are looked at again each second: all of them within four."""


class CockpitScreen(Silencer, IncidentKeys, Looking, Answering, Screen[None]):
    """Watches the board and the session, and shows both."""

    CSS_PATH = "cockpit.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(keymap.Scope.COCKPIT)
    AUTO_FOCUS = None

    header_bar = getters.query_one("#header", Bar)
    clock_bar = getters.query_one("#clock", Bar)
    tabs_bar = getters.query_one("#tabs", Bar)
    notice_bar = getters.query_one("#notice", Bar)
    footer_bar = getters.query_one("#footer", Bar)
    checklist_pane = getters.query_one(f"#{Pane.CHECKLIST}", ChecklistPane)
    alerts_pane = getters.query_one(f"#{Pane.ALERTS}", AlertsPane)
    output_pane = getters.query_one(f"#{Pane.OUTPUT}", OutputPane)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.front = Pane.ALERTS
        self.is_zoomed = False
        self._placed = Placed(self._places)
        self._notice = ("", False)
        self._shown_run = ""
        self.scene = Scene(
            environment=desk.environment,
            service=desk.service,
            zone=desk.zone,
            now=desk.clock(),
            board=desk.board,
        )

    @classmethod
    def css_file(cls) -> str:
        """Where its styles are, for an application that reads them itself."""
        return str(Path(__file__).resolve().with_name(cls.CSS_PATH))  # as Textual names it: a link would be read twice

    @property
    def layout(self) -> Layout:
        """Its own: every child by name, in one step."""
        return self._placed

    def compose(self) -> ComposeResult:
        yield Bar(id="header")
        yield Bar(id="tabs")
        in_sight = self._places(*self.app.size)
        yield from (self._made(pane) for pane in Pane if pane is self.front or pane.value in in_sight)
        yield Bar(id="notice")
        yield Bar(id="footer")
        yield Bar(id="clock")  # the last lies over the others

    def _made(self, pane: Pane) -> ScenePane | OutputPane:
        if pane is Pane.OUTPUT:
            return OutputPane(self.scene)
        made = FIRST.get(pane)
        if made is None:
            from eventa_cockpit.widgets.further_panes import FURTHER

            made = FURTHER[pane]
        return made(pane, self.scene)

    def _mount_rest(self) -> None:
        """The panes that the first paint did without."""
        missing = [self._made(pane) for pane in Pane if not self.query(f"#{pane.value}")]
        if missing:
            self.mount_all(missing, before=self.notice_bar)
            self._turns = cycle([self.header_bar, self.tabs_bar, *self.query(ScenePane)])

    def _places(self, width: int, height: int) -> Mapping[str, Box]:
        return places(
            width,
            height,
            self.front,
            is_zoomed=self.is_zoomed,
            absent=self.scene.absent,
            is_led=self.scene.lead is not None,
        )

    # What changes the scene

    def on_mount(self) -> None:
        self.header_bar.show(self._header_lines)
        self.clock_bar.show(lambda _width, _height: [header.clock(self.scene.situation())])
        self.tabs_bar.show(self._tab_lines)
        self.notice_bar.show(self._notice_lines)
        self.footer_bar.show(self._footer_lines)
        self.desk.subscribe(self._on_change)
        self._focus_front()
        self.call_after_refresh(self.set_timer, HEAD_START_S, self.open_desk)
        self._turns = cycle([self.header_bar, self.tabs_bar])
        self.set_interval(1.0, self._tick)
        self.set_interval(COVER_S, self.save_cover)

    def _tick(self) -> None:
        """The clock and what counts seconds; the rest takes turns, so that no key waits for all of it."""
        self.scene = replace(self.scene, now=self.desk.clock())
        self.clock_bar.repaint()
        if self.scene.checklist.running_steps:
            self.checklist_pane.show(self.scene)
            self._show_output()
        for part in islice(self._turns, PARTS_A_TICK):
            self._show_part(part)

    def _show_part(self, part: Bar | ScenePane) -> None:
        if isinstance(part, ScenePane):
            part.show(self.scene)
        else:
            part.repaint()

    def _on_change(self) -> None:
        desk, session = self.desk, self.desk.session
        scene = replace(self.scene, board=desk.board, library=desk.library, offers=desk.offers(), now=desk.clock())
        if session is not None:
            scene = with_incident(scene, session.incident, session.live_runs, is_in_control=not session.is_read_only)
            scene = replace(scene, preflight=desk.preflight(session.incident.active_runbook))
        if desk.steering is not None:
            scene = with_lead(scene, desk.steering.session.incident, desk.steering.escalation.deadlines, desk.untended)
        self._show(scene)

    def _show(self, scene: Scene) -> None:
        is_moved = (self.scene.lead is None) != (scene.lead is None)
        self.scene = scene
        if is_moved:
            self.header_bar.refresh(layout=True)  # an incident has a line of its own in the header
        self._repaint_bars()
        for pane in self.query(ScenePane):
            pane.show(scene)
        self._show_output()

    def _show_output(self) -> None:
        step = self.checklist_pane.step
        run_id = self.scene.checklist.status(step.id).run_id if step is not None else ""
        if run_id != self._shown_run:
            self._shown_run = run_id
            self.output_pane.show_run(self.desk.output(run_id) if run_id else None)
        self.output_pane.show(self.scene, step)

    @on(ListPane.Highlighted, f"#{Pane.CHECKLIST}")
    def _on_step_highlighted(self) -> None:
        self._show_output()

    @work(group="desk.open", exclusive=True, exit_on_error=False)
    async def open_desk(self) -> None:
        """Behind the first paint: fetch the rest, resume, and keep watching."""
        self._mount_rest()
        await self.desk.open()
        self.watch_board()
        self.follow_session()
        self.tend_incident()
        self.output_pane.prepare()
        checklist = self.scene.checklist
        if checklist.runbook is not None:
            running = checklist.running_steps
            self.checklist_pane.choose(running[0].id) if running else self._choose_next()
            self.show_pane(Pane.CHECKLIST)

    @work(group="board.poll", exclusive=True, exit_on_error=False)
    async def watch_board(self) -> None:
        await self.desk.watch()

    @work(group="session.follow", exclusive=True, exit_on_error=False)
    async def follow_session(self) -> None:
        await self.desk.follow()

    @work(group="incident.tend", exclusive=True, exit_on_error=False)
    async def tend_incident(self) -> None:
        await self.desk.tend()

    @on(ListPane.Chosen)
    async def _on_row_chosen(self, message: ListPane.Chosen) -> None:
        """A double click does what Enter does in that pane."""
        action = next((a for a in keymap.in_pane(message.pane.pane) if "enter" in a.keys), None)
        if action is not None:
            await self.run_action(action.handler)

    @on(ListPane.TitleClicked)
    def _on_title_clicked(self) -> None:
        self.action_zoom()

    # What is in front

    def show_pane(self, pane: Pane) -> None:
        """Bring a pane to the front and give it the keys."""
        self._mount_rest()
        self._arrange_anew(front=pane)
        self._repaint_bars()
        self._focus_front()

    def _arrange_anew(self, *, front: Pane | None = None, is_zoomed: bool | None = None) -> None:
        """Another pane in front, alone or beside the others; nothing is laid out where that changes no place."""
        before = self._places(*self.size)
        self.front = self.front if front is None else front
        self.is_zoomed = self.is_zoomed if is_zoomed is None else is_zoomed
        for shown in self.query(ScenePane):
            shown.fill(self.is_zoomed and shown.pane is self.front)
        if self._places(*self.size) != before:
            self.header_bar.refresh(layout=True)  # the layout of its parent, which is this screen

    def _focus_front(self) -> None:
        chosen = self.query_one(f"#{self.front.value}")
        target = chosen.target if isinstance(chosen, OutputPane) else chosen
        if self.focused is not target:
            self.set_focus(target, scroll_visible=False)

    def on_descendant_focus(self) -> None:
        """A click brings its pane to the front; where only one is in sight, the focus stays in it."""
        pane = self._focused_pane()
        if pane is None or pane is self.front:
            return
        if self._is_single:
            self.call_after_refresh(self._focus_front)
        else:
            self.show_pane(pane)

    def _focused_pane(self) -> Pane | None:
        holders = self.focused.ancestors_with_self if self.focused is not None else ()
        return next((widget.pane for widget in holders if isinstance(widget, ListPane | OutputPane)), None)

    def action_next_pane(self) -> None:
        self._step_pane(1)

    def action_previous_pane(self) -> None:
        self._step_pane(-1)

    def _step_pane(self, step: int) -> None:
        order = self._panes() if self._is_single else [pane for pane in Pane if self._is_in_sight(pane)]
        index = order.index(self.front) if self.front in order else 0
        self.show_pane(order[(index + step) % len(order)])

    def _panes(self) -> list[Pane]:
        """Those that there is something to see in, and the one in front."""
        return [pane for pane in Pane if pane is self.front or pane not in self.scene.absent]

    def _is_in_sight(self, pane: Pane) -> bool:
        return pane.value in self._places(*self.size)

    @property
    def _is_single(self) -> bool:
        """One pane at a time: a small screen, or zoomed."""
        return self.is_zoomed or is_single(*self.size)

    def action_zoom(self) -> None:
        self._arrange_anew(is_zoomed=not self.is_zoomed)

    def action_back(self) -> None:
        """Out of the filter, then of the zoom; the notice goes; then back to where the work is."""
        pane = self.front_list()
        if pane is not None and pane.filter:
            pane.set_filter("")
        elif self.is_zoomed:
            self._arrange_anew(is_zoomed=False)
        elif self._notice[0]:
            self.show_notice("")
        elif self.scene.checklist.runbook is not None:
            self.show_pane(Pane.CHECKLIST)

    def action_show(self, name: str) -> None:
        """A pane's key brings it to the front; pressed again, or out of sight, it fills the screen."""
        pane = Pane(name)
        if not self._is_single and (self.front is pane or not self._is_in_sight(pane)):
            self._arrange_anew(front=pane, is_zoomed=True)
        self.show_pane(pane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key means something only in the panes that its registry entry names."""
        known = keymap.by_handler(action)
        return super().check_action(action, parameters) if known is None else known.applies(self.front)

    # Bars

    def show_notice(self, sentence: str, *, is_error: bool = False) -> None:
        """A calm sentence until the next one."""
        self._notice = (sentence, is_error)
        self.notice_bar.repaint()

    def _repaint_bars(self) -> None:
        for bar in (self.header_bar, self.clock_bar, self.tabs_bar, self.notice_bar, self.footer_bar):
            bar.repaint()

    def _header_lines(self, width: int, height: int) -> list[Line]:
        if is_too_small(*self.size):
            return header.too_small(width, height, SMALLEST)
        return header.lines(self.scene.situation(), width, height)

    def _tab_lines(self, width: int, _height: int) -> list[Line]:
        return [bars.tabs(self.front, self._panes(), bars.tab_notes(self.scene), width)]

    def _notice_lines(self, width: int, _height: int) -> list[Line]:
        return [bars.notice(*self._notice, self.scene, width)]

    def _footer_lines(self, width: int, _height: int) -> list[Line]:
        return [bars.footer(self.front, self.scene.is_in_control, width)]

    # Dialogs and workers

    def action_help(self) -> None:
        from eventa_cockpit.screens.help import Help

        self.app.push_screen(Help(self.front))

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_toggle_theme(self) -> None:
        self.app.theme = theme.LIGHT if self.app.theme == theme.DARK else theme.DARK

    @work(group="app.quit", exclusive=True, exit_on_error=False)
    async def action_ask_quit(self) -> None:
        """Leaving is harmless; what goes on without us is said first."""
        from eventa_cockpit.screens.question import YesNo

        running = [f"{step.number} {step.title}" for step in self.scene.checklist.running_steps]
        if running:
            sentences = (
                _("Still running: {steps}.").format(steps=", ".join(running)),
                _("It goes on without this screen, and its result is here when you come back."),
            )
            if not await self.app.push_screen_wait(YesNo(_("Quit?"), sentences, _("quit"))):
                return
        self.save_cover()
        self.app.exit(0)

    def save_cover(self) -> None:
        """Keep this screen for the first moment of the next start."""
        strips = self._compositor.render_strips()
        rows = [strip.render(self.app.console) for strip in strips]
        label = _("last known, {time}; loading …").format(time=moments.clock(self.desk.clock(), self.desk.zone))
        with suppress(OSError):  # only a convenience: the next start is a little later on the screen
            cover.save(rows, label)

    def action_refresh_board(self) -> None:
        self.desk.refresh()
        self.show_notice(_("Asked all upstreams for newer data."))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What failed becomes a sentence; the screen stays."""
        if event.worker.error is not None:
            self.show_notice(sentence_of(event.worker.error), is_error=True)
