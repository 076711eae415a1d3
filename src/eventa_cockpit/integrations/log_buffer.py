"""The newest lines of one query: each once, in the order of their time, and never more than fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.log_folding import folded
from eventa_cockpit.domain.log_stream import LogLine, LogWindow
from eventa_cockpit.domain.reading import Point

BUCKET = timedelta(seconds=10)
CAPACITY = 2000
"""Lines that are kept; of more, the newest."""
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A line and what tells it from any other, as Loki does: its stream, its nanosecond and its bytes."""

    ns: int
    identity: int
    line: LogLine


class LogBuffer:
    """What is known of the window. Used on the event loop only."""

    def __init__(self, query: str, window: timedelta) -> None:
        self._query = query
        self._window = window
        self._entries: list[Entry] = []
        self._known: set[tuple[int, int]] = set()
        self._counts: Counter[int] = Counter()
        self._dropped: Counter[int] = Counter()
        self._is_cut = False

    @property
    def newest_ns(self) -> int | None:
        """Nanosecond of the newest line; None while there is none."""
        return self._entries[-1].ns if self._entries else None

    def take_span(self, entries: Sequence[Entry], start: datetime, counts: Mapping[int, int] | None) -> int:
        """Everything that the upstream has since `start`, the beginning of a bucket; returns how many were new.

        `counts` (bucket → lines) says how many there are where `entries` is only the newest of them.
        """
        first = bucket_of(round(start.timestamp() * SECOND_NS))
        found = Counter(bucket_of(entry.ns) for entry in entries) if counts is None else Counter(counts)
        self._counts = _before(self._counts, first) + found
        self._is_cut = counts is not None
        return len(self._add(entries))

    def take_new(self, entries: Iterable[Entry], dropped: Iterable[int] = ()) -> None:
        """Lines as they are written. Those that are here already are told again after a reconnect, and do not count.

        `dropped` are the nanoseconds of lines that were left out on the way: written, but not to be seen.
        """
        left_out = Counter(map(bucket_of, dropped))
        self._counts.update(left_out)
        self._counts.update(bucket_of(entry.ns) for entry in self._add(entries))
        self._dropped.update(left_out)

    def window(self, now: datetime) -> LogWindow:
        """The lines of the window that ends now."""
        end = bucket_of(round(now.timestamp() * SECOND_NS))
        first = end - self._window // BUCKET + 1
        first_ns = first * BUCKET // timedelta(microseconds=1) * 1000
        self._forget(first, first_ns)
        points = tuple(Point(_moment(bucket), self._counts[bucket]) for bucket in range(first, end + 1))
        return LogWindow(
            query=self._query,
            window=self._window,
            groups=folded(entry.line for entry in self._entries),
            points=points,
            bucket=BUCKET,
            is_cut=self._is_cut or len(self._entries) >= CAPACITY,
            dropped=self._dropped.total(),
        )

    def _add(self, entries: Iterable[Entry]) -> list[Entry]:
        fresh = {
            (entry.ns, entry.identity): entry for entry in entries if (entry.ns, entry.identity) not in self._known
        }
        if fresh:
            self._keep(sorted([*self._entries, *fresh.values()], key=lambda entry: entry.ns)[-CAPACITY:])
        return list(fresh.values())

    def _forget(self, first: int, first_ns: int) -> None:
        self._counts, self._dropped = _since(self._counts, first), _since(self._dropped, first)
        if self._entries and self._entries[0].ns < first_ns:
            self._keep([entry for entry in self._entries if entry.ns >= first_ns])

    def _keep(self, entries: list[Entry]) -> None:
        self._entries = entries
        self._known = {(entry.ns, entry.identity) for entry in entries}


def bucket_of(ns: int) -> int:
    """Number of the bucket, counted from 1970."""
    return ns // SECOND_NS // int(BUCKET.total_seconds())


def _before(counts: Counter[int], bucket: int) -> Counter[int]:
    return Counter({number: count for number, count in counts.items() if number < bucket})


def _since(counts: Counter[int], bucket: int) -> Counter[int]:
    return Counter({number: count for number, count in counts.items() if number >= bucket})


def _moment(bucket: int) -> datetime:
    return datetime.fromtimestamp(bucket * BUCKET.total_seconds(), UTC)
