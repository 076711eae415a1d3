"""Two users of one group share an incident: both write, neither can touch what the other wrote."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eventa_cockpit.domain.event import NoteAdded
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.journal.files import FileJournal
from eventa_cockpit.journal.folders import make_folder

pytestmark = [
    pytest.mark.apt,
    pytest.mark.skipif(os.getuid() != 0, reason="only root can act as two users"),
]
GROUP, STRANGERS = 61000, 61001
AYA, KEN, MALLORY = 61010, 61011, 61012


@pytest.fixture
def shared() -> Iterator[Path]:
    """A state folder of the group, with an incident that one of its members has made."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    os.chown(folder, AYA, GROUP)
    folder.chmod(0o2770)
    yield folder
    shutil.rmtree(folder)


def act_as(uid: int, gid: int, umask: int, act: Callable[[], object]) -> object:
    """What `act` returns or raises for that user; from a process of its own."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def become_and_act() -> None:
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)
        os.umask(umask)
        try:
            sender.send(act())
        except OSError as error:
            sender.send(type(error).__name__)

    process = context.Process(target=become_and_act)
    process.start()
    sender.close()
    answer = receiver.recv()
    process.join()
    return answer


def journal(folder: Path, uid: int) -> FileJournal:
    return FileJournal(folder / "INC-1", "INC-1", Responder(f"u{uid}", uid, "host", f"s{uid}"))


def note(folder: Path, uid: int) -> list[str]:
    """Write one note and read them all."""
    ours = journal(folder, uid)
    ours.append(NoteAdded(f"by {uid}"))
    return [event.fact.text for event in ours.read() if isinstance(event.fact, NoteAdded)]


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_two_users_read_each_other_whatever_their_umask(shared: Path, umask: int) -> None:
    act_as(AYA, GROUP, umask, lambda: make_folder(shared / "INC-1"))

    assert act_as(AYA, GROUP, umask, lambda: note(shared, AYA)) == [f"by {AYA}"]
    assert act_as(KEN, GROUP, umask, lambda: note(shared, KEN)) == [f"by {AYA}", f"by {KEN}"]
    assert act_as(AYA, GROUP, umask, lambda: len(journal(shared, AYA).read())) == 2
    assert act_as(KEN, GROUP, umask, lambda: journal(shared, KEN).claim("step").is_ours) is True
    assert act_as(AYA, GROUP, umask, lambda: journal(shared, AYA).claim("step").session) == f"s{KEN}"
    assert journal(shared, AYA).verify() == ()


@pytest.mark.parametrize("act", [Path.unlink, lambda path: path.open("ab"), lambda path: path.rename(f"{path}.old")])
def test_a_member_of_the_group_cannot_touch_what_another_wrote(shared: Path, act: Callable[[Path], object]) -> None:
    act_as(AYA, GROUP, 0o022, lambda: note(shared, AYA))
    place = journal(shared, AYA).path

    assert act_as(KEN, GROUP, 0o022, lambda: act(place)) == "PermissionError"


def test_a_stranger_reads_nothing(shared: Path) -> None:
    act_as(AYA, GROUP, 0o000, lambda: note(shared, AYA))

    assert act_as(MALLORY, STRANGERS, 0o022, lambda: journal(shared, AYA).path.read_bytes()) == "PermissionError"
