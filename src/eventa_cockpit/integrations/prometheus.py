"""The metrics feed: the team's own queries, each with the points that led to its value now.

A value is only as new as the newest samples behind it. Prometheus itself answers with a sample for five minutes after
its target has died, and a rate for as long as its range, so each query's samples are dated as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.config import Query
from eventa_cockpit.domain.board import METRICS
from eventa_cockpit.domain.metric import MetricReadings
from eventa_cockpit.domain.reading import Bound, Point, Reading
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.fetching import within
from eventa_cockpit.integrations.promql import PrometheusApi, Result, Selection, Series, selection_of
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _

COLUMNS = 60
"""Points that are asked for: as many as a pane can draw."""
MOST_SERIES = 12
"""Series of one query that become readings; a query with more is meant for a graph."""
SHARE = 0.8
"""Of the deadline that one query may take, so that a hanging one does not cost the answers of the others."""
SHORTEST_STEP = timedelta(seconds=1)

Age = timedelta | None
"""How old a selector's newest sample is; None when it selects nothing."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of one query."""

    readings: tuple[Reading, ...]
    warnings: tuple[str, ...] = ()
    failure: UpstreamError | None = None


class PrometheusSource:
    """The metrics feed."""

    key = METRICS
    vendor = "Prometheus"

    def __init__(
        self,
        api: PrometheusApi,
        queries: Mapping[str, Query],
        *,
        window: timedelta = timedelta(hours=1),
        oldest: timedelta = timedelta(minutes=2),
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`oldest` is how old the newest sample may be for its query to say anything about now."""
        self.every = every
        self.deadline = deadline
        self._api = api
        self._queries = dict(queries)
        self._window = window
        self._oldest = oldest
        self._now = now

    async def read(self) -> MetricReadings:
        """The value of each query; raises UpstreamError when there is none at all."""
        async with within(self.deadline):
            wanted = await in_thread(self._selections, "promql")
            selectors = dict.fromkeys(selector for each in wanted.values() for selector in each.selectors)
            ages = {selector: asyncio.ensure_future(self._age(selector)) for selector in selectors}
            told = await asyncio.gather(
                *(
                    self._told(query, _blank(name, query, wanted[name]), [ages[it] for it in wanted[name].selectors])
                    for name, query in self._queries.items()
                )
            )
        failures = [each.failure for each in told if each.failure is not None]
        if failures and len(failures) == len(told):
            raise failures[0]
        return MetricReadings(
            tuple(reading for each in told for reading in each.readings),
            tuple(dict.fromkeys(warning for each in told for warning in each.warnings)),
        )

    async def close(self) -> None:
        await self._api.close()

    def _selections(self) -> dict[str, Selection]:
        """What each query reads; blocks while the parser is imported."""
        return {name: selection_of(query.query) for name, query in self._queries.items()}

    async def _told(self, query: Query, blank: Reading, ages: list[asyncio.Future[Age | UpstreamError]]) -> _Told:
        current, history = await asyncio.gather(self._current(query), self._history(query))
        age = _oldest_of([await each for each in ages])
        if isinstance(current, UpstreamError):
            return _Told((replace(blank, problem=str(current)),), failure=current)
        warnings = current.warnings
        past: tuple[Series, ...] = ()
        if isinstance(history, UpstreamError):
            warnings = (*warnings, f"{blank.shown_name}: {history}")
        else:
            warnings, past = (*warnings, *history.warnings), history.series
        if len(current.series) > MOST_SERIES:
            sentence = _("{name}: only {count} of its {total} series are shown; aggregate them in the query.")
            shown = sentence.format(name=blank.shown_name, count=MOST_SERIES, total=len(current.series))
            warnings = (*warnings, shown)
        readings = tuple(
            self._reading(reading, series, _points_of(series, past), age)
            for reading, series in _labelled(blank, current.series[:MOST_SERIES])
        )
        return _Told(readings or (self._gone(blank, past),), warnings)

    def _reading(self, blank: Reading, series: Series, past: tuple[Point, ...], age: Age | UpstreamError) -> Reading:
        """The series as a reading; its newest point is as old as the newest sample behind it."""
        problem = self._problem(series, age)
        if not series.points or not isinstance(age, timedelta):
            return replace(blank, points=past, problem=problem)
        at = self._now().astimezone(UTC) - max(age, timedelta())
        points = (*(point for point in past if point.at < at), Point(at, series.points[-1].value))
        return replace(blank, points=points, problem=problem)

    def _problem(self, series: Series, age: Age | UpstreamError) -> str:
        if series.oddity == "NaN":
            return _("There is nothing to divide by: no traffic, or no sample of it.")
        if series.oddity:
            return _("Its value is no number: {value}.").format(value=series.oddity)
        if age is None:
            return _("Nothing gives samples for it any more.")
        if isinstance(age, UpstreamError):
            return _("How old its samples are is not known: {why}").format(why=age)
        if age > self._oldest:
            return _("Its newest sample is {seconds:.0f} s old.").format(seconds=age.total_seconds())
        return ""

    def _gone(self, blank: Reading, past: tuple[Series, ...]) -> Reading:
        """A query that finds nothing now, with what the only series of its past was."""
        points = past[0].points if len(past) == 1 else ()
        if not points:
            return replace(blank, problem=_("The query finds nothing."))
        minutes = (self._now() - points[-1].at) / timedelta(minutes=1)
        sentence = _("The query finds nothing any more; its last value is {minutes:.0f} min old.")
        return replace(blank, points=points, problem=sentence.format(minutes=minutes))

    async def _current(self, query: Query) -> Result | UpstreamError:
        try:
            async with within(self.deadline * SHARE):
                return await self._api.instant(query.query, self.deadline * SHARE)
        except UpstreamError as error:
            return error

    async def _history(self, query: Query) -> Result | UpstreamError:
        step = max(self._window / COLUMNS, SHORTEST_STEP)
        # Multiples of the step: the same moments at each read, so that a line of dots does not tremble.
        end = datetime.fromtimestamp(self._now().timestamp() // step.total_seconds() * step.total_seconds(), UTC)
        try:
            async with within(self.deadline * SHARE):
                return await self._api.range(query.query, end - self._window, end, step, self.deadline * SHARE)
        except UpstreamError as error:
            return error

    async def _age(self, selector: str) -> Age | UpstreamError:
        """How old the newest sample is by the server's own clock."""
        query = f"time() - max(timestamp({selector}))"
        try:
            async with within(self.deadline * SHARE):
                found = await self._api.instant(query, self.deadline * SHARE)
        except UpstreamError as error:
            return error
        points = [point for series in found.series for point in series.points]
        return timedelta(seconds=points[0].value) if points else None


def _oldest_of(ages: Iterable[Age | UpstreamError]) -> Age | UpstreamError:
    """The age that a value has which is made of all of them; a selector without samples counts only if all are so.

    An error counter that never counted is no sign of death, as long as the requests that it is set against go on.
    """
    known = list(ages)
    if not known:
        return timedelta()
    failures = [age for age in known if isinstance(age, UpstreamError)]
    if failures:
        return failures[0]
    return max((age for age in known if isinstance(age, timedelta)), default=None)


def _blank(name: str, query: Query, selection: Selection) -> Reading:
    bound = None if query.bound is None else Bound(query.bound, query.floor)
    title, unit = clean_line(query.title), clean_line(query.unit)
    return Reading(clean_line(name), unit, (), bound, title=title, window=selection.window)


def _labelled(blank: Reading, series: tuple[Series, ...]) -> list[tuple[Reading, Series]]:
    """One reading a series; several are told apart by the labels in which they differ."""
    if len(series) == 1:
        return [(blank, series[0])]
    names = sorted({name for each in series for name in each.labels})
    telling = [name for name in names if len({each.labels.get(name, "") for each in series}) > 1]
    found = []
    for each in sorted(series, key=lambda each: [each.labels.get(name, "") for name in telling]):
        labels = ",".join(f"{name}={each.labels.get(name, '')}" for name in telling)
        values = " ".join(each.labels.get(name, "") for name in telling)
        metric = f"{blank.metric}{{{labels}}}"
        found.append((replace(blank, metric=metric, title=f"{blank.shown_name} {values}".strip()), each))
    return found


def _points_of(series: Series, past: tuple[Series, ...]) -> tuple[Point, ...]:
    return next((each.points for each in past if each.labels == series.labels), ())
