"""RDS metrics from CloudWatch: all of them in one GetMetricData call, because each call costs money.

API: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html;
metrics: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import DATABASE, FailureKind
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.reading import Bound, Point, Reading
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws import AwsAccount, aws_failure, open_client
from eventa_cockpit.integrations.decoding import malformed, utc
from eventa_cockpit.integrations.fetching import within
from eventa_cockpit.integrations.threads import Lane
from eventa_cockpit.locale import _

PERIOD = timedelta(minutes=1)
PAGES = 20
"""Pages of one answer; a day of all metrics fits into one."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of AWS/RDS as it is asked for and shown."""

    name: str
    statistic: str
    unit: str
    """As `Reading.unit`."""
    bound: float | None = None
    """Past which it is bad unless the configuration says otherwise."""
    is_floor: bool = False


GIB = 2.0**30
METRICS = (
    Metric("CPUUtilization", "Average", "%", 80.0),
    Metric("DatabaseConnections", "Maximum", "1"),
    Metric("ReadLatency", "Average", "s", 0.1),
    Metric("WriteLatency", "Average", "s", 0.1),
    Metric("FreeableMemory", "Minimum", "By", 0.5 * GIB, is_floor=True),
    Metric("FreeStorageSpace", "Minimum", "By", 10.0 * GIB, is_floor=True),
    Metric("DiskQueueDepth", "Maximum", "1", 20.0),
    Metric("ReplicaLag", "Maximum", "s", 30.0),
)
"""In the order in which they are shown. How many connections are too many depends on the instance's class."""


@dataclass(slots=True)
class _Series:
    """What the pages of one answer said about one metric."""

    points: dict[datetime, float]
    status: str = ""


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
        self._account = account
        self._window = window
        self._bounds = dict(bounds or {})
        self._now = now
        self._lane = Lane("cloudwatch")
        self._client: Any = None

    async def read(self) -> DatabaseReadings:
        """The newest whole minutes of all metrics; raises UpstreamError when there is no answer."""
        async with within(self.deadline):
            return await self._lane.run(self._read)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _read(self) -> DatabaseReadings:
        try:
            if self._client is None:
                self._client = open_client("cloudwatch", self._account(), self.deadline)
            return self._readings(self._collected(self._client))
        except UpstreamError:
            raise
        except Exception as error:  # noqa: BLE001 - told apart there; what it does not know, it raises again
            failure = aws_failure(error, self._client)
            if failure.kind in (FailureKind.CREDENTIALS, FailureKind.NOT_CONFIGURED):
                self._client = None
            raise failure from None

    def _collected(self, client: Any) -> dict[str, _Series]:
        """The points of each metric by name, all pages together."""
        end = self._now().astimezone(UTC).replace(second=0, microsecond=0)
        request: dict[str, Any] = {
            "MetricDataQueries": [_query(metric, self._instance) for metric in METRICS],
            "StartTime": end - self._window,
            "EndTime": end,
            "ScanBy": "TimestampAscending",
        }
        found: dict[str, _Series] = {metric.name: _Series({}) for metric in METRICS}
        for _page in range(PAGES):
            answer = _asked(client, request)
            for result in _results(answer):
                _add(found, result, end)
            token = answer.get("NextToken")
            if not token:
                return found
            request["NextToken"] = token
        raise malformed(_("it has more than {count} pages").format(count=PAGES))

    def _readings(self, found: Mapping[str, _Series]) -> DatabaseReadings:
        statuses = [series.status for series in found.values()]
        if statuses and all(status == "Forbidden" for status in statuses):
            sentence = _("AWS does not let our account read the metrics of {instance}.")
            raise UpstreamError(FailureKind.FORBIDDEN, sentence.format(instance=clean_line(self._instance)))
        readings = tuple(self._reading(metric, found[metric.name]) for metric in METRICS)
        is_partial = any(status != "Complete" for status in statuses)
        return DatabaseReadings(clean_line(self._instance), readings, is_partial)

    def _reading(self, metric: Metric, series: _Series) -> Reading:
        limit = self._bounds.get(metric.name, metric.bound)
        bound = None if limit is None else Bound(limit, metric.is_floor)
        points = tuple(Point(at, value) for at, value in sorted(series.points.items()))
        return Reading(metric.name, metric.unit, points, bound)


def _query(metric: Metric, instance: str) -> dict[str, Any]:
    return {
        # An id must begin with a lower-case letter.
        "Id": metric.name[0].lower() + metric.name[1:],
        "Label": metric.name,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/RDS",
                "MetricName": metric.name,
                "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": instance}],
            },
            "Period": int(PERIOD.total_seconds()),
            "Stat": metric.statistic,
        },
    }


def _asked(client: Any, request: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = client.get_metric_data(**request)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        # botocore parses without looking: what is not as its model says surfaces as any of these.
        raise malformed(f"{type(error).__name__}: {error}") from None
    return answer


def _results(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """botocore leaves out what the answer did not have: then it was not an answer of CloudWatch."""
    results = answer.get("MetricDataResults")
    if not isinstance(results, list):
        raise malformed(_("it holds no results"), "MetricDataResults")
    return results


def _add(found: Mapping[str, _Series], result: Mapping[str, Any], end: datetime) -> None:
    """Adds one result's points. The last page's status counts: before it, PartialData only means "more follows"."""
    by_id = {name[0].lower() + name[1:]: series for name, series in found.items()}
    series = by_id.get(result.get("Id", ""))
    if series is None:
        return
    series.status = result.get("StatusCode") or "Complete"
    for at, value in zip(result.get("Timestamps", ()), result.get("Values", ()), strict=False):
        if not math.isfinite(value):
            series.status = "PartialData"
        elif utc(at) + PERIOD <= end:
            series.points[utc(at)] = value
