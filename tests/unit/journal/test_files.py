from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from eventa_cockpit.domain.event import IncidentDeclared, NoteAdded, StepStarted, UnknownFact
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.errors import JournalError
from eventa_cockpit.journal import files
from eventa_cockpit.journal.files import FileJournal
from eventa_cockpit.journal.folders import make_folder
from eventa_cockpit.journal.protocol import FindingKind


def session(folder: Path, name: str = "a") -> FileJournal:
    return FileJournal(folder, "INC-1", Responder(name, os.getuid(), "host", name))


def texts(journal: FileJournal) -> list[str]:
    return [event.fact.text for event in journal.read() if isinstance(event.fact, NoteAdded)]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o077], ids=["umask-000", "umask-077"])
def any_umask(request: pytest.FixtureRequest) -> object:
    old = os.umask(request.param)
    yield
    os.umask(old)


@pytest.mark.usefixtures("any_umask")
def test_below_a_folder_of_ones_own_everything_is_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    journal = session(tmp_path / "INC-1")
    journal.append(NoteAdded("x"))
    journal.claim("step")

    assert mode(tmp_path / "INC-1") == mode(journal.path.parent) == 0o700
    assert mode(journal.path) == 0o600
    assert [mode(path) for path in (tmp_path / "INC-1" / "claims").iterdir()] == [0o600]


@pytest.mark.usefixtures("any_umask")
def test_below_a_setgid_folder_the_group_may_read_and_nobody_may_remove_anothers(tmp_path: Path) -> None:
    tmp_path.chmod(0o2770)
    journal = session(tmp_path / "INC-1")
    journal.append(NoteAdded("x"))
    journal.claim("step")

    assert mode(tmp_path / "INC-1") == mode(journal.path.parent) == 0o3770
    assert mode(journal.path) == 0o640
    assert [mode(path) for path in (tmp_path / "INC-1" / "claims").iterdir()] == [0o640]


def test_a_file_of_ours_that_another_process_writes_is_not_touched(tmp_path: Path) -> None:
    first, second = session(tmp_path), session(tmp_path)
    first.append(NoteAdded("x"))

    with pytest.raises(JournalError, match="another process"):
        second.append(NoteAdded("y"))
    assert texts(first) == ["x"]


def test_a_link_in_the_place_of_our_file_is_not_followed(tmp_path: Path) -> None:
    journal = session(tmp_path)
    make_folder(journal.path.parent)
    target = tmp_path / "elsewhere"
    target.write_text("precious\n")
    journal.path.symlink_to(target)

    with pytest.raises(JournalError):
        journal.append(NoteAdded("x"))
    assert target.read_text() == "precious\n"


def test_what_is_no_journal_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    journal = session(tmp_path)
    journal.append(NoteAdded("x"))
    os.mkfifo(journal.path.parent / "1-pipe.jsonl")
    (journal.path.parent / "1-folder.jsonl").mkdir()
    (journal.path.parent / "1-link.jsonl").symlink_to("/dev/zero")

    assert texts(journal) == ["x"]
    journal.append(NoteAdded("y"))
    assert journal.verify() == ()


def test_a_torn_line_of_a_dead_session_is_cut_off_when_it_is_opened_anew(tmp_path: Path) -> None:
    first = session(tmp_path)
    first.append(NoteAdded("1"))
    first.append(NoteAdded("2"))
    first.close()
    torn = first.path.read_bytes()[:-20]
    first.path.write_bytes(torn)
    again = session(tmp_path)

    assert texts(again) == ["1"]
    again.append(NoteAdded("3"))
    assert texts(again) == ["1", "3"]
    assert again.verify() == ()


def test_a_torn_line_of_another_session_is_read_once_it_is_whole(tmp_path: Path) -> None:
    one, other = session(tmp_path, "a"), session(tmp_path, "b")
    one.append(NoteAdded("1"))
    whole = one.path.read_bytes()
    one.path.write_bytes(whole[:30])
    tail = other.tail()
    assert tail.events == ()
    one.path.write_bytes(whole)

    assert [event.fact for event in other.tail(tail.cursor).events] == [NoteAdded("1")]


def test_text_that_somebody_put_into_our_file_is_kept_and_harms_no_line_of_ours(tmp_path: Path) -> None:
    journal = session(tmp_path)
    journal.append(NoteAdded("1"))
    with journal.path.open("ab") as file:
        file.write(b"# checked by ken")
    journal.append(NoteAdded("2"))

    assert texts(journal) == ["1", "2"]
    assert b"# checked by ken\n" in journal.path.read_bytes()
    assert [(finding.line, finding.kind) for finding in journal.verify()] == [(2, FindingKind.FOREIGN)]


