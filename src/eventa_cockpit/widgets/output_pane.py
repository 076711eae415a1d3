"""The output pane: a frame around the live output of the chosen step's newest run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from eventa_cockpit.domain.lines import LineSource
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.canvas import Canvas
from eventa_cockpit.widgets.view import frame
from eventa_cockpit.widgets.view.bars import TITLES
from eventa_cockpit.widgets.view.empty import no_output
from eventa_cockpit.widgets.view.lines import Line, Role, Spans, span

if TYPE_CHECKING:
    from textual.widget import Widget

    from eventa_cockpit.domain.runbook import Step
    from eventa_cockpit.domain.step_record import StepRecord
    from eventa_cockpit.widgets.output_reader import OutputReader
    from eventa_cockpit.widgets.view.scene import Scene


class OutputPane(Canvas, can_focus=True):
    """Follows the chosen step; without a run it says so."""

    DEFAULT_CSS = "OutputPane { width: 1fr; height: 1fr; padding: 1 2; }"

    class RoomChanged(Message):
        """A command has another number of columns or rows now: `OutputPane.room`."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id=Pane.OUTPUT.value)
        self.pane = Pane.OUTPUT
        self._scene = scene
        self._step: Step | None = None
        self._reader: OutputReader | None = None

    def show(self, scene: Scene, step: Step | None) -> None:
        """Draw another moment of this step."""
        self._scene = scene
        self._step = step
        self.repaint()

    def prepare(self) -> OutputReader:
        """Make what shows an output: after the first paint, and before a run starts, for either would be held up."""
        if self._reader is None:
            from eventa_cockpit.widgets.output_reader import OutputReader

            self._reader = OutputReader()
            self._reader.view.zone = self._scene.zone
            self._reader.view.action_toggle_wrap()  # whole lines first: `w` cuts them
            self._reader.display = False
            self.mount(self._reader)
        return self._reader

    def show_run(self, source: LineSource | None) -> None:
        """Show another run's output, or that there is none."""
        if source is not None or self._reader is not None:
            reader = self.prepare()
            reader.display = source is not None
            reader.show(source)
        self.can_focus = source is None
        self.repaint()

    def ask_reply(self) -> None:
        """Open the line for a reply to the command that runs."""
        if self._reader is not None and self._reader.display:
            self._reader.ask_reply()

    def on_resize(self) -> None:
        self.post_message(self.RoomChanged())

    @property
    def room(self) -> tuple[int, int]:
        """Columns and rows that a command has for its output."""
        return max(self.size.width - 1, 20), max(self.size.height - 1, 5)

    @property
    def target(self) -> Widget:
        """What gets the keys: the output if there is one."""
        return self._reader.view if self._reader is not None and self._reader.display else self

    def on_descendant_focus(self) -> None:
        self.repaint()

    def on_descendant_blur(self) -> None:
        self.repaint()

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Line]:
        return frame.rows(self._frame(), self._body(width - frame.MARGIN), (0, 0), width, height)

    def _body(self, width: int) -> list[Line]:
        if self.target is not self:
            return []
        return no_output(width)

    def _frame(self) -> frame.Frame:
        empty = frame.Frame(
            key=Pane.OUTPUT.key, title=_(TITLES[Pane.OUTPUT]), is_focused=self.has_focus or self.has_focus_within
        )
        step = self._step
        status = self._scene.checklist.status(step.id) if step is not None else None
        if step is None or status is None or not status.run_id:
            return empty
        return replace(
            empty,
            summary=(span(f"{step.number} {step.title}", Role.ACCENT),),
            badge=self._badge(step, status),
            hint=self._hint(step, status),
        )

    def _badge(self, step: Step, status: StepRecord) -> Spans:
        from eventa_cockpit.widgets.view import runs, steps  # with the shapes of steps, once there is one

        glyph, _word, role = steps.STATES[status.state]
        run = self._scene.checklist.run(step.id)
        if status.state == "running":
            return steps.words(status, run, self._scene.now, self._scene.zone)
        left = runs.leftovers(run)
        after = (span(f"  {runs.leftover_words(left)}", Role.CRITICAL),) if left else ()
        return (span(f"{glyph} {steps.result(status)}", role), *after)

    def _hint(self, step: Step, status: StepRecord) -> Spans:
        from eventa_cockpit.widgets.view import runs

        return frame.keys(runs.keys_of_output(step, status, self._scene.checklist.run(step.id)))
