"""Measuring an objective: its queries over a range, as slices of good and bad, and the slices of long windows kept.

Five minutes and thirty days come from the same two queries: minutes for the last hours, read anew each time, and
coarser slices for the days before, a day at a time and kept, so that a month is not asked for each half a minute.
"""

from __future__ import annotations

import asyncio
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from eventa_cockpit.domain.objective import Indicator, Measure, Objective
from eventa_cockpit.domain.slo import DAY, HOUR, LONGEST, Record, Slice
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.promql import PrometheusApi, Result, counts_a_second
from eventa_cockpit.integrations.threads import in_thread

FINE = 6 * HOUR
"""How far back slices are as short as they are wanted."""
MOST_SLICES = 7_500
"""Slices of the whole window; coarser ones are as long as that takes."""
PATIENCE = timedelta(minutes=5)
"""Until a day that could not be read, or is still going on, is asked for again."""
KEPT = 6 * HOUR
"""Until a day that is over is read again: what arrived late counts as well."""
WINDOW = "{{.window}}"
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(slots=True)
class Chunk:
    """One day of coarse slices."""

    slices: tuple[Slice, ...] = ()
    end: datetime | None = None
    """Until when they were read; None: not yet."""
    tried_at: datetime | None = None


@dataclass(slots=True)
class Measured:
    """One objective's slices, from read to read."""

    objective: Objective
    api: PrometheusApi
    resolution: timedelta
    """Length of the short slices."""
    patience: timedelta
    """How long a server may evaluate one query."""
    fine: tuple[Slice, ...] = ()
    chunks: dict[datetime, Chunk] = field(default_factory=dict)
    failure: UpstreamError | None = None
    """Why the days before are not all there."""

    @property
    def step(self) -> timedelta:
        return max(self.objective.slice or self.resolution, self.resolution)

    @property
    def counts_requests(self) -> bool:
        indicator = self.objective.indicator
        return indicator is not None and indicator.measure is Measure.COUNTS and indicator.slice_target is None

    async def read_fine(self, now: datetime) -> None:
        """The last hours; raises UpstreamError."""
        start = self._border(now)
        self.fine = await self._slices(start, _floor(now, self.step), self.step)

    async def read_days(self, now: datetime) -> None:
        """The days before that are missing or old, newest first, until one fails."""
        border, coarse = self._border(now), self._coarse(now)
        first = self._start(now)
        days = [day for day in _days(first, border) if self._is_due(day, border, now)]
        self.chunks = {day: chunk for day, chunk in self.chunks.items() if day + DAY > first}
        self.failure = None
        for day in reversed(days):
            chunk = self.chunks.setdefault(day, Chunk())
            end = min(day + DAY, border)
            try:
                # A cancelled read was never answered: it is asked again at once.
                chunk.tried_at = None
                chunk.slices = await self._slices(max(day, _floor(first, coarse)), end, coarse)
            except UpstreamError as error:
                self.failure, chunk.tried_at = error, now
                return
            chunk.end, chunk.tried_at = end, now

    def record(self, now: datetime, minimum: float) -> Record:
        """All slices, none across another."""
        border = self._border(now)
        days = [each for _day, chunk in sorted(self.chunks.items()) for each in chunk.slices if each.end <= border]
        return Record((*days, *self.fine), self.counts_requests, minimum)

    def _is_due(self, day: datetime, border: datetime, now: datetime) -> bool:
        chunk = self.chunks.get(day)
        if chunk is None or chunk.tried_at is None:
            return True
        age = now - chunk.tried_at
        if chunk.end is None or chunk.end < min(day + DAY, border):
            return age >= PATIENCE
        return age >= KEPT

    def _start(self, now: datetime) -> datetime:
        return min(self.objective.span(now)[0].astimezone(UTC), now - LONGEST)

    def _coarse(self, now: datetime) -> timedelta:
        """A multiple of the short slices, and a part of a day, so that the slices of all days lie on one grid."""
        least = (now - self._start(now)) / MOST_SLICES
        for minutes in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360):
            found = timedelta(minutes=minutes)
            if found >= least and found % self.step == timedelta():
                return found
        return FINE

    def _border(self, now: datetime) -> datetime:
        """Where the short slices begin. It moves no more often than the day before it is read."""
        coarse = self._coarse(now)
        return _floor(now - FINE, coarse * math.ceil(PATIENCE / coarse))

    async def _slices(self, start: datetime, end: datetime, span: timedelta) -> tuple[Slice, ...]:
        """The slices between two moments on the grid."""
        indicator = self.objective.indicator
        if indicator is None or end <= start:
            return ()
        if indicator.measure is Measure.COUNTS:
            bad_query = indicator.bad or indicator.good
            side, total = await asyncio.gather(
                self._values(bad_query, start, end, span, indicator.is_running_count),
                self._values(indicator.total, start, end, span, indicator.is_running_count),
            )
            return _counted(indicator, side, total, span)
        query = indicator.ratio or indicator.quantity
        return _shares(indicator, await self._values(query, start, end, span, is_running_count=False), span)

    async def _values(
        self, query: str, start: datetime, end: datetime, span: timedelta, is_running_count: bool
    ) -> dict[datetime, float]:
        """The query's value for each slice by its end, all its series added up."""
        first = start if is_running_count else start + span
        window = f"{span.total_seconds():.0f}s"
        result = await self.api.range(query.replace(WINDOW, window), first, end, span, self.patience)
        values = _added(result)
        if is_running_count:
            return _differences(values, span)
        if await in_thread(lambda: counts_a_second(query), "promql"):
            return {at: value * span.total_seconds() for at, value in values.items()}
        return values


