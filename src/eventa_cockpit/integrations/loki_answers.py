"""Loki's answers in our words: streams of lines, matrices of counts, frames of a tail.

Moments of lines are strings of nanoseconds, those of a matrix numbers of seconds:
https://grafana.com/docs/loki/latest/reference/loki-http-api/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from eventa_cockpit.integrations.decoding import malformed, strictly
from eventa_cockpit.integrations.log_buffer import CAPACITY, SECOND_NS, Entry, bucket_of
from eventa_cockpit.integrations.log_lines import line_of
from eventa_cockpit.locale import _

EARLIEST_NS, LATEST_NS = 0, 1 << 62
"""From 1970 to 2116: anything else is no moment of a log."""


class Stream(msgspec.Struct):
    stream: dict[str, str]
    values: list[list[str | dict[str, msgspec.Raw]]]
    """Nanoseconds, line, and since version 3 perhaps what is known of the line besides."""


class Data(msgspec.Struct, rename="camel"):
    result_type: str
    result: list[msgspec.Raw]


class Answer(msgspec.Struct):
    data: Data


class Series(msgspec.Struct):
    values: list[tuple[float, str]]


class DroppedEntry(msgspec.Struct):
    timestamp: str


class TailFrame(msgspec.Struct):
    streams: list[Stream] | None = None
    dropped_entries: list[DroppedEntry] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What one frame of a tail tells."""

    entries: tuple[Entry, ...]
    dropped: tuple[int, ...]
    """Nanoseconds of the lines that are missing from it."""


def entries_of(body: bytes, now: datetime) -> tuple[Entry, ...]:
    """The lines of a range query, in the order of their time; of too many, the newest."""
    streams = (strictly(bytes(raw), Stream) for raw in _result(body, "streams"))
    return tuple(_entry(*found, now) for found in _in_order(streams)[-CAPACITY:])


def counts_of(body: bytes) -> dict[int, int]:
    """Bucket → lines, of a query that counts what was written in the bucket before each of its moments."""
    counts: dict[int, int] = {}
    for raw in _result(body, "matrix"):
        for second, count in strictly(bytes(raw), Series).values:
            bucket = bucket_of(round(second) * SECOND_NS) - 1
            counts[bucket] = counts.get(bucket, 0) + _whole(count)
    return counts


def told_by(body: bytes, now: datetime) -> Told:
    """One frame of a tail; of more lines than anybody can keep, the oldest count as left out."""
    frame = strictly(body, TailFrame)
    found = _in_order(frame.streams or ())
    kept, beyond = found[-CAPACITY:], found[:-CAPACITY]
    dropped = [_nanoseconds(entry.timestamp) for entry in frame.dropped_entries or ()]
    return Told(tuple(_entry(*raw, now) for raw in kept), (*dropped, *(raw[0] for raw in beyond)))


RawLine = tuple[int, str, int, dict[str, str]]
"""Nanosecond, line, number of its stream in the answer, labels."""


def _in_order(streams: Iterable[Stream]) -> list[RawLine]:
    return sorted(_raw_lines(streams), key=lambda raw: raw[:3])


def _raw_lines(streams: Iterable[Stream]) -> Iterator[RawLine]:
    for place, stream in enumerate(streams):
        for value in stream.values:
            if len(value) < 2 or not isinstance(value[0], str) or not isinstance(value[1], str):
                raise malformed(_("a line is not a moment and a text"), f"[{place}].values")
            yield _nanoseconds(value[0]), value[1], place, stream.stream


def _entry(ns: int, raw: str, _place: int, labels: dict[str, str], now: datetime) -> Entry:
    at = min(datetime.fromtimestamp(ns / SECOND_NS, UTC), now)
    return Entry(ns, hash((raw, tuple(sorted(labels.items())))), line_of(raw, at, labels))


def _result(body: bytes, wanted: str) -> list[msgspec.Raw]:
    data = strictly(body, Answer).data
    if data.result_type != wanted:
        sentence = _('the result is of type "{kind}", not "{wanted}"')
        raise malformed(sentence.format(kind=data.result_type, wanted=wanted), "data.resultType")
    return data.result


def _nanoseconds(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
    if not EARLIEST_NS <= number < LATEST_NS:
        raise malformed(_('"{text}" is not a number of nanoseconds').format(text=text[:40]), "values")
    return number


def _whole(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e15:
        raise malformed(_('"{count}" is not a number').format(count=text[:40]), "values")
    return round(number)
