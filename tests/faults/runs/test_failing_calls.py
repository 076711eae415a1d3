"""Launcher and supervisor fail at each of their system calls in turn; what is on record stays true.

strace makes the n-th call of a kind fail, or kills the caller there. Whatever happens then, a command that ran is on
record as started, one that is refused did not run, and no verdict is better than the truth.
"""

from __future__ import annotations

import itertools
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults.runs.harness import Report, Runs, wait_for

from eventa_cockpit.domain.run import RunState, RunStatus
from eventa_cockpit.errors import RunError
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.observing import status

CALLS = (
    "pwrite64", "fdatasync", "write", "fchdir", "setsid", "bind", "listen", "chmod", "prctl", "pipe2", "dup2",
    "clone,clone3,fork,vfork", "poll", "wait4", "ioctl", "pread64", "fchmod", "recvmsg", "fcntl", "accept4",
)  # fmt: skip
KILL, NO_SPACE, BROKEN = "signal=KILL", "error=ENOSPC", "error=EIO"
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
SCRIPT = "echo x >> ran; echo output; echo x >> finished; exit 5"


def strike(runs: Runs, folder: Path, call: str, injection: str, number: int) -> tuple[str, RunStatus]:
    """Run a command with a fault at that call; returns what is false afterwards (empty: nothing), and the verdict."""
    folder.mkdir()
    fault = f"inject={call}:{injection}:when={number}"
    runs.runner = Runner(python=traced(folder / "python", call, fault))
    runs.runner.prefork()
    run_dir, refused = runs.folder / folder.name, False
    try:
        runs.start(SCRIPT, name=folder.name, cwd=folder, timeout=timedelta(seconds=20))
    except RunError:
        refused = True
    wait_for(lambda: not status(run_dir).is_supervised, "the supervisor to go")
    verdict = status(run_dir)
    runs.runner.close()
    return falsehood(verdict, refused, (folder / "ran").exists(), (folder / "finished").exists()), verdict


def traced(wrapper: Path, call: str, fault: str) -> str:
    """A Python for launcher and supervisor in which that call fails."""
    wrapper.write_text(
        f'#!/bin/sh\nexec strace -D -f -qq -o /dev/null -e trace={call} -e {fault} {sys.executable} "$@"\n'
    )
    wrapper.chmod(0o700)
    return str(wrapper)


def falsehood(verdict: RunStatus, refused: bool, ran: bool, finished: bool) -> str:
    if refused and ran:
        return "refused, but it ran"
    if ran and not verdict.has_started:
        return "it ran, but is not on record as started"
    if verdict.state is RunState.SUCCEEDED:
        return "it exits with 5, but counts as succeeded"
    if verdict.exit_code == 5 and not finished:
        return "it has an exit status, but did not finish"
    if verdict.state not in {RunState.LOST, RunState.FAILED} or (
        verdict.has_started and verdict.exit_code not in {None, 5}
    ):
        return "its verdict is another's"
    return ""


def check(name: str, faults: list[tuple[str, str, int]], runs: Runs, tmp_path: Path, capsys) -> None:
    report = Report(name)
    for at, (call, injection, number) in enumerate(faults):
        false, verdict = strike(runs, tmp_path / f"fault-{at}", call, injection, number)
        report.note(lost="ran" in false, wrong=bool(false), detail=f"{call} {injection} {number}: {false}: {verdict}")
    report.conclude(capsys)


@pytest.mark.apt
@needs_strace
@pytest.mark.parametrize("injection", [KILL, NO_SPACE, BROKEN])
def test_a_fault_at_one_of_the_first_calls_makes_nothing_false(injection, runs, tmp_path, capsys):
    calls = ("pwrite64", "fdatasync", "write", "bind")
    check(injection, list(itertools.product(calls, [injection], (1, 2, 3))), runs, tmp_path, capsys)


@pytest.mark.apt
@needs_strace
@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("injection", [KILL, NO_SPACE, BROKEN])
@pytest.mark.parametrize("call", CALLS)
def test_a_fault_at_any_call_makes_nothing_false(call, injection, runs, tmp_path, capsys):
    check(f"{call} {injection}", list(itertools.product([call], [injection], range(1, 13))), runs, tmp_path, capsys)
