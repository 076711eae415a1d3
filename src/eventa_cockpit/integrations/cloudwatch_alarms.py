"""CloudWatch alarms that are in ALARM, as alerts among those of the other sources.

API: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import field

from eventa_cockpit.cleaning import clean, clean_line
from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity, ordered
from eventa_cockpit.domain.board import ALERTS_PREFIX
from eventa_cockpit.integrations.aws import AwsAccount
from eventa_cockpit.integrations.aws_calls import Answer, AwsCalls, listed, named
from eventa_cockpit.integrations.decoding import utc

PER_PAGE = 100


class DimensionShape(msgspec.Struct):
    name: str = field(name="Name")
    value: str = field(name="Value")


class AlarmShape(msgspec.Struct):
    """A metric alarm or a composite one; the latter has no metric."""

    name: str = field(name="AlarmName")
    arn: str = field(name="AlarmArn", default="")
    description: str | None = field(name="AlarmDescription", default=None)
    state: str = field(name="StateValue", default="")
    reason: str | None = field(name="StateReason", default=None)
    updated_at: datetime | None = field(name="StateUpdatedTimestamp", default=None)
    moved_at: datetime | None = field(name="StateTransitionedTimestamp", default=None)
    is_enabled: bool = field(name="ActionsEnabled", default=True)
    suppressed_by: str | None = field(name="ActionsSuppressedBy", default=None)
    namespace: str | None = field(name="Namespace", default=None)
    metric: str | None = field(name="MetricName", default=None)
    dimensions: list[DimensionShape] = field(name="Dimensions", default_factory=list)


class CloudWatchAlarmsSource:
    """One of the feeds of alerts."""

    key = ALERTS_PREFIX + "cloudwatch"
    vendor = "CloudWatch alarms"

    def __init__(
        self,
        account: Callable[[], AwsAccount],
        *,
        region: str,
        prefix: str = "",
        warnings: Sequence[str] = (),
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`warnings` are names, with `*`, of alarms that are not critical."""
        self.every = every
        self.deadline = deadline
        self._region = region
        self._prefix = prefix
        self._warnings = tuple(warnings)
        self._now = now
        self._calls = AwsCalls("alarms", account, deadline)

    async def read(self) -> AlertList:
        """Raises UpstreamError when there is no whole answer."""
        return await self._calls.run(self._read)

    async def close(self) -> None:
        await self._calls.close()

    def _read(self) -> AlertList:
        request: dict[str, Any] = {"StateValue": "ALARM", "MaxRecords": PER_PAGE}
        request["AlarmTypes"] = ["MetricAlarm", "CompositeAlarm"]
        if self._prefix:
            request["AlarmNamePrefix"] = self._prefix
        pages = self._calls.pages("cloudwatch", "describe_alarms", "NextToken", **request)
        return AlertList(
            ordered(self._alert(alarm) for page in pages for alarm in _alarms(page) if self._is_ours(alarm))
        )

    def _is_ours(self, alarm: AlarmShape) -> bool:
        """Asked for already; but an endpoint that knows no such filter is not believed."""
        return alarm.state == "ALARM" and alarm.name.startswith(self._prefix)

    def _alert(self, alarm: AlarmShape) -> Alert:
        is_warning = any(fnmatchcase(alarm.name, pattern) for pattern in self._warnings)
        moment = alarm.moved_at or alarm.updated_at
        return Alert(
            fingerprint=named(alarm.arn) or f"cloudwatch/{self._region}/{named(alarm.name)}",
            name=named(alarm.name),
            severity=Severity.WARNING if is_warning else Severity.CRITICAL,
            state=_state(alarm),
            since=self._now() if moment is None else min(utc(moment), self._now()),
            summary=clean_line(alarm.description or alarm.reason or ""),
            description=clean(alarm.reason or ""),
            labels=MappingProxyType(_labels(alarm, self._region)),
            link=self._link(alarm),
        )

    def _link(self, alarm: AlarmShape) -> str:
        host = f"https://{self._region}.console.aws.amazon.com/cloudwatch/home"
        return f"{host}?region={self._region}#alarmsV2:alarm/{quote(alarm.name, safe='')}"


def _alarms(page: Answer) -> list[AlarmShape]:
    """Composite alarms are left out of an answer that has none, as by an AWS that knows none."""
    composite = listed(page, "CompositeAlarms", AlarmShape) if "CompositeAlarms" in page else []
    return [*listed(page, "MetricAlarms", AlarmShape), *composite]


def _state(alarm: AlarmShape) -> AlertState:
    """An alarm whose actions are switched off calls nobody, as a silenced one."""
    if alarm.suppressed_by:
        return AlertState.INHIBITED
    return AlertState.FIRING if alarm.is_enabled else AlertState.SILENCED


def _labels(alarm: AlarmShape, region: str) -> dict[str, str]:
    labels = {"alertname": named(alarm.name), "region": region}
    if alarm.namespace and alarm.metric:
        labels |= {"namespace": named(alarm.namespace), "metric": named(alarm.metric)}
    return labels | {named(one.name): named(one.value) for one in alarm.dimensions}
