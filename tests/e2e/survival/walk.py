"""One try: a cockpit with a step that runs, something that ends the cockpit, and what is left afterwards."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.e2e.survival.seen import SeenPty, until
from tests.e2e.terminal import COCKPIT, environment
from tests.faults.runs.harness import Report, end

from eventa_cockpit.domain.event import StepFinished
from eventa_cockpit.domain.run import RunState
from eventa_cockpit.journal.files import FileJournal
from eventa_cockpit.runner.observing import status
from eventa_cockpit.services.incidents import new_responder

START_S = 60.0
LEAVE_S = 10.0
"""How long a cockpit may take to leave a terminal that is gone."""
LINES = 60
EXIT = 7
WHOLE = "".join(f"tick {number}\n" for number in range(1, 2 * LINES + 1)).encode()

RUNBOOK = """\
# Slow drain

## Mitigation

1. Drain the queue

   ```bash
   seq -f 'tick %g' {lines}; until [ -e {gate} ]; do sleep 0.05; done; seq -f 'tick %g' {next} {last}; exit {exit}
   ```
"""


class Terminal(Protocol):
    """Where a cockpit is looked at."""

    def send(self, keys: str) -> None: ...

    def wait_for(self, text: str, deadline_s: float = ...) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Desk:
    """A configuration of its own, with one step that prints half of its lines, waits, prints the rest and ends."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Desk:
        desk = cls(folder)
        (folder / "books").mkdir(parents=True)
        text = RUNBOOK.format(lines=LINES, gate=desk.gate, next=LINES + 1, last=2 * LINES, exit=EXIT)
        (folder / "books" / "slow.md").write_text(text, "utf-8")
        desk.config.write_text('language = "en"\nrunbooks = ["books"]\nstate = "state"\n[environments.stg]\n', "utf-8")
        return desk

    @property
    def gate(self) -> Path:
        return self.folder / "go"

    @property
    def config(self) -> Path:
        return self.folder / "cockpit.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def home(self) -> Path:
        """Where the responder's own files go: the last screen, reports of faults."""
        return self.folder / "home"

    @property
    def arguments(self) -> list[str]:
        return [COCKPIT, "--config", str(self.config)]

    @property
    def variables(self) -> dict[str, str]:
        return environment(EVENTA_COCKPIT_STATE=str(self.state), XDG_STATE_HOME=str(self.home))

    @property
    def command_line(self) -> str:
        """For a shell on the other side of a connection."""
        given = {**self.variables, "TERM": "xterm-256color"}
        return shlex.join(["exec", "env", *(f"{name}={value}" for name, value in given.items()), *self.arguments])

    @property
    def run_dir(self) -> Path:
        """Of the only run."""
        (found,) = self.state.glob("incidents/*/runs/[!.]*")
        return found

    @property
    def output(self) -> bytes:
        return (self.run_dir / "output.log").read_bytes()

    def cockpits(self) -> list[int]:
        """Processes of cockpits that were started on this configuration."""
        marker = os.fsencode(self.config)
        return [pid for pid, words in _command_lines() if marker in words and COCKPIT.encode() in words]


def _command_lines() -> Iterator[tuple[int, list[bytes]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                yield int(entry.name), (entry / "cmdline").read_bytes().split(b"\0")


def start_step(terminal: Terminal) -> None:
    """From an empty screen to a step that has printed half of its lines."""
    terminal.wait_for("No runbook is open", START_S)
    terminal.send("b")
    terminal.wait_for("Slow drain")
    terminal.send("\r")
    terminal.wait_for("[ ] 1")
    terminal.send("\r")
    terminal.wait_for("run it")
    terminal.send("y")
    terminal.wait_for(f"tick {LINES}")


def settle(desk: Desk, report: Report) -> None:
    """Nothing of the cockpit is left; the step goes on to its end; a new cockpit shows all of it and how it ended."""
    until(lambda: not desk.cockpits(), lambda: f"cockpits to leave: {desk.cockpits()}", LEAVE_S)
    went_on = status(desk.run_dir).state is RunState.RUNNING
    desk.gate.touch()
    until(lambda: status(desk.run_dir).state.is_final, "the step's end")
    with seen(desk) as terminal:
        terminal.wait_for(f"failed({EXIT})", START_S)
        terminal.wait_for(f"tick {2 * LINES}")
    verdict = status(desk.run_dir)
    recorded, faults = recorded_exits(desk), [path.name for path in desk.home.rglob("crash-*")]
    report.note(
        lost=desk.output != WHOLE or not went_on,
        wrong=verdict.exit_code != EXIT or recorded != [EXIT] or bool(faults),
        detail=f"{verdict} recorded={recorded} bytes={len(desk.output)} {faults}",
    )


def recorded_exits(desk: Desk) -> list[int | None]:
    """Exit statuses in the incident's record."""
    (incident,) = (desk.state / "incidents").iterdir()
    events = FileJournal(incident, incident.name, new_responder("reader")).read()
    return [event.fact.exit_code for event in events if isinstance(event.fact, StepFinished)]


@contextmanager
def seen(desk: Desk) -> Iterator[SeenPty]:
    """A cockpit in a terminal of its own; killed at the end."""
    terminal = SeenPty(desk.arguments, variables=desk.variables)
    try:
        yield terminal
    finally:
        terminal.close()


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    """A desk of which no process is left afterwards."""
    desk = Desk.made(folder)
    try:
        yield desk
    finally:
        for pid in desk.cockpits():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for run_dir in desk.state.glob("incidents/*/runs/[!.]*"):
            end(run_dir)