def test_fields_and_kinds_of_another_version_are_understood(tmp_path: Path) -> None:
    newer = session(tmp_path, "newer")
    newer.append(UnknownFact("IncidentDeclared", {"title": "slow", "environment": "prod", "severity": 2}))
    newer.append(UnknownFact("NoteAdded", {"body": "renamed field"}))
    newer.append(UnknownFact("TeleportStarted", {}))
    first, second, third = (event.fact for event in session(tmp_path).read())

    assert first == IncidentDeclared("slow", "prod")
    assert second == UnknownFact("NoteAdded", {"body": "renamed field"})
    assert third == UnknownFact("TeleportStarted", {})


def test_the_words_of_others_are_harmless_and_their_commands_are_what_they_were(tmp_path: Path) -> None:
    other = FileJournal(tmp_path, "INC-1", Responder("ken\x1b[2J", os.getuid(), "host", "other"))
    other.append(IncidentDeclared("pay\x1b]52;c;aGk=\x07ment \u202edown", "prod"))
    other.append(NoteAdded("one\ntwo\x9b31m\x7f"))
    other.append(StepStarted("book", "1", "r1", "printf '\x1b[31m'", title="Z" + "\u0335" * 9))
    other.append(UnknownFact("Odd\x1b[2J", {}))

    declared, noted, started, unknown = session(tmp_path).read()

    assert {event.name for event in (declared, noted, started, unknown)} == {"ken␛"}
    assert declared.fact == IncidentDeclared("pay␛ment ⟨202E⟩down", "prod")
    assert noted.fact == NoteAdded("one\ntwo␛␡")
    assert started.fact == StepStarted("book", "1", "r1", "printf '\x1b[31m'", title="Z" + "\u0335" * 4 + "⟨+5⟩")
    assert unknown.fact == UnknownFact("Odd␛", {})
    assert session(tmp_path).verify() == ()


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe\x00",
        b"[" * 5000,
        b'{"number":1e400}',
        b'{"v":1,"lamport":99999999999999999999}',
        b"\0" * 4096,
        b'{"a":"' + b"x" * (2 << 20) + b'"}',
    ],
    ids=["bytes", "nested", "infinite", "huge-clock", "zeros", "long"],
)
def test_rubbish_is_passed_over(tmp_path: Path, line: bytes) -> None:
    journal = session(tmp_path)
    journal.append(NoteAdded("1"))
    (journal.path.parent / "0-rubbish.jsonl").write_bytes(line + b'","hash":"' + b"0" * 64 + b'"}\n' + line + b"\n")

    assert journal.append(NoteAdded("2")).lamport == 2
    assert texts(journal) == ["1", "2"]
    assert all(finding.kind is FindingKind.FOREIGN for finding in journal.verify())


def test_a_file_that_became_shorter_is_read_anew(tmp_path: Path) -> None:
    one, other = session(tmp_path, "a"), session(tmp_path, "b")
    for text in ("1", "2", "3"):
        one.append(NoteAdded(text))
    cursor = other.tail().cursor
    one.path.write_bytes(one.path.read_bytes().splitlines(keepends=True)[0])

    assert [event.fact for event in other.tail(cursor).events] == [NoteAdded("1")]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
def test_an_event_that_could_not_be_made_durable_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    journal = session(tmp_path)
    journal.append(NoteAdded("1"))
    whole = journal.path.read_bytes()

    def fail(fd: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "fdatasync", fail)
        with pytest.raises(JournalError, match="Nothing can be recorded"):
            journal.append(NoteAdded("2"))
    assert journal.path.read_bytes() == whole

    journal.append(NoteAdded("3"))
    assert texts(journal) == ["1", "3"]
    assert journal.verify() == ()


def test_what_could_not_be_cut_off_at_once_is_cut_off_by_the_next_append(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = session(tmp_path)
    journal.append(NoteAdded("1"))

    def fail(*_arguments: object) -> None:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "fdatasync", fail)
        patched.setattr(files.os, "ftruncate", fail)
        with pytest.raises(JournalError):
            journal.append(NoteAdded("2"))

    journal.append(NoteAdded("3"))
    assert texts(journal) == ["1", "3"]
    assert journal.verify() == ()


def test_a_session_id_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="escape"):
        session(tmp_path, "../escape")
