"""Reading the files of a journal's folder: only what is new since the last time, and only whole lines."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from eventa_cockpit.domain.event import Event
from eventa_cockpit.journal.lines import decode, decode_head
from eventa_cockpit.journal.protocol import START, Cursor, Place, Tail

SUFFIX = ".jsonl"
NOWHERE = Place()


def journal_name(uid: int, session: str) -> str:
    """Of the file that this user's session writes, without its suffix."""
    return f"{uid}-{session}"


def journals(folder: Path) -> dict[str, int]:
    """Name of each file of the journal → its size, by name. Raises OSError when the folder cannot be read."""
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return {}
    with entries:
        found = {}
        for entry in entries:
            if entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False):
                try:
                    found[entry.name.removesuffix(SUFFIX)] = entry.stat(follow_symlinks=False).st_size
                except FileNotFoundError:
                    continue
    return dict(sorted(found.items()))


def read_since(folder: Path, since: Cursor = START) -> Tail:
    """What was written after `since`. Files that may not be read are left out; `verifying` reports them.

    Raises OSError when the folder cannot be read.
    """
    events: list[Event] = []
    places = dict(since.places)
    for name, size in journals(folder).items():
        place = places.get(name, NOWHERE)
        if size == place.offset:
            continue
        number, lamport, head = place.number, place.lamport, place.head
        offset, lines = _new_lines(folder, name, place, size)
        for line in lines:
            event = decode(line)
            if event is not None:
                events.append(event)
                number, lamport, head = event.number, max(lamport, event.lamport), event.hash
        places[name] = Place(offset, number, lamport, head)
    return Tail(tuple(events), Cursor(MappingProxyType(places)))


def heads_since(folder: Path, since: Cursor) -> Cursor:
    """As `read_since`, for a writer, who needs no more than where the others stand."""
    places: dict[str, Place] | None = None
    for name, size in journals(folder).items():
        place = since.places.get(name, NOWHERE)
        if size == place.offset:
            continue
        number, lamport, head = place.number, place.lamport, place.head
        offset, lines = _new_lines(folder, name, place, size)
        for line in lines:
            seen = decode_head(line)
            if seen is not None:
                number, lamport, head = seen.number, max(lamport, seen.lamport), seen.hash
        places = places if places is not None else dict(since.places)
        places[name] = Place(offset, number, lamport, head)
    return since if places is None else Cursor(MappingProxyType(places))


def _new_lines(folder: Path, name: str, place: Place, size: int) -> tuple[int, Iterator[bytes]]:
    """Where the next line begins, and the whole lines before it. A file that became shorter is read anew."""
    start = place.offset if place.offset <= size else 0
    data = read_bytes(folder / (name + SUFFIX), start)
    end = data.rfind(b"\n") + 1
    return start + end, iter(data[: max(end - 1, 0)].split(b"\n") if end else ())


def read_bytes(path: Path, start: int = 0) -> bytes:
    """From `start` to the end; nothing from what is not a regular file or may not be read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return b""
    with os.fdopen(fd, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return b""
        file.seek(start)
        return file.readall()


def events_of_kinds(folder: Path, kinds: tuple[type, ...]) -> list[Event]:
    """Only the events of these kinds, without decoding the others: a list of incidents needs two of each.

    Raises OSError when the folder cannot be read.
    """
    markers = [b'"kind":"%s"' % kind.__name__.encode() for kind in kinds]
    found: dict[tuple[str, int], Event] = {}
    for name in journals(folder):
        data = read_bytes(folder / (name + SUFFIX))
        for marker in markers:
            for event in _marked(data, marker):
                found[(event.session, event.number)] = event
    return list(found.values())


def _marked(data: bytes, marker: bytes) -> Iterator[Event]:
    """Events of whole lines with this member. Within a JSON string its quotes would be escaped."""
    at = data.find(marker)
    while at >= 0:
        end = data.find(b"\n", at)
        if end < 0:
            return
        event = decode(data[data.rfind(b"\n", 0, at) + 1 : end])
        if event is not None:
            yield event
        at = data.find(marker, end)
