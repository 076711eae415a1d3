"""CloudWatch's GetMetricData: as many metrics as there are in one call, because each call costs money.

API: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.reading import Point
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws_calls import Answer, AwsCalls
from eventa_cockpit.integrations.decoding import malformed, utc
from eventa_cockpit.locale import _

QUERIES = 500
"""Most that one call may ask for."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Query:
    """One series."""

    metric: str
    statistic: str
    namespace: str
    dimensions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is asked for: whole periods only, for the newest one is not over."""

    start: datetime
    end: datetime
    period: timedelta = MINUTE


@dataclass(slots=True)
class Series:
    """What the pages of one answer said about one query."""

    values: dict[datetime, float] = field(default_factory=dict)
    status: str = ""
    """AWS' `StatusCode`; empty when the query was never answered."""

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(Point(at, value) for at, value in sorted(self.values.items()))

    @property
    def is_whole(self) -> bool:
        return self.status == "Complete"


def newest_minutes(now: datetime, span: timedelta) -> Window:
    """The whole minutes of the last `span`."""
    end = now.replace(second=0, microsecond=0)
    return Window(end - span, end)


def same_hour_last_week(now: datetime) -> Window:
    """The clock hour in which `now` lies, seven days earlier."""
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=7)
    return Window(start, start + HOUR, HOUR)


def collected(calls: AwsCalls, queries: Sequence[Query], window: Window, region: str = "") -> list[Series]:
    """One series a query; raises UpstreamError when there is no answer, or when we may read none of them."""
    found: list[Series] = []
    for first in range(0, len(queries), QUERIES):
        found += _batch(calls, queries[first : first + QUERIES], window, region)
    if found and all(series.status == "Forbidden" for series in found):
        raise UpstreamError(FailureKind.FORBIDDEN, _("AWS does not let our account read these metrics."))
    return found


def _batch(calls: AwsCalls, queries: Sequence[Query], window: Window, region: str) -> list[Series]:
    found = {f"m{number}": Series() for number in range(len(queries))}
    request: dict[str, Any] = {
        "MetricDataQueries": [_query(query, name, window.period) for name, query in zip(found, queries, strict=True)],
        "StartTime": window.start,
        "EndTime": window.end,
        "ScanBy": "TimestampAscending",
    }
    for answer in calls.pages("cloudwatch", "get_metric_data", "NextToken", region=region, **request):
        for result in _results(answer):
            series = found.get(result.get("Id", ""))
            if series is not None:
                _add(series, result, window)
    return list(found.values())


def _query(query: Query, name: str, period: timedelta) -> dict[str, Any]:
    return {
        "Id": name,
        "Label": query.metric,
        "MetricStat": {
            "Metric": {
                "Namespace": query.namespace,
                "MetricName": query.metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
            },
            "Period": int(period.total_seconds()),
            "Stat": query.statistic,
        },
    }


def _results(answer: Answer) -> list[Mapping[str, Any]]:
    """botocore leaves out what the answer did not have: then it was not an answer of CloudWatch."""
    results = answer.get("MetricDataResults")
    if not isinstance(results, list):
        raise malformed(_("it holds no results"), "MetricDataResults")
    return results


def _add(series: Series, result: Mapping[str, Any], window: Window) -> None:
    """Adds one result's points. The last page's status counts: before it, PartialData only means "more follows"."""
    series.status = result.get("StatusCode") or "Complete"
    for at, value in zip(result.get("Timestamps", ()), result.get("Values", ()), strict=False):
        if not math.isfinite(value):
            series.status = "PartialData"
        elif utc(at) + window.period <= window.end:
            series.values[utc(at)] = value
