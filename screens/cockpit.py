"""The main screen: panes over one scene, and where each key goes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from eventa_cockpit import cover, keymap, theme
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.screens.notices import sentence_of
from eventa_cockpit.screens.running import Running
from eventa_cockpit.screens.taking_along import TakingAlong
from eventa_cockpit.widgets.bar import Bar
from eventa_cockpit.widgets.output_pane import OutputPane
from eventa_cockpit.widgets.pane import ListPane, bindings
from eventa_cockpit.widgets.panes import (
    AlertsPane,
    ChecklistPane,
    DatabasePane,
    ErrorsPane,
    RolloutsPane,
    ScenePane,
    TimelinePane,
)
from eventa_cockpit.widgets.view import bars, header, moments
from eventa_cockpit.widgets.view.lines import Line
from eventa_cockpit.widgets.view.scene import Scene, with_incident

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.worker import Worker

    from eventa_cockpit.services.desk import Desk

SMALLEST = (40, 10)
"""Columns and rows below which the screen only says that it is too small."""
HEAD_START_S = 0.03
"""For the thread that writes the first paint, before imports compete with it."""
COVER_S = 60.0
"""How often the screen is kept for the next start, in case this one ends without a goodbye."""

PARTS_A_TICK = 3
"""Bars and panes that are looked at again each second: all of them within four."""


class CockpitScreen(Running, TakingAlong, Screen[None]):
    """Watches the board and the session, and shows both."""

    CSS_PATH = "cockpit.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(keymap.Scope.COCKPIT)
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (110, "-medium"), (170, "-wide")]  # noqa: RUF012 - Textual's
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (header.TALL, "-tall")]  # noqa: RUF012
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

    def compose(self) -> ComposeResult:
        # What would only be found out later goes in now: each change of a class costs a pass over all styles.
        self.add_class(*self._size_classes(), update=False)
        yield Bar(id="header")
        yield Bar(id="clock")
        yield Bar(id="tabs")
        with Vertical(id="panes"):
            with Horizontal(id="watch", classes="row -front"):
                front = AlertsPane(Pane.ALERTS, self.scene)
                front.add_class("-front", update=False)
                yield front
                yield DatabasePane(Pane.DATABASE, self.scene)
                with Vertical(id="side", classes="column"):
                    yield ErrorsPane(Pane.ERRORS, self.scene)
                    yield RolloutsPane(Pane.ROLLOUTS, self.scene)
            with Horizontal(id="act", classes="row"):
                yield ChecklistPane(Pane.CHECKLIST, self.scene)
                yield OutputPane(self.scene)
                yield TimelinePane(Pane.TIMELINE, self.scene)
        yield Bar(id="notice")
        yield Bar(id="footer")

    def _size_classes(self) -> list[str]:
        """What the breakpoints will say of this terminal."""
        sizes = ((self.app.size.width, self.HORIZONTAL_BREAKPOINTS), (self.app.size.height, self.VERTICAL_BREAKPOINTS))
        return [[name for least, name in table or () if least <= size][-1] for size, table in sizes]

    # What changes the scene

    def on_mount(self) -> None:
        self.header_bar.show(self._header_lines)
        self.clock_bar.show(lambda _width, _height: [header.clock(self.scene.situation())])
        self.tabs_bar.show(self._tab_lines)
        self.notice_bar.show(self._notice_lines)
        self.footer_bar.show(self._footer_lines)
        self.desk.subscribe(self._on_change)
        self.show_pane(Pane.ALERTS)
        self.call_after_refresh(self.set_timer, HEAD_START_S, self.open_desk)
        self._turns = cycle([self.header_bar, self.tabs_bar, *self.query(ScenePane)])
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
        scene = replace(self.scene, board=desk.board, library=desk.library, offers=self._offers(), now=desk.clock())
        if session is not None:
            scene = with_incident(scene, session.incident, session.live_runs, is_in_control=not session.is_read_only)
        self._show(scene)

    def _offers(self) -> Mapping[str, str]:
        feed, library = self.desk.board.alerts, self.desk.library
        offers: dict[str, str] = {}
        for found in self.desk.matches(feed.value if feed is not None else None):
            runbook = library.runbook(found.runbook_id) if library is not None else None
            if runbook is not None:
                offers.setdefault(found.fingerprint, runbook.title)
        return MappingProxyType(offers)

    def _show(self, scene: Scene) -> None:
        self.scene = scene
        for bar in (self.header_bar, self.clock_bar, self.tabs_bar, self.footer_bar):
            bar.repaint()
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
        await self.desk.open()
        self.watch_board()
        self.follow_session()
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
        self.front = pane
        chosen = self.query_one(f"#{pane.value}")
        holders = {chosen, *chosen.ancestors}
        for widget in self.query(".pane, .row, .column"):
            widget.set_class(widget in holders, "-front")
        self._repaint_bars()
        self._focus_front()
        self.call_after_refresh(self._focus_front)  # what was hidden until now takes no focus before it is laid out

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
        order = [pane for pane in Pane if self._is_single or self._is_in_sight(pane)]
        index = order.index(self.front) if self.front in order else 0
        self.show_pane(order[(index + step) % len(order)])

    def _is_in_sight(self, pane: Pane) -> bool:
        return bool(self.query_one(f"#{pane.value}").region)

    @property
    def _is_single(self) -> bool:
        """One pane at a time: a small screen, or zoomed."""
        return any(self.has_class(name) for name in ("-narrow", "-short", "-zoomed"))

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")

    def action_back(self) -> None:
        """Out of the zoom; then back to where the work is; then the notice goes."""
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        elif self._notice[0]:
            self.show_notice("")
        elif self.scene.checklist.runbook is not None:
            self.show_pane(Pane.CHECKLIST)

    def _go_to(self, pane: Pane) -> None:
        """A pane's number brings it to the front; pressed again, or out of sight, it fills the screen."""
        if not self._is_single and (self.front is pane or not self._is_in_sight(pane)):
            self.add_class("-zoomed")
        self.show_pane(pane)

    def action_show_alerts(self) -> None:
        self._go_to(Pane.ALERTS)

    def action_show_database(self) -> None:
        self._go_to(Pane.DATABASE)

    def action_show_errors(self) -> None:
        self._go_to(Pane.ERRORS)

    def action_show_checklist(self) -> None:
        self._go_to(Pane.CHECKLIST)

    def action_show_output(self) -> None:
        self._go_to(Pane.OUTPUT)

    def action_show_rollouts(self) -> None:
        self._go_to(Pane.ROLLOUTS)

    def action_show_timeline(self) -> None:
        self._go_to(Pane.TIMELINE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key means something only in the panes that its registry entry names."""
        known = keymap.by_handler(action)
        return super().check_action(action, parameters) if known is None else known.applies(self.front)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1], "-tiny")

    # Bars

    def show_notice(self, sentence: str, *, is_error: bool = False) -> None:
        """A calm sentence until the next one."""
        self._notice = (sentence, is_error)
        self.notice_bar.repaint()

    def _repaint_bars(self) -> None:
        for bar in (self.header_bar, self.clock_bar, self.tabs_bar, self.notice_bar, self.footer_bar):
            bar.repaint()

    def _header_lines(self, width: int, height: int) -> list[Line]:
        if self.has_class("-tiny"):
            return header.too_small(width, height, SMALLEST)
        return header.lines(self.scene.situation(), width, height)

    def _tab_lines(self, width: int, _height: int) -> list[Line]:
        return [bars.tabs(self.front, bars.tab_notes(self.scene), width)]

    def _notice_lines(self, _width: int, _height: int) -> list[Line]:
        return [bars.notice(*self._notice)]

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
