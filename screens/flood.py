"""The main screen on one step that prints a lot, to be measured from outside: how soon a key is answered meanwhile."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widgets import Static

from eventa_cockpit.domain.confirmation import Answer
from eventa_cockpit.domain.runbook import Annotation, Command, Phase, PhaseKind, Runbook, Step
from eventa_cockpit.keymap import Pane
from eventa_cockpit.runner import control
from eventa_cockpit.runner.observing import status
from eventa_cockpit.screens.cockpit import CockpitScreen
from eventa_cockpit.widgets.view.places import Box

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from eventa_cockpit.services.desk import Desk
    from eventa_cockpit.widgets.output import OutputView

READY, RUNNING, DONE = "FLOOD-READY", "FLOOD-RUNNING", "FLOOD-DONE"


def flood_runbook(script: str, *, uses_pty: bool) -> Runbook:
    """One runbook of one step."""
    command = Command(script, "bash", 1, annotation=Annotation(uses_pty=uses_pty))
    step = Step("procedure.1", "1", "Flood", 1, commands=(command,))
    return Runbook("flood", "Flood", "", 1, phases=(Phase(PhaseKind.PROCEDURE, "Procedure", 1, steps=(step,)),))


class FloodScreen(CockpitScreen):
    """`g` starts the step, `k` counts itself, `q` leaves; everything else is as it always is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "start_flood", priority=True),
        Binding("k", "count_press", priority=True),
        Binding("q", "leave", priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._run_folder: Path | None = None
        self._runbook: Runbook | None = None
        self._presses = 0
        self._word = ""

    def compose(self) -> ComposeResult:
        yield Static(markup=False, id="flood")
        yield from super().compose()

    def _places(self, width: int, height: int) -> Mapping[str, Box]:
        """One line above everything else."""
        below = super()._places(width, height - 1)
        moved = {name: box._replace(y=box.y + 1) for name, box in below.items()}
        return {"flood": Box(0, 0, width, 1), **moved}

    def on_mount(self) -> None:
        self.desk.subscribe(self._on_desk)

    def on_output_view_state_changed(self, message: OutputView.StateChanged) -> None:
        if message.state.is_complete and self._word == RUNNING:
            self.call_after_refresh(partial(self._say, DONE))

    def action_count_press(self) -> None:
        self._presses += 1
        self._say(self._word)

    def action_start_flood(self) -> None:
        if self._word == READY:
            self._say(RUNNING)
            self._start()

    def action_leave(self) -> None:
        """The run's files go with the screen, and so does the run."""
        if self._run_folder is not None and not status(self._run_folder).state.is_final:
            control.cancel(self._run_folder, "bench", immediately=True)
        self.app.exit(0)

    def save_cover(self) -> None:
        """Nobody wants to see this at the next start."""

    def _on_desk(self) -> None:
        """The runbook is there: open it, once."""
        if self.desk.library is not None and self._runbook is None:
            self._runbook = self.desk.library.runbooks[0]
            self._open_runbook(self._runbook)

    @work(group="flood.open", exclusive=True, exit_on_error=True)
    async def _open_runbook(self, runbook: Runbook) -> None:
        session = await self.desk.begin(runbook, None)
        await session.open_runbook(runbook)
        self.checklist_pane.choose(runbook.steps[0].id)
        self.show_pane(Pane.OUTPUT)
        self._say(READY)

    @work(group="flood.start", exclusive=True, exit_on_error=True)
    async def _start(self) -> None:
        session, runbook = self.desk.session, self._runbook
        assert session is not None
        assert runbook is not None
        plan = session.plan_step(runbook, runbook.steps[0])
        run_id = await session.start_step(plan, Answer("y"), size=self.output_pane.room)
        self._run_folder = session.run_folder(run_id)

    def _say(self, word: str) -> None:
        self._word = word
        self.query_one("#flood", Static).update(f"KEY={self._presses:06d} {word}", layout=False)
