"""Responders of one group see one another's runs and may cancel them; who is not of the group may not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults.runs.harness import closed, end, finished, output, wait_for

GROUP = 48_000
SOURCE = Path(__file__).parents[3] / "src"
RESPONDER = Path(__file__).with_name("responder.py")

pytestmark = [pytest.mark.apt, pytest.mark.skipif(os.getuid() != 0, reason="only root can be two other users")]


@dataclass(frozen=True)
class User:
    """A Unix user in a process of their own for each command."""

    name: str
    uid: int
    group: int
    python: str
    source: Path

    def does(self, verb: str, run_dir: Path, *more: str) -> str:
        done = subprocess.run(
            [self.python, self.source / RESPONDER.name, verb, run_dir, self.name, *more],
            user=self.uid, group=self.group, extra_groups=[], umask=0o077, cwd="/",
            env={"PYTHONPATH": str(self.source), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.strip() or done.stderr[-300:]


@pytest.fixture
def shared() -> Iterator[Path]:
    """An incident's folder as the journal makes it: set-group-id, sticky, of the team's group."""
    top = Path(tempfile.mkdtemp(dir="/var/tmp"))
    top.chmod(0o755)
    runs = top / "runs"
    runs.mkdir()
    os.chown(runs, 48_001, GROUP)
    runs.chmod(0o3770)
    shutil.copytree(SOURCE, top / "src", ignore=shutil.ignore_patterns("__pycache__", "screens", "runbooks"))
    shutil.copy(RESPONDER, top / "src")
    subprocess.run(["chmod", "-R", "a+rX", top / "src"], check=True)
    yield top
    for run_dir in runs.glob("[!.]*"):
        end(run_dir)
    shutil.rmtree(top)


@pytest.fixture
def users(shared: Path) -> tuple[User, User, User]:
    for python in (sys.executable, "/usr/bin/python3"):
        if others_may_run(python):
            source = shared / "src"
            return (
                User("aya", 48_001, GROUP, python, source),
                User("ben", 48_002, GROUP, python, source),
                User("eve", 48_003, 48_003, python, source),
            )
    pytest.skip("no Python that other users may run")


def others_may_run(python: str) -> bool:
    """Whether it is new enough, and not inside somebody's home folder."""
    check = "import enum, sys; assert sys.version_info >= (3, 11)"
    try:
        return (
            subprocess.run([python, "-c", check], user=48_001, cwd="/", capture_output=True, check=False).returncode
            == 0
        )
    except PermissionError:
        return False


def test_a_colleague_sees_the_output_and_the_exit_and_may_cancel(users, shared):
    aya, ben, _eve = users
    run_dir = shared / "runs" / "step-001"

    assert aya.does("start", run_dir, "echo hello; sleep 300") == "running None by=aya (uid 48001) cancelled="
    wait_for(lambda: output(run_dir) == b"hello\n", "the output")
    assert ben.does("output", run_dir) == "hello"
    assert ben.does("status", run_dir).startswith("running")
    ben.does("cancel", run_dir)

    assert finished(run_dir).cancelled_by == "ben (uid 48002)"
    closed(run_dir)
    assert ben.does("status", run_dir) == "cancelled None by=aya (uid 48001) cancelled=ben (uid 48002)"


def test_a_claimed_name_does_not_change_the_uid(users, shared):
    aya, ben, _eve = users
    run_dir = shared / "runs" / "step-001"
    aya.does("start", run_dir, "sleep 300")
    User("root", ben.uid, ben.group, ben.python, ben.source).does("cancel", run_dir)

    assert finished(run_dir).cancelled_by == "root (uid 48002)"


def test_a_colleague_cannot_take_the_record_away(users, shared):
    aya, ben, _eve = users
    run_dir = shared / "runs" / "step-001"
    aya.does("start", run_dir, "true")
    closed(run_dir)
    for command in (
        ["rm", "-rf", run_dir],
        ["mv", run_dir, f"{run_dir}.gone"],
        ["truncate", "-s0", run_dir / "status"],
    ):
        subprocess.run(command, user=ben.uid, group=ben.group, extra_groups=[], capture_output=True, check=False)

    assert ben.does("status", run_dir).startswith("succeeded 0")


def test_who_is_not_of_the_group_sees_and_cancels_nothing(users, shared):
    aya, _ben, eve = users
    run_dir = shared / "runs" / "step-001"
    aya.does("start", run_dir, "echo hello; read -r go")

    assert "refused" in eve.does("cancel", run_dir)
    assert "Permission denied" in eve.does("output", run_dir)
    assert "hello" not in eve.does("status", run_dir)
    assert aya.does("status", run_dir).startswith("running")