def _added(result: Result) -> dict[datetime, float]:
    found: dict[datetime, float] = {}
    for series in result.series:
        for point in series.points:
            found[point.at] = found.get(point.at, 0.0) + point.value
    return found


def _differences(values: dict[datetime, float], span: timedelta) -> dict[datetime, float]:
    """What running counts went up by from slice to slice; one that fell began anew."""
    return {
        at: now - before if now >= before else now
        for (since, before), (at, now) in pairwise(sorted(values.items()))
        if at - since == span
    }


def _counted(
    indicator: Indicator, side: dict[datetime, float], total: dict[datetime, float], span: timedelta
) -> tuple[Slice, ...]:
    """Slices where anything was counted at all. A side without a value counted none: no error was ever seen."""
    found = []
    for at, events in sorted(total.items()):
        count = max(events, 0.0)
        amount = min(max(side.get(at, 0.0), 0.0), count)
        bad = amount if indicator.bad else count - amount
        if indicator.slice_target is not None and count:
            bad, count = float(1 - bad / count < indicator.slice_target), 1.0
        found.append(Slice(at, span, bad, count))
    return tuple(found)


def _shares(indicator: Indicator, values: dict[datetime, float], span: timedelta) -> tuple[Slice, ...]:
    found = []
    for at, value in sorted(values.items()):
        if indicator.measure is Measure.BOUND:
            bad = float(not OPERATORS[indicator.operator](value, indicator.bound))
        else:
            bad = min(max(1 - value if indicator.is_success else value, 0.0), 1.0)
            if indicator.slice_target is not None:
                bad = float(1 - bad < indicator.slice_target)
        found.append(Slice(at, span, bad, 1.0))
    return tuple(found)


def _floor(moment: datetime, step: timedelta) -> datetime:
    """The last moment on the grid, which begins with 1970."""
    seconds = step.total_seconds()
    return datetime.fromtimestamp(math.floor(moment.timestamp() / seconds) * seconds, UTC)


def _days(start: datetime, end: datetime) -> list[datetime]:
    """The beginnings of the days, in UTC, that lie between."""
    first = _floor(start, DAY)
    return [first + number * DAY for number in range(math.ceil((end - first) / DAY))]
