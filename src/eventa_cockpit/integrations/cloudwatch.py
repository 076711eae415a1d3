"""The database's metrics from CloudWatch: now and the hour before, beside the same hour of last week.

Two calls in all but one of an hour's reads: RDS says once an hour which engine it is, and with it which metrics there
are; last week is one point a metric, and does not change within the hour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.board import DATABASE, FailureKind
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.reading import Bound, Point, Reading
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws import AwsAccount
from eventa_cockpit.integrations.aws_calls import AwsCalls, named
from eventa_cockpit.integrations.metric_data import (
    HOUR,
    Query,
    Series,
    Window,
    collected,
    newest_minutes,
    same_hour_last_week,
)
from eventa_cockpit.integrations.rds_instance import InstanceShape, instance_of
from eventa_cockpit.integrations.rds_metrics import LAG, LOAD, Metric, Subject, metrics_of, vcpus

NAMESPACE = "AWS/RDS"


@dataclass(frozen=True, slots=True)
class _Part:
    """One query, and the metric that it is a part of: a lag is asked for once a replica."""

    metric: Metric
    query: Query


@dataclass(frozen=True, slots=True)
class _Profile:
    """What holds for an hour."""

    until: datetime
    subject: Subject
    parts: tuple[_Part, ...]
    last_week: Mapping[str, float]
    has_last_week: bool


class CloudWatchSource:
    """The database feed: one instance's metrics."""

    key = DATABASE
    vendor = "CloudWatch"

    def __init__(
        self,
        instance: str,
        account: Callable[[], AwsAccount],
        *,
        window: timedelta = timedelta(hours=1),
        bounds: Mapping[str, float] | None = None,
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`account` may block: it is asked in a thread, again after credentials were not accepted."""
        self.every = every
        self.deadline = deadline
        self._instance = instance
        self._window = window
        self._bounds = dict(bounds or {})
        self._now = now
        self._calls = AwsCalls("cloudwatch", account, deadline)
        self._profile: _Profile | None = None

    async def read(self) -> DatabaseReadings:
        """The newest whole minutes of all metrics; raises UpstreamError when there is no answer."""
        return await self._calls.run(self._read)

    async def close(self) -> None:
        await self._calls.close()

    def _read(self) -> DatabaseReadings:
        now = self._now().astimezone(UTC)
        known = self._profile
        subject = known.subject if known is not None and now < known.until else self._subject()
        parts = tuple(_parts(subject))
        series = self._collected(parts, newest_minutes(now, self._window))
        # Afterwards, so that a first read is not held up by what only compares.
        if known is None or now >= known.until or not known.has_last_week:
            known = self._profile = self._profiled(subject, parts, now)
        readings = tuple(self._reading(metric, series, known) for metric in metrics_of(subject))
        is_partial = not known.has_last_week or not all(found.is_whole for _part, found in series)
        return DatabaseReadings(named(self._instance), readings, is_partial, subject.engine)

    def _subject(self) -> Subject:
        """Who is measured. Without the right to ask RDS, it is taken for an RDS instance without replicas."""
        try:
            return subject_of(instance_of(self._calls, self._instance))
        except UpstreamError as failure:
            if failure.kind is not FailureKind.FORBIDDEN:
                raise
            return Subject(self._instance)

    def _profiled(self, subject: Subject, parts: tuple[_Part, ...], now: datetime) -> _Profile:
        week_ago = same_hour_last_week(now)
        until = now.replace(minute=0, second=0, microsecond=0) + HOUR
        try:
            series = self._collected(parts, week_ago, statistic="Average")
        except UpstreamError:
            return _Profile(until, subject, parts, {}, has_last_week=False)
        values: dict[str, float] = {}
        for part, found in series:
            for value in found.values.values():
                values[part.metric.name] = max(value, values.get(part.metric.name, value))
        return _Profile(until, subject, parts, values, has_last_week=True)

    def _collected(self, parts: tuple[_Part, ...], window: Window, statistic: str = "") -> list[tuple[_Part, Series]]:
        queries = [
            Query(part.query.metric, statistic or part.query.statistic, NAMESPACE, part.query.dimensions)
            for part in parts
        ]
        return list(zip(parts, collected(self._calls, queries, window), strict=True))

    def _reading(self, metric: Metric, series: list[tuple[_Part, Series]], known: _Profile) -> Reading:
        limit = self._bounds.get(metric.name, metric.bound)
        if metric is LOAD and limit is None:
            limit = vcpus(known.subject.instance_class)
        return Reading(
            metric.name,
            metric.unit,
            _worst([found for part, found in series if part.metric is metric]),
            None if limit is None else Bound(limit, metric.is_floor),
            last_week=known.last_week.get(metric.name),
            may_be_absent=metric.may_be_absent,
        )


def subject_of(instance: InstanceShape) -> Subject:
    """What RDS says of the instance, as far as its metrics depend on it."""
    return Subject(
        instance=instance.identifier,
        engine=instance.engine,
        instance_class=instance.instance_class,
        cluster=instance.cluster or "",
        replicas=tuple(instance.replicas),
        is_replica=bool(instance.replica_source),
        has_insights=bool(instance.has_insights),
    )


def _parts(subject: Subject) -> list[_Part]:
    return [
        _Part(metric, Query(metric.name, metric.statistic, NAMESPACE, dimensions))
        for metric in metrics_of(subject)
        for dimensions in _dimensions(metric, subject)
    ]


def _dimensions(metric: Metric, subject: Subject) -> list[tuple[tuple[str, str], ...]]:
    """Whose metric: a replica's lag is only measured at the replica, and Aurora's readers are measured together."""
    if metric is LAG and subject.replicas:
        return [(("DBInstanceIdentifier", replica),) for replica in subject.replicas]
    if metric.name == "AuroraReplicaLag" and subject.cluster:
        return [(("DBClusterIdentifier", subject.cluster), ("Role", "READER"))]
    return [(("DBInstanceIdentifier", subject.instance),)]


def _worst(series: list[Series]) -> tuple[Point, ...]:
    """The largest value of each minute."""
    if len(series) == 1:
        return series[0].points
    values: dict[datetime, float] = {}
    for found in series:
        for at, value in found.values.items():
            values[at] = max(value, values.get(at, value))
    return Series(values).points
