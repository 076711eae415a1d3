"""Verification: whether the parts of a journal are what their sessions wrote, wherever they are kept.

The chain of hashes finds a line that was changed, removed, inserted or swapped. The heads that the sessions saw of one
another find what a chain cannot: an end that was cut off, a file that was removed, or one that was written anew from a
line on that somebody else had read. A session that never met another one can only be checked against its own chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from eventa_cockpit.domain.event import Event
from eventa_cockpit.journal.lines import actual_hash, decode
from eventa_cockpit.journal.protocol import Finding, FindingKind
from eventa_cockpit.journal.reading import SUFFIX, journal_name, journals, read_bytes
from eventa_cockpit.locale import _

CLOCK_GRAIN = timedelta(microseconds=2)
"""The machine's clock is written down to the microsecond."""


@dataclass(slots=True)
class _File:
    """One session's file as far as it was checked."""

    name: str
    owner: int | None
    """Uid that the file belongs to; None where the journal's place has no such thing."""
    events: dict[str, Event] = field(default_factory=dict)
    """Hash → event."""
    lines: dict[str, int] = field(default_factory=dict)
    """Hash → line."""

    @property
    def shown(self) -> str:
        return self.name + SUFFIX


def verify_folder(folder: Path, incident: str) -> tuple[Finding, ...]:
    """Everything that is wrong with the journal in this folder, file by file and line by line."""
    try:
        names = journals(folder)
    except OSError as error:
        message = _("The folder cannot be read: {reason}.").format(reason=error.strerror)
        return (Finding(str(folder), 0, FindingKind.UNREADABLE, message),)
    parts: list[tuple[str, int | None, bytes]] = []
    findings: list[Finding] = []
    for name in names:
        path = folder / (name + SUFFIX)
        try:
            owner = path.stat().st_uid
            path.open("rb").close()
        except OSError as error:
            message = _("It cannot be read: {reason}.").format(reason=error.strerror)
            findings.append(Finding(name + SUFFIX, 0, FindingKind.UNREADABLE, message))
            continue
        parts.append((name, owner, read_bytes(path)))
    return _ordered([*findings, *verify_parts(parts, incident)])


def verify_parts(parts: Iterable[tuple[str, int | None, bytes]], incident: str) -> tuple[Finding, ...]:
    """The same for parts that were read already: name, owner if known, and all lines."""
    files: dict[str, _File] = {}
    findings: list[Finding] = []
    for name, owner, data in parts:
        file = files[name] = _File(name, owner)
        findings += _check_file(file, data, incident)
    findings += _check_heads(files)
    return _ordered(findings)


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.file, finding.line)))


def _check_file(file: _File, data: bytes, incident: str) -> Iterator[Finding]:
    *whole, rest = data.split(b"\n")
    previous: Event | None = None
    for number, line in enumerate(whole, start=1):
        event = decode(line)
        if event is None:
            yield Finding(
                file.shown, number, FindingKind.FOREIGN, _("This is not an event; nobody's session wrote it.")
            )
            continue
        yield from _check_line(file, number, line, event, incident)
        yield from _check_place(file, number, event, previous)
        file.events[event.hash] = event
        file.lines[event.hash] = number
        previous = event
    if rest:
        message = _("The last line is unfinished, as a crash leaves it. It was never acknowledged: nothing is lost.")
        yield Finding(file.shown, len(whole) + 1, FindingKind.TORN, message)


def _check_line(file: _File, number: int, line: bytes, event: Event, incident: str) -> Iterator[Finding]:
    if actual_hash(line) != event.hash:
        message = _("This line was changed after it was written: it does not have the hash that it states.")
        yield Finding(file.shown, number, FindingKind.CHANGED, message)
    if event.incident != incident:
        message = _("This line belongs to {incident}.").format(incident=event.incident)
        yield Finding(file.shown, number, FindingKind.MISPLACED, message)
    if journal_name(event.uid, event.session) != file.name:
        message = _("This line belongs to {file}.").format(file=journal_name(event.uid, event.session) + SUFFIX)
        yield Finding(file.shown, number, FindingKind.MISPLACED, message)
    elif number == 1 and file.owner is not None and event.uid != file.owner:
        message = _("It says that uid {uid} wrote it, but the file belongs to uid {owner}.").format(
            uid=event.uid, owner=file.owner
        )
        yield Finding(file.shown, 0, FindingKind.MISPLACED, message)


def _check_place(file: _File, number: int, event: Event, previous: Event | None) -> Iterator[Finding]:
    """Whether this line follows the one before it."""
    expected = (previous.hash, previous.number + 1) if previous else ("", 1)
    if (event.previous, event.number) != expected:
        message = _("What this line says came before it is not there: lines were removed, inserted or swapped.")
        yield Finding(file.shown, number, FindingKind.BROKEN, message)
        return
    if previous is None:
        return
    if event.lamport <= previous.lamport:
        message = _("This line puts itself before the line that it follows.")
        yield Finding(file.shown, number, FindingKind.BACKDATED, message)
    elif _is_before(event, previous):
        message = _("By the machine's own clock this line was written before the line that it follows.")
        yield Finding(file.shown, number, FindingKind.BACKDATED, message)


def _check_heads(files: dict[str, _File]) -> Iterator[Finding]:
    """Whether what the sessions saw of one another is still there, and was seen before it was written about."""
    told: set[tuple[str, str]] = set()
    for file in files.values():
        for event in file.events.values():
            for name, head in event.seen.items():
                other = files.get(name)
                seen = other.events.get(head) if other else None
                if seen is None:
                    if (name, head) not in told:
                        told.add((name, head))
                        yield _cut(file, event, name, other)
                elif seen.lamport >= event.lamport or _is_before(event, seen):
                    message = _(
                        "This line claims a time before line {line} of {other}, which its writer had read."
                    ).format(line=other.lines[head] if other else 0, other=name + SUFFIX)
                    yield Finding(file.shown, file.lines[event.hash], FindingKind.BACKDATED, message)


def _cut(witness: _File, event: Event, name: str, other: _File | None) -> Finding:
    place = _("{file}, line {line}").format(file=witness.shown, line=witness.lines[event.hash])
    if other is None:
        message = _("The file is missing, but its events were seen ({witness}).").format(witness=place)
        return Finding(name + SUFFIX, 0, FindingKind.CUT, message)
    message = _(
        "An event of this file is missing that was seen ({witness}): lines were cut off or written anew."
    ).format(witness=place)
    return Finding(other.shown, len(other.lines) + 1, FindingKind.CUT, message)


def _is_before(later: Event, earlier: Event) -> bool:
    """By the clock of the machine since its start, which no one can set back; only within one start."""
    if not later.boot_id or later.boot_id != earlier.boot_id:
        return False
    return later.monotonic < earlier.monotonic - CLOCK_GRAIN
