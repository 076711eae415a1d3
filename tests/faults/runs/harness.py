"""What the fault tests share: starting runs, waiting for conditions, and reading what is on the disk."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eventa_cockpit.domain.run import RunRequest, RunStatus
from eventa_cockpit.errors import RunError
from eventa_cockpit.runner import control
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.observing import status
from eventa_cockpit.runner.supervisor.processes import marked
from eventa_cockpit.runner.supervisor.record import newest

DEADLINE_S = 30.0
LOOK_S = 0.005


def wait_for(condition: Callable[[], Any], what: str, deadline_s: float = DEADLINE_S) -> Any:
    """The condition's first true value. Fails the test when there is none in time."""
    until = time.monotonic() + deadline_s
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(LOOK_S)
    raise AssertionError(f"waited {deadline_s:.0f} s in vain for {what}")


class Runs:
    """A folder of runs, and a runner to start them with."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.runner = runner
        self.folder = folder
        self._count = 0

    def request(self, script: str, **changes: Any) -> RunRequest:
        self._count += 1
        name = changes.pop("name", f"{self.folder.parent.name}-{self._count:03d}")
        settings = {
            "run_id": name,
            "directory": self.folder / name,
            "script": script,
            "environment": {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
            "cwd": self.folder.parent,
            "responder": "aya",
        }
        return RunRequest(**{**settings, **changes})

    def start(self, script: str, **changes: Any) -> Path:
        request = self.request(script, **changes)
        self.runner.start(request)
        return request.directory

    def run(self, script: str, **changes: Any) -> tuple[RunStatus, bytes]:
        """Start it and wait for its verdict."""
        run_dir = self.start(script, **changes)
        return finished(run_dir), output(run_dir)

    def end_all(self) -> None:
        """Nothing of a test survives it."""
        for run_dir in self.folder.glob("*"):
            end(run_dir)


def end(run_dir: Path) -> None:
    with contextlib.suppress(RunError):
        control.cancel(run_dir, "test", immediately=True)
    with contextlib.suppress(ProcessLookupError, KeyError):
        if status(run_dir).is_supervised:
            wait_for(lambda: not status(run_dir).is_supervised, "the supervisor to end", 5.0)
    for pid in marked(status(run_dir).run_id):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def finished(run_dir: Path) -> RunStatus:
    """The final verdict."""
    wait_for(lambda: status(run_dir).state.is_final, f"{run_dir.name} to end")
    return status(run_dir)


def closed(run_dir: Path) -> RunStatus:
    """The verdict once the supervisor has gone as well."""
    wait_for(lambda: status(run_dir).state.is_final and not status(run_dir).is_supervised, "the supervisor to end")
    return status(run_dir)


def output(run_dir: Path) -> bytes:
    return (run_dir / "output.log").read_bytes()


def facts(run_dir: Path) -> dict[str, Any]:
    return newest((run_dir / "status").read_bytes())[1]


def supervisor_of(run_dir: Path) -> int:
    return int(facts(run_dir)["supervisor"])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Report:
    """Counts tries for the line that each fault test prints."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.tried = self.lost = self.wrong = 0
        self.details: list[str] = []

    def note(self, *, lost: bool = False, wrong: bool = False, detail: str = "") -> None:
        self.tried += 1
        self.lost += lost
        self.wrong += wrong
        if lost or wrong:
            self.details.append(detail)

    def conclude(self, capsys: Any) -> None:
        with capsys.disabled():
            print(f"\n{self.subject}: {self.tried} tried, {self.lost} lost, {self.wrong} wrong")
        assert (self.lost, self.wrong) == (0, 0), "\n".join(self.details)


class Cockpit:
    """A process with a terminal of its own that starts one run and stays, as a cockpit does."""

    def __init__(self, run_dir: Path, script: str, *, prefork: bool = True) -> None:
        self.run_dir = run_dir
        self.terminal, theirs = pty.openpty()
        settings = json.dumps({"run_dir": str(run_dir), "script": script, "prefork": prefork})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.runs.one_cockpit", settings],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            cwd=Path(__file__).parents[3],
            preexec_fn=_own_terminal,
        )
        os.close(theirs)
        assert self.process.stdout is not None
        word = self.process.stdout.readline().split()
        assert word[:1] == [b"started"], os.read(self.terminal, 4096).decode()
        self.launcher = int(word[1])

    def close_terminal(self) -> None:
        os.close(self.terminal)
        self.terminal = -1

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.terminal >= 0:
            self.close_terminal()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _own_terminal() -> None:
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
