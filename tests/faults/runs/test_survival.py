"""A run outlives everything above it, and its verdict and output are true whatever happens to it.

Every fault strikes a command that has printed half of its lines and waits; then it may go on.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults.repeats import repeats
from tests.faults.runs.harness import (
    Cockpit,
    Report,
    closed,
    facts,
    finished,
    is_alive,
    output,
    supervisor_of,
    wait_for,
)

from eventa_cockpit.domain.run import RunState, RunStatus
from eventa_cockpit.runner import control

LINES = 200
SCRIPT = f"seq 1 {LINES}; until [ -e $COCKPIT_RUN_ID.go ]; do sleep 0.01; done; seq {LINES + 1} {2 * LINES}; exit 7"
HALF = "".join(f"{number}\n" for number in range(1, LINES + 1)).encode()
WHOLE = "".join(f"{number}\n" for number in range(1, 2 * LINES + 1)).encode()


@dataclass(frozen=True)
class Expected:
    state: RunState = RunState.FAILED
    exit_code: int | None = 7
    signals: tuple[int | None, ...] = (None,)
    output: bytes = WHOLE


UNHARMED = Expected()


@dataclass
class Struck:
    """What a fault may strike."""

    cockpit: Cockpit
    run_dir: Path

    @property
    def supervisor(self) -> int:
        return supervisor_of(self.run_dir)

    @property
    def command(self) -> int:
        return int(facts(self.run_dir)["pid"])

    def until_dead(self, pid: int) -> None:
        wait_for(lambda: not is_alive(pid), f"{pid} to die")


FAULTS: dict[str, tuple[Callable[[Struck], object], Expected]] = {}


def fault(expected: Expected = UNHARMED) -> Callable[[Callable[[Struck], object]], Callable[[Struck], object]]:
    def register(strike: Callable[[Struck], object]) -> Callable[[Struck], object]:
        FAULTS[strike.__name__] = (strike, expected)
        return strike

    return register


@fault()
def nothing(_struck: Struck) -> None:
    return


@fault()
def cockpit_killed(struck: Struck) -> None:
    struck.cockpit.process.kill()
    struck.cockpit.process.wait()


@fault()
def cockpit_terminated(struck: Struck) -> None:
    struck.cockpit.process.terminate()
    struck.cockpit.process.wait()


@fault()
def cockpit_hung_up(struck: Struck) -> None:
    struck.cockpit.process.send_signal(signal.SIGHUP)
    struck.cockpit.process.wait()


@fault()
def terminal_closed(struck: Struck) -> None:
    struck.cockpit.close_terminal()
    struck.cockpit.process.wait()


@fault()
def cockpit_group_killed(struck: Struck) -> None:
    os.killpg(struck.cockpit.process.pid, signal.SIGKILL)
    struck.cockpit.process.wait()


@fault()
def cockpit_stopped(struck: Struck) -> None:
    struck.cockpit.process.send_signal(signal.SIGSTOP)


@fault()
def launcher_killed(struck: Struck) -> None:
    os.kill(struck.cockpit.launcher, signal.SIGKILL)


@fault()
def launcher_group_hung_up_and_terminated(struck: Struck) -> None:
    os.killpg(struck.cockpit.launcher, signal.SIGHUP)
    os.killpg(struck.cockpit.launcher, signal.SIGTERM)


@fault()
def launcher_and_cockpit_killed(struck: Struck) -> None:
    launcher_killed(struck)
    cockpit_killed(struck)


@fault()
def supervisor_hung_up(struck: Struck) -> None:
    os.kill(struck.supervisor, signal.SIGHUP)


@fault()
def supervisor_interrupted_from_a_keyboard(struck: Struck) -> None:
    os.kill(struck.supervisor, signal.SIGINT)
    os.kill(struck.supervisor, signal.SIGQUIT)
    os.kill(struck.supervisor, signal.SIGTSTP)


@fault()
def supervisor_stopped_for_a_while(struck: Struck) -> None:
    os.kill(struck.supervisor, signal.SIGSTOP)
    let_go(struck.run_dir)
    wait_for(lambda: Path(f"/proc/{struck.command}/stat").read_bytes().split()[2] in b"ZS", "the command to get on")
    os.kill(struck.supervisor, signal.SIGCONT)


@fault(Expected(RunState.INTERRUPTED, None, (signal.SIGTERM,), HALF))
def supervisor_told_to_stop(struck: Struck) -> None:
    os.kill(struck.supervisor, signal.SIGTERM)
    finished(struck.run_dir)


@fault(Expected(RunState.LOST, None, (None,), HALF))
def supervisor_killed(struck: Struck) -> None:
    pid, command = struck.supervisor, struck.command
    os.kill(pid, signal.SIGKILL)
    struck.until_dead(pid)
    struck.until_dead(command)


@fault(Expected(RunState.FAILED, None, (signal.SIGKILL,), HALF))
def command_killed(struck: Struck) -> None:
    os.kill(struck.command, signal.SIGKILL)


@fault(Expected(RunState.FAILED, None, (signal.SIGSEGV,), HALF))
def command_crashed(struck: Struck) -> None:
    os.kill(struck.command, signal.SIGSEGV)


@fault(Expected(RunState.CANCELLED, None, (signal.SIGINT, signal.SIGTERM), HALF))
def run_cancelled_by_another(struck: Struck) -> None:
    """bash goes on after an INT that came between two of its children, and ends with the TERM."""
    control.cancel(struck.run_dir, "ben")
    assert finished(struck.run_dir).cancelled_by == f"ben (uid {os.getuid()})"


@fault()
def command_stopped_for_a_while(struck: Struck) -> None:
    os.kill(struck.command, signal.SIGSTOP)
    os.kill(struck.command, signal.SIGCONT)


@fault()
def socket_deleted(struck: Struck) -> None:
    (struck.run_dir / "sock").unlink()


@fault()
def viewer_attached_and_silent(struck: Struck) -> None:
    connection = control.connect(struck.run_dir)
    control.exchange(connection, {"op": "attach"})
    connection.close()


@fault()
def rubbish_in_the_socket(struck: Struck) -> None:
    with control.connect(struck.run_dir) as connection:
        connection.sendall(b"\0\xff{]\n" + b'{"op": 5}\n{"op": []}\n[1]\n{"op": "resize"}\n' + b"[" * 100_000 + b"\n")
        connection.sendall(b'{"op": "resize", "columns": 1e300, "rows": -5}\n{"op": "input", "data": "\\ud800"}\n')
        connection.shutdown(socket.SHUT_WR)
    with control.connect(struck.run_dir) as connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(b"x" * (3 << 20))


@fault()
def newest_slot_torn(struck: Struck) -> None:
    """As a crash in the middle of a write would leave it; the next record does not build on it."""
    with (struck.run_dir / "status").open("r+b") as file:
        file.seek(5 * 2048 + 100)
        file.write(b"\xff" * 50)


@fault()
def folder_renamed(struck: Struck) -> None:
    moved = struck.run_dir.with_name("moved")
    struck.run_dir.rename(moved)
    moved.rename(struck.run_dir)


def let_go(run_dir: Path) -> None:
    (run_dir.parent / f"{run_dir.name}.go").touch()


def verdict_of(name: str, cockpit: Callable[..., Cockpit], run_dir: Path) -> tuple[RunStatus, bytes]:
    run_dir.parent.mkdir(exist_ok=True)
    struck = Struck(cockpit(run_dir, SCRIPT), run_dir)
    wait_for(lambda: output(run_dir) == HALF, "half of the output")
    FAULTS[name][0](struck)
    let_go(run_dir)
    finished(run_dir)
    verdict = closed(run_dir)
    return verdict, output(run_dir)


def check(
    name: str, count: int, cockpit: Callable[..., Cockpit], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    expected = FAULTS[name][1]
    report = Report(name.replace("_", " "))
    for number in range(count):
        verdict, text = verdict_of(name, cockpit, tmp_path / "runs" / f"run-{number}")
        told = (verdict.state, verdict.exit_code)
        wrong = told != (expected.state, expected.exit_code) or verdict.signal not in expected.signals
        report.note(lost=text != expected.output, wrong=wrong, detail=f"{verdict} {text[-80:]!r}")
    report.conclude(capsys)


@pytest.mark.parametrize("name", FAULTS)
def test_the_verdict_and_the_output_are_true_after(name, cockpit, tmp_path, capsys):
    check(name, repeats(1, 1), cockpit, tmp_path, capsys)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FAULTS)
def test_the_verdict_and_the_output_are_true_every_time_after(name, cockpit, tmp_path, capsys):
    check(name, repeats(1, 20, is_long=True), cockpit, tmp_path, capsys)
