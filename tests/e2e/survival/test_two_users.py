"""Two Unix users of the team's group: one starts a step, the other sees all of it and may end it, by name and uid."""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e.survival.seen import SeenPty, until
from tests.e2e.survival.walk import EXIT, LINES, START_S, WHOLE, Desk, desk_in, start_step
from tests.e2e.terminal import environment
from tests.faults.repeats import repeats
from tests.faults.runs.harness import Report

from eventa_cockpit.domain.event import StepCancelRequested
from eventa_cockpit.domain.run import RunState
from eventa_cockpit.journal.files import FileJournal
from eventa_cockpit.runner.observing import status
from eventa_cockpit.services.incidents import new_responder

pytestmark = [
    pytest.mark.apt,
    pytest.mark.timeout(180),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can make two users and be both"),
]

TRIES = repeats(3, 20)
REPOSITORY = Path(__file__).parents[3]
NEEDED = (Path(sys.base_prefix), REPOSITORY)
"""What another user must be able to read to run a cockpit, and cannot where it is in somebody's home folder."""


def way_opened(top: Path) -> str:
    """Shell commands that let everybody come to all of NEEDED, within the mounts of one process and its children."""
    closed = {path: folder for path in NEEDED if (folder := closed_above(path)) is not None}
    kept = {path: top / f"kept-{number}" for number, path in enumerate(closed)}
    commands: list[list[object]] = []
    for path in closed:
        commands += [["mkdir", "-p", kept[path]], ["mount", "--bind", path, kept[path]]]
    commands += [["mount", "-t", "tmpfs", "-o", "mode=755", "none", folder] for folder in sorted(set(closed.values()))]
    for path in closed:
        commands += [["mkdir", "-p", path], ["mount", "--bind", kept[path], path]]
    return "".join(f"{shlex.join(map(str, command))} && " for command in commands)


def closed_above(path: Path) -> Path | None:
    """The outermost folder above it that only its owner may pass through."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)


@dataclass(frozen=True)
class Team:
    """Two users of one group, and a folder that both can read."""

    group: str
    members: tuple[str, str]
    top: Path

    def home(self, user: str) -> Path:
        return self.top / user

    def opens(self, desk: Desk, user: str) -> SeenPty:
        """The cockpit of one of them in a terminal of their own."""
        variables = environment(EVENTA_COCKPIT_STATE=None, HOME=str(self.home(user)), PYTHONDONTWRITEBYTECODE="1")
        become = f"setpriv --reuid {user} --regid {self.group} --init-groups -- "
        script = f"{way_opened(self.top)} exec {become} {shlex.join(desk.arguments)}"
        arguments = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
        return SeenPty(arguments, variables=variables)


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    top = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="cockpit-team-"))
    top.chmod(0o755)
    group = f"ckt{os.getpid()}"
    made = Team(group, (f"aya{os.getpid()}", f"ben{os.getpid()}"), top)
    try:
        run("groupadd", group)
        for user in made.members:
            run("useradd", "--no-create-home", "--gid", group, "--home-dir", str(made.home(user)), user)
            made.home(user).mkdir(mode=0o700)
            os.chown(made.home(user), pwd.getpwnam(user).pw_uid, -1)
        yield made
    finally:
        for user in made.members:
            run("userdel", user, is_needed=False)
        run("groupdel", group, is_needed=False)
        shutil.rmtree(top)


def run(*arguments: str, is_needed: bool = True) -> None:
    subprocess.run(
        arguments, check=is_needed, capture_output=True, env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    )


@contextmanager
def shared_desk(team: Team, name: str) -> Iterator[Desk]:
    """A configuration that both read, whose state is a folder of the group with the set-group-id bit."""
    with desk_in(team.top / name) as desk:
        desk.state.mkdir()
        os.chown(desk.state, -1, grp.getgrnam(team.group).gr_gid)
        desk.state.chmod(0o2770)
        yield desk


@contextmanager
def both(team: Team, desk: Desk) -> Iterator[SeenPty]:
    """The first has started the step; the second looks at it."""
    first = team.opens(desk, team.members[0])
    try:
        start_step(first)
        second = team.opens(desk, team.members[1])
        try:
            second.wait_for(f"tick {LINES}", START_S)
            yield second
        finally:
            second.close()
    finally:
        first.close()


def test_a_colleague_sees_the_whole_output_and_the_true_exit(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("two users, seen by the other")
    for number in range(TRIES):
        with shared_desk(team, f"seen-{number}") as desk:
            with both(team, desk) as second:
                desk.gate.touch()
                second.wait_for(f"failed({EXIT})")
                second.wait_for(f"tick {2 * LINES}")
            verdict = status(desk.run_dir)
            report.note(lost=desk.output != WHOLE, wrong=verdict.exit_code != EXIT, detail=str(verdict))
    report.conclude(capsys)


def test_a_colleague_may_cancel_and_the_record_says_who(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("two users, cancelled by the other")
    user = team.members[1]
    uid = pwd.getpwnam(user).pw_uid
    for number in range(TRIES):
        with shared_desk(team, f"cancelled-{number}") as desk:
            with both(team, desk) as second:
                second.send("c")
                second.wait_for("Cancel this run?")
                second.send("y")
                until(lambda: status(desk.run_dir).state.is_final, "the end of the run")
                second.wait_for("cancelled")
            verdict = status(desk.run_dir)
            report.note(
                lost=verdict.state is not RunState.CANCELLED or desk.output != WHOLE[: len(desk.output)],
                wrong=verdict.cancelled_by != f"{user} (uid {uid})" or asked_by(desk) != [(user, uid)],
                detail=f"{verdict} asked by {asked_by(desk)}",
            )
    report.conclude(capsys)


def asked_by(desk: Desk) -> list[tuple[str, int]]:
    """Name and uid of whoever asked for the end, as the incident's record has it."""
    (incident,) = (desk.state / "incidents").iterdir()
    events = FileJournal(incident, incident.name, new_responder("reader")).read()
    return [(event.name, event.uid) for event in events if isinstance(event.fact, StepCancelRequested)]
