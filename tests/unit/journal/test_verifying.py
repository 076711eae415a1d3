"""Everything that a hand can do to a journal, and what `verify` says about it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from eventa_cockpit.domain.event import NoteAdded
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.journal import moments
from eventa_cockpit.journal.files import FileJournal
from eventa_cockpit.journal.lines import decode, encode
from eventa_cockpit.journal.protocol import Finding, FindingKind

INCIDENT = "INC-1"


def session(folder: Path, name: str) -> FileJournal:
    return FileJournal(folder, INCIDENT, Responder(name, os.getuid(), "host", name))


@pytest.fixture
def met(tmp_path: Path) -> tuple[FileJournal, FileJournal]:
    """Two sessions of six events in turn: each has read the other up to its last event but one."""
    one, other = session(tmp_path, "a"), session(tmp_path, "b")
    for number in range(6):
        one.append(NoteAdded(f"a{number}"))
        other.append(NoteAdded(f"b{number}"))
    assert one.verify() == ()
    return one, other


def lines(journal: FileJournal) -> list[bytes]:
    return journal.path.read_bytes().splitlines(keepends=True)


def write(journal: FileJournal, new: list[bytes]) -> tuple[Finding, ...]:
    journal.path.write_bytes(b"".join(new))
    return journal.verify()


def places(findings: tuple[Finding, ...]) -> list[tuple[str, int, FindingKind]]:
    return [(finding.file, finding.line, finding.kind) for finding in findings]


@pytest.mark.parametrize("number", range(6))
def test_a_changed_line_is_found_and_named(met: tuple[FileJournal, FileJournal], number: int) -> None:
    text = lines(met[0])
    text[number] = text[number].replace(b'"text":"a', b'"text":"A')

    assert places(write(met[0], text)) == [(met[0].path.name, number + 1, FindingKind.CHANGED)]


@pytest.mark.parametrize("member", [b'"at":"20', b'"uid":', b'"key"', b'"name":"a', b'"monotonic":"PT', b'"lamport":'])
def test_any_member_that_is_changed_is_found(met: tuple[FileJournal, FileJournal], member: bytes) -> None:
    event = met[0].append(NoteAdded("last"), key="k")
    text = lines(met[0])
    at = text[-1].index(member) + len(member)
    other = b"1" if text[-1][at : at + 1] != b"1" else b"2"
    findings = write(met[0], [*text[:-1], text[-1][:at] + other + text[-1][at + 1 :]])

    assert any(finding.is_damage and finding.line == event.number for finding in findings)


@pytest.mark.parametrize("number", range(5))
def test_a_removed_line_is_found(met: tuple[FileJournal, FileJournal], number: int) -> None:
    text = lines(met[0])
    findings = write(met[0], text[:number] + text[number + 1 :])

    assert (met[0].path.name, number + 1, FindingKind.BROKEN) in places(findings)


@pytest.mark.parametrize("number", range(5))
def test_swapped_lines_are_found(met: tuple[FileJournal, FileJournal], number: int) -> None:
    text = lines(met[0])
    text[number], text[number + 1] = text[number + 1], text[number]

    assert (met[0].path.name, number + 1, FindingKind.BROKEN) in places(write(met[0], text))


@pytest.mark.parametrize("number", range(6))
def test_a_line_that_stands_there_twice_is_found(met: tuple[FileJournal, FileJournal], number: int) -> None:
    text = lines(met[0])

    assert places(write(met[0], [*text[: number + 1], *text[number:]]))


def test_a_forged_line_that_fits_its_predecessor_is_found_by_its_successor(
    met: tuple[FileJournal, FileJournal],
) -> None:
    text = lines(met[0])
    before = decode(text[2].strip())
    assert before is not None
    forged, _ = encode(replace(before, number=4, previous=before.hash, fact=NoteAdded("it was not me")))
    findings = write(met[0], [*text[:3], forged, *text[3:]])

    assert (met[0].path.name, 5, FindingKind.BROKEN) in places(findings)


def rewritten(text: list[bytes], first: int, change: Callable[[int], timedelta]) -> list[bytes]:
    """The same events from line `first` on, at other times, with a chain that fits."""
    events = [decode(line.strip()) for line in text]
    previous = events[first - 1].hash if first else ""  # type: ignore[union-attr]
    new = text[:first]
    for event in events[first:]:
        assert event is not None
        shift = change(event.number)
        line, previous = encode(
            replace(event, at=event.at + shift, monotonic=event.monotonic + shift, previous=previous)
        )
        new.append(line)
    return new


@pytest.mark.parametrize("first", range(5))
def test_a_file_written_anew_from_a_line_on_that_another_session_had_read_is_found(
    met: tuple[FileJournal, FileJournal], first: int
) -> None:
    findings = write(met[0], rewritten(lines(met[0]), first, lambda _: timedelta(seconds=-1)))

    assert FindingKind.CUT in {finding.kind for finding in findings}


def test_a_last_line_that_was_backdated_before_what_its_writer_had_read_is_found(
    met: tuple[FileJournal, FileJournal],
) -> None:
    met[1].append(NoteAdded("seen by nobody"))
    text = rewritten(lines(met[1]), 6, lambda _: timedelta(minutes=-10))

    assert places(write(met[1], text)) == [(met[1].path.name, 7, FindingKind.BACKDATED)]


@pytest.mark.parametrize("kept", range(5))
def test_an_end_that_was_cut_off_is_found_where_two_sessions_met(
    met: tuple[FileJournal, FileJournal], kept: int
) -> None:
    findings = write(met[0], lines(met[0])[:kept])

    assert (met[0].path.name, kept + 1, FindingKind.CUT) in places(findings)


def test_a_file_that_was_removed_is_missed(met: tuple[FileJournal, FileJournal]) -> None:
    met[0].path.unlink()

    assert {(finding.file, finding.kind) for finding in met[1].verify()} == {(met[0].path.name, FindingKind.CUT)}


def test_what_is_not_an_event_is_found_and_hides_nothing(met: tuple[FileJournal, FileJournal]) -> None:
    text = lines(met[0])
    findings = write(met[0], [*text[:3], b"hello\n", b'{"kind":"NoteAdded"}\n', b"\n", *text[3:]])

    assert places(findings) == [(met[0].path.name, line, FindingKind.FOREIGN) for line in (4, 5, 6)]
    assert len(met[0].read()) == 12


def test_a_line_in_another_sessions_file_is_found(met: tuple[FileJournal, FileJournal]) -> None:
    findings = write(met[0], [*lines(met[0]), lines(met[1])[-1]])

    assert FindingKind.MISPLACED in {finding.kind for finding in findings}


def test_a_line_of_another_incident_is_found(tmp_path: Path) -> None:
    journal = session(tmp_path, "a")
    journal.append(NoteAdded("x"))
    findings = FileJournal(tmp_path, "INC-2", journal.responder).verify()

    assert [finding.kind for finding in findings] == [FindingKind.MISPLACED]


def test_a_file_in_another_users_name_is_found(tmp_path: Path) -> None:
    somebody = Responder("ken", os.getuid() + 1, "host", "k")
    journal = FileJournal(tmp_path, INCIDENT, somebody)
    journal.append(NoteAdded("x"))

    assert [finding.kind for finding in journal.verify()] == [FindingKind.MISPLACED]


def test_an_unfinished_last_line_is_told_but_is_no_damage(met: tuple[FileJournal, FileJournal]) -> None:
    findings = write(met[0], [*lines(met[0]), b'{"v":1,"incid'])

    assert places(findings) == [(met[0].path.name, 7, FindingKind.TORN)]
    assert not findings[0].is_damage


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(days=400)])
def test_a_wall_clock_that_jumps_is_no_damage(tmp_path: Path, jump: timedelta) -> None:
    shift = timedelta()

    def now() -> moments.Moment:
        moment = moments.now()
        return replace(moment, at=moment.at + shift)

    one = FileJournal(tmp_path, INCIDENT, Responder("a", os.getuid(), "host", "a"), now)
    other = session(tmp_path, "b")
    one.append(NoteAdded("before"))
    other.append(NoteAdded("between"))
    shift = jump
    one.append(NoteAdded("after"))
    other.append(NoteAdded("last"))

    assert one.verify() == ()
    assert [event.fact.text for event in one.read() if isinstance(event.fact, NoteAdded)] == [
        "before",
        "between",
        "after",
        "last",
    ]


def test_a_restart_of_the_machine_is_no_damage(tmp_path: Path) -> None:
    boots = iter([("boot-1", timedelta(days=9)), ("boot-2", timedelta(minutes=1))])

    def now() -> moments.Moment:
        boot, since = next(boots)
        return moments.Moment(moments.now().at, boot, since)

    journal = FileJournal(tmp_path, INCIDENT, Responder("a", os.getuid(), "host", "a"), now)
    journal.append(NoteAdded("before"))
    journal.append(NoteAdded("after"))

    assert journal.verify() == ()


def test_every_finding_is_a_sentence(met: tuple[FileJournal, FileJournal]) -> None:
    text = lines(met[0])
    findings = write(met[0], [*text[:2], b"?\n", text[3].replace(b"a3", b"a4"), *text[4:5], b"{"])

    assert findings
    assert all(re.fullmatch(r"[A-Z].*\.", finding.message) for finding in findings)
