"""One step that prints without end, to be measured from outside: how soon a key is answered and the end is seen."""

from __future__ import annotations

import gc
import os
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Static

from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.runner.indexing import Indexer
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.output import OutputLog
from eventa_cockpit.widgets.output import OutputView
from eventa_cockpit.widgets.output_reader import OutputReader
from eventa_cockpit.widgets.safe_filter import SAFE_FILTER


class FloodScreen(Screen[None]):
    """`g` starts the command, `k` counts itself, `q` leaves; the keys of the output's view work for all else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "start", priority=True),
        Binding("k", "count", priority=True),
        Binding("q", "app.quit", priority=True),
    ]
    DEFAULT_CSS = """
    FloodScreen > Static { height: 1; text-style: bold; }
    """

    def __init__(self, runner: Runner, request: RunRequest) -> None:
        super().__init__()
        self._runner = runner
        self._request = request
        self._indexer = Indexer()
        self._presses = 0
        self._word = "FLOOD-READY"

    def compose(self) -> ComposeResult:
        yield Static(self._text(), markup=False)
        yield OutputReader()

    def on_mount(self) -> None:
        self.query_one(OutputView).focus()
        self.call_after_refresh(_settle)

    def on_unmount(self) -> None:
        self._indexer.close()

    def action_count(self) -> None:
        self._presses += 1
        self._say(self._word)

    def action_start(self) -> None:
        if self._word != "FLOOD-READY":
            return
        self._say("FLOOD-RUNNING")
        self.run_worker(self._start, thread=True, group="flood.start", exit_on_error=True)

    def on_output_view_state_changed(self, message: OutputView.StateChanged) -> None:
        if message.state.is_complete and self._word == "FLOOD-RUNNING":
            self.call_after_refresh(partial(self._say, "FLOOD-DONE"))

    def _start(self) -> None:
        self._runner.start(self._request)
        log = OutputLog.of_run(self._request.directory)
        self._indexer.watch(log)
        self.app.call_from_thread(self.query_one(OutputView).show, log)

    def _say(self, word: str) -> None:
        self._word = word
        self.query_one("FloodScreen > Static", Static).update(self._text(), layout=False)

    def _text(self) -> str:
        return f"KEY={self._presses:06d} {self._word}"


class FloodApp(App[None]):
    """Nothing but the one screen."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, runner: Runner, request: RunRequest) -> None:
        super().__init__()
        self._screen_to_open = FloodScreen(runner, request)

    def on_mount(self) -> None:
        self.push_screen(self._screen_to_open)

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), SAFE_FILTER]


def open_flood(script: str, folder: Path, *, uses_pty: bool) -> None:
    """Show the screen until it is left. The run's files are in `folder`."""
    runner = Runner()
    runner.prefork()
    request = RunRequest(
        run_id="flood",
        directory=folder / "flood",
        script=script,
        environment=dict(os.environ),
        cwd=Path.cwd(),
        uses_pty=uses_pty,
    )
    try:
        FloodApp(runner, request).run()
    finally:
        runner.close()


def _settle() -> None:
    """What is loaded now stays: later collections need not walk it."""
    gc.collect()
    gc.freeze()
