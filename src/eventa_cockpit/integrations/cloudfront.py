"""CloudFront: error rates, which its metrics tell in us-east-1 only, and the invalidations of one distribution.

API: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListInvalidations.html;
metrics: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import field

from eventa_cockpit.domain.board import CDN
from eventa_cockpit.domain.cdn import VENDOR, CdnStatus, Invalidation
from eventa_cockpit.domain.reading import Bound, Reading
from eventa_cockpit.integrations.aws import AwsAccount
from eventa_cockpit.integrations.aws_calls import AwsCalls, named, shaped
from eventa_cockpit.integrations.decoding import utc
from eventa_cockpit.integrations.metric_data import Query, Series, collected, newest_minutes
from eventa_cockpit.integrations.rds_metrics import Metric

NAMESPACE = "AWS/CloudFront"
METRICS = (
    Metric("5xxErrorRate", "Average", "%", 1.0, may_be_absent=True),
    Metric("4xxErrorRate", "Average", "%", 5.0, may_be_absent=True),
    Metric("Requests", "Sum", "1", may_be_absent=True),
)
"""Without any request CloudFront reports nothing."""
SHOWN_INVALIDATIONS = 10
ASKED_PATHS = 3
"""Invalidations whose paths are asked for, a call each."""
WINDOW = timedelta(hours=1)


class SummaryShape(msgspec.Struct):
    id: str = field(name="Id")
    created_at: datetime = field(name="CreateTime")
    status: str = field(name="Status", default="")


class SummaryListShape(msgspec.Struct):
    items: list[SummaryShape] = field(name="Items", default_factory=list)


class PathsShape(msgspec.Struct):
    items: list[str] = field(name="Items", default_factory=list)


class BatchShape(msgspec.Struct):
    paths: PathsShape = field(name="Paths", default_factory=PathsShape)


class InvalidationShape(msgspec.Struct):
    batch: BatchShape = field(name="InvalidationBatch", default_factory=BatchShape)


class AliasesShape(msgspec.Struct):
    items: list[str] = field(name="Items", default_factory=list)


class ConfigShape(msgspec.Struct):
    aliases: AliasesShape = field(name="Aliases", default_factory=AliasesShape)


class DistributionShape(msgspec.Struct):
    status: str = field(name="Status")
    changed_at: datetime | None = field(name="LastModifiedTime", default=None)
    config: ConfigShape = field(name="DistributionConfig", default_factory=ConfigShape)


class CloudFrontSource:
    """The feed of the CDN."""

    key = CDN
    vendor = VENDOR

    def __init__(
        self,
        distribution: str,
        account: Callable[[], AwsAccount],
        *,
        bounds: Mapping[str, float] | None = None,
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self.every = every
        self.deadline = deadline
        self._distribution = distribution
        self._bounds = dict(bounds or {})
        self._now = now
        self._calls = AwsCalls("cloudfront", account, deadline)
        self._paths: dict[str, tuple[str, ...]] = {}
        """Of invalidations that were asked for; they never change."""

    async def read(self) -> CdnStatus:
        """Raises UpstreamError when there is no whole answer."""
        return await self._calls.run(self._read)

    async def close(self) -> None:
        await self._calls.close()

    def _read(self) -> CdnStatus:
        answer = self._calls.call("cloudfront", "get_distribution", Id=self._distribution)
        found = shaped(answer.get("Distribution"), DistributionShape, "Distribution")
        series = self._metrics()
        return CdnStatus(
            distribution=named(self._distribution),
            readings=tuple(map(self._reading, METRICS, series)),
            invalidations=self._invalidations(),
            aliases=tuple(map(named, found.config.aliases.items)),
            is_deployed=found.status == "Deployed",
            changed_at=min(utc(found.changed_at), self._now()) if found.changed_at else None,
            is_partial=not all(one.is_whole for one in series),
        )

    def _metrics(self) -> list[Series]:
        dimensions = (("DistributionId", self._distribution), ("Region", "Global"))
        queries = [Query(metric.name, metric.statistic, NAMESPACE, dimensions) for metric in METRICS]
        return collected(self._calls, queries, newest_minutes(self._now().astimezone(UTC), WINDOW))

    def _reading(self, metric: Metric, series: Series) -> Reading:
        limit = self._bounds.get(metric.name, metric.bound)
        bound = None if limit is None else Bound(limit)
        return Reading(metric.name, metric.unit, series.points, bound, may_be_absent=metric.may_be_absent)

    def _invalidations(self) -> tuple[Invalidation, ...]:
        """The newest; AWS lists them newest first."""
        answer = self._calls.call(
            "cloudfront", "list_invalidations", DistributionId=self._distribution, MaxItems=str(SHOWN_INVALIDATIONS)
        )
        found = shaped(answer.get("InvalidationList"), SummaryListShape, "InvalidationList").items
        newest = sorted(found, key=lambda one: utc(one.created_at), reverse=True)[:SHOWN_INVALIDATIONS]
        for one in newest[:ASKED_PATHS]:
            if one.id not in self._paths:
                self._paths[one.id] = self._paths_of(one.id)
        self._paths = {one.id: self._paths[one.id] for one in newest if one.id in self._paths}
        return tuple(
            Invalidation(
                named(one.id),
                min(utc(one.created_at), self._now()),
                one.status.lower() == "completed",
                self._paths.get(one.id, ()),
            )
            for one in newest
        )

    def _paths_of(self, identifier: str) -> tuple[str, ...]:
        answer = self._calls.call("cloudfront", "get_invalidation", DistributionId=self._distribution, Id=identifier)
        found = shaped(answer.get("Invalidation"), InvalidationShape, "Invalidation")
        return tuple(map(named, found.batch.paths.items))
