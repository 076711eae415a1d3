"""CloudWatch alarms as alerts, against moto's server and in CloudWatch's own JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.contract.aws_answers import Pages
from tests.contract.loopback import Loopback
from tests.contract.vendors import AWS_VARIABLES, NOW, alarms

from eventa_cockpit.domain.alert import AlertState, Severity
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


async def test_only_what_is_in_alarm_is_an_alert(moto: str) -> None:
    client = boto3.client(
        "cloudwatch",
        endpoint_url=moto,
        region_name="ap-northeast-1",
        aws_access_key_id=AWS_VARIABLES["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=AWS_VARIABLES["AWS_SECRET_ACCESS_KEY"],
    )
    for name, state in (("eventa-cpu", "ALARM"), ("eventa-disk", "OK"), ("eventa-lag", "INSUFFICIENT_DATA")):
        client.put_metric_alarm(
            AlarmName=name, AlarmDescription="CPU が高い", MetricName="CPUUtilization", Namespace="AWS/RDS", Period=60,
            Statistic="Average", Threshold=80, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=3,
            Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "eventa-prod"}],
        )  # fmt: skip
        client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="Threshold Crossed")
    (found,) = (await alarms(moto).read()).alerts
    assert (found.name, found.severity, found.state) == ("eventa-cpu", Severity.CRITICAL, AlertState.FIRING)
    assert found.summary == "CPU が高い"
    assert found.labels["DBInstanceIdentifier"] == "eventa-prod"
    assert found.link.startswith("https://ap-northeast-1.console.aws.amazon.com/")


def alarm(name: str = "eventa-cpu", **changes: Any) -> dict[str, Any]:
    moment = (NOW - timedelta(minutes=7)).timestamp()
    content = {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:{name}",
        "ActionsEnabled": True,
        "StateValue": "ALARM",
        "StateReason": "Threshold Crossed",
        "StateUpdatedTimestamp": NOW.timestamp(),
        "StateTransitionedTimestamp": moment,
        "MetricName": "CPUUtilization",
        "Namespace": "AWS/RDS",
    }
    return {**content, **changes}


async def test_it_fires_since_its_state_changed_not_since_it_was_last_looked_at(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"MetricAlarms": [alarm()]})
    (found,) = (await alarms(upstream.url).read()).alerts
    assert found.since == NOW - timedelta(minutes=7)


async def test_composite_alarms_and_all_pages_are_read(upstream: Loopback) -> None:
    upstream.behaviour = pages = Pages(
        {"MetricAlarms": [alarm("a")], "CompositeAlarms": [alarm("b")], "NextToken": "t"},
        {"MetricAlarms": [alarm("c")]},
    )
    found = await alarms(upstream.url, prefix="").read()
    assert {one.name for one in found.alerts} == {"a", "b", "c"}
    asked = json.loads(pages.asked[0])
    assert (asked["StateValue"], asked["AlarmTypes"]) == ("ALARM", ["MetricAlarm", "CompositeAlarm"])


@pytest.mark.parametrize(
    ("kind", "changes", "state"),
    [
        ("MetricAlarms", {"ActionsEnabled": False}, AlertState.SILENCED),
        ("CompositeAlarms", {"ActionsSuppressedBy": "Alarm"}, AlertState.INHIBITED),
    ],
)
async def test_an_alarm_that_calls_nobody_is_held_back(
    upstream: Loopback, kind: str, changes: dict[str, Any], state: AlertState
) -> None:
    upstream.behaviour = Pages({"MetricAlarms": [], kind: [alarm(**changes)]})
    (found,) = (await alarms(upstream.url).read()).alerts
    assert found.state is state


async def test_names_say_which_alarms_only_warn(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"MetricAlarms": [alarm("eventa-cpu"), alarm("eventa-cpu-stg"), alarm("other")]})
    found = await alarms(upstream.url, warnings=["*-cpu*"], prefix="eventa-").read()
    assert {one.name: one.severity for one in found.alerts} == {
        "eventa-cpu": Severity.WARNING,
        "eventa-cpu-stg": Severity.WARNING,
    }


async def test_hostile_names_are_cleaned(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"MetricAlarms": [alarm("a\x1b[2J\u202eb", AlarmDescription="x\x9b1m")]})
    (found,) = (await alarms(upstream.url).read()).alerts
    assert found.name.isprintable()
    assert found.summary.isprintable()
    assert "%1B" in found.link
    assert found.link.isprintable()


@pytest.mark.parametrize("page", [{}, {"MetricAlarms": "x"}, {"MetricAlarms": [{"StateValue": "ALARM"}]}])
async def test_what_is_no_list_of_alarms_is_not_good_news(upstream: Loopback, page: dict[str, Any]) -> None:
    upstream.behaviour = Pages(page)
    with pytest.raises(UpstreamError) as caught:
        await alarms(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED
