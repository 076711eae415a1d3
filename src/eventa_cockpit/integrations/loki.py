"""Loki's query API: the newest lines of one query, and how many were written.

API: https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from eventa_cockpit.domain.board import LOGS
from eventa_cockpit.domain.log_stream import LogWindow
from eventa_cockpit.integrations.decoding import decoded
from eventa_cockpit.integrations.fetching import Fetcher, Parameters, within
from eventa_cockpit.integrations.log_buffer import BUCKET, SECOND_NS, Entry, LogBuffer
from eventa_cockpit.integrations.loki_answers import counts_of, entries_of

LIMIT = 1000
"""Lines that one query may give; Loki's own default is 100, its server's usual cap 5000."""
LATE = timedelta(seconds=15)
"""How much later than its moment a line may arrive: so much is asked for once more."""


class LokiSource:
    """The logs feed."""

    key = LOGS
    vendor = "Loki"

    def __init__(
        self,
        url: str,
        query: str,
        fetcher: Fetcher,
        *,
        window: timedelta,
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`url` is Loki's own, or its place in Grafana's proxy of datasources."""
        self.every = every
        self.deadline = deadline
        self._base = f"{url.rstrip('/')}/loki/api/v1"
        self._query = query
        self._fetcher = fetcher
        self._window = max(window // BUCKET, 1) * BUCKET
        self._now = now
        self._buffer = LogBuffer(query, self._window)

    async def read(self) -> LogWindow:
        """The newest window; raises UpstreamError when what was written since the last read cannot be had."""
        async with within(self.deadline):
            await self._catch_up()
        return self._buffer.window(self._now())

    async def close(self) -> None:
        await self._fetcher.close()

    async def _catch_up(self) -> None:
        """Ask for everything since a little before the newest line that is here."""
        now = self._now()
        start = self._start(now)
        entries = await self._lines(start, now)
        counts = await self._counts(start, now) if len(entries) >= LIMIT else None
        self._buffer.take_span(entries, start, counts)

    def _start(self, now: datetime) -> datetime:
        """The beginning of a bucket."""
        start = now - self._window
        if self._buffer.newest_ns is not None:
            newest = datetime.fromtimestamp(self._buffer.newest_ns / SECOND_NS, now.tzinfo)
            start = max(start, min(newest, now) - LATE)
        return datetime.fromtimestamp(start.timestamp() // BUCKET.total_seconds() * BUCKET.total_seconds(), now.tzinfo)

    async def _lines(self, start: datetime, now: datetime) -> tuple[Entry, ...]:
        parameters = [
            ("query", self._query),
            ("start", _nanoseconds(start)),
            ("end", _nanoseconds(now)),
            ("limit", str(LIMIT)),
            ("direction", "backward"),
        ]
        return await decoded(await self._range(parameters), lambda body: entries_of(body, self._now()))

    async def _counts(self, start: datetime, now: datetime) -> dict[int, int]:
        """Lines in each bucket from `start` on, also of those that were not read."""
        step = f"{BUCKET.total_seconds():g}s"
        parameters = [
            ("query", f"sum(count_over_time({self._query}[{step}]))"),
            ("start", _nanoseconds(start + BUCKET)),
            ("end", _nanoseconds(now + BUCKET)),
            ("step", step),
        ]
        return await decoded(await self._range(parameters), counts_of)

    async def _range(self, parameters: Parameters) -> bytes:
        return (await self._fetcher.get(f"{self._base}/query_range", parameters)).body


def _nanoseconds(moment: datetime) -> str:
    return str(int(moment.timestamp()) * SECOND_NS + moment.microsecond * 1000)
