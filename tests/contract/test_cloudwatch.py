"""CloudWatch's GetMetricData, against moto's server and against answers that moto does not give."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.contract.loopback import Loopback, Request, answer
from tests.contract.vendors import AWS_VARIABLES, NOW, cloudwatch, source

from eventa_cockpit.config import Database, EnvironmentConfig
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.reading import Bound, Level
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws import AwsAccount

MINUTE = NOW.replace(second=0)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def measured(moto: str) -> str:
    """Moto with three minutes of two metrics; the newest minute is not over."""
    client = boto3.client(
        "cloudwatch",
        endpoint_url=moto,
        region_name="ap-northeast-1",
        aws_access_key_id=AWS_VARIABLES["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=AWS_VARIABLES["AWS_SECRET_ACCESS_KEY"],
    )
    for age, cpu, free in ((2, 70.0, 9e9), (1, 91.0, 8e9), (0, 3.0, 1e9)):
        at = MINUTE - timedelta(minutes=age)
        client.put_metric_data(
            Namespace="AWS/RDS",
            MetricData=[
                _datum("CPUUtilization", cpu, at),
                _datum("FreeStorageSpace", free, at),
            ],
        )
    return moto


def _datum(name: str, value: float, at: datetime) -> dict[str, Any]:
    dimensions = [{"Name": "DBInstanceIdentifier", "Value": "eventa-prod"}]
    return {"MetricName": name, "Dimensions": dimensions, "Timestamp": at, "Value": value}


async def test_the_metrics_of_the_reference_are_read_with_their_units(measured: str) -> None:
    readings = await cloudwatch(measured).read()
    assert readings.instance == "eventa-prod"
    assert {reading.metric: reading.unit for reading in readings.readings} == {
        "CPUUtilization": "%",
        "DatabaseConnections": "1",
        "ReadLatency": "s",
        "WriteLatency": "s",
        "FreeableMemory": "By",
        "FreeStorageSpace": "By",
        "DiskQueueDepth": "1",
        "ReplicaLag": "s",
    }


async def test_the_minute_that_is_not_over_is_left_out(measured: str) -> None:
    cpu = (await cloudwatch(measured).read()).reading("CPUUtilization")
    assert cpu is not None
    assert [(point.at, point.value) for point in cpu.points] == [
        (MINUTE - timedelta(minutes=2), 70.0),
        (MINUTE - timedelta(minutes=1), 91.0),
    ]


async def test_a_metric_past_its_usual_bound_is_critical_and_one_without_points_is_unknown(measured: str) -> None:
    readings = await cloudwatch(measured).read()
    levels = {reading.metric: reading.level for reading in readings.readings}
    assert levels["CPUUtilization"] is Level.CRITICAL
    assert levels["FreeStorageSpace"] is Level.CRITICAL, "free storage is bad below its bound"
    assert levels["ReplicaLag"] is Level.UNKNOWN


async def test_the_configurations_bounds_take_the_place_of_the_usual_ones(measured: str) -> None:
    bounds = {"CPUUtilization": 95.0, "FreeStorageSpace": 1e9, "DatabaseConnections": 400.0}
    readings = await cloudwatch(measured, bounds=bounds).read()
    found = {reading.metric: reading.bound for reading in readings.readings}
    assert found["CPUUtilization"] == Bound(95.0)
    assert found["FreeStorageSpace"] == Bound(1e9, is_floor=True)
    assert found["DatabaseConnections"] == Bound(400.0)
    assert found["ReadLatency"] == Bound(0.1)


class Pages:
    """CloudWatch's JSON answers, one after the other; the last one is given again and again."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = list(pages)
        self.asked: list[bytes] = []

    def __call__(self, request: Request, connection: socket.socket) -> None:
        self.asked.append(request.body)
        page = self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]
        status = page.get("status", 200)
        answer(json.dumps(page).encode(), status=status, kind="application/x-amz-json-1.0")(request, connection)


def result(name: str, *values: float, status: str = "Complete") -> dict[str, Any]:
    moments = [(MINUTE - timedelta(minutes=len(values) - place)).timestamp() for place in range(len(values))]
    return {"Id": name, "Label": name, "Timestamps": moments, "Values": list(values), "StatusCode": status}


async def test_all_metrics_are_asked_for_in_one_call(upstream: Loopback) -> None:
    upstream.behaviour = pages = Pages({"MetricDataResults": [result("cPUUtilization", 1.0)]})
    await cloudwatch(upstream.url).read()
    assert len(pages.asked) == 1
    assert len(json.loads(pages.asked[0])["MetricDataQueries"]) == 8


async def test_pages_are_put_together(upstream: Loopback) -> None:
    upstream.behaviour = Pages(
        {"MetricDataResults": [result("cPUUtilization", 1.0, 2.0, status="PartialData")], "NextToken": "t"},
        {"MetricDataResults": [result("cPUUtilization", 3.0)]},
    )
    readings = await cloudwatch(upstream.url).read()
    cpu = readings.reading("CPUUtilization")
    assert cpu is not None
    assert [point.value for point in cpu.points] == [1.0, 3.0], "the same minute again is the newer word on it"


async def test_partial_data_is_told(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"MetricDataResults": [result("cPUUtilization", 1.0, status="PartialData")]})
    assert (await cloudwatch(upstream.url).read()).is_partial


async def test_pages_without_end_are_given_up(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"MetricDataResults": [], "NextToken": "t"})
    with pytest.raises(UpstreamError, match="pages") as caught:
        await cloudwatch(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED


async def test_an_answer_without_results_is_no_answer(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"something": "else"})
    with pytest.raises(UpstreamError, match="MetricDataResults"):
        await cloudwatch(upstream.url).read()


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ExpiredToken", 403, FailureKind.CREDENTIALS),
        ("InvalidClientTokenId", 403, FailureKind.CREDENTIALS),
        ("SignatureDoesNotMatch", 403, FailureKind.CREDENTIALS),
        ("AccessDenied", 403, FailureKind.FORBIDDEN),
        ("Throttling", 400, FailureKind.THROTTLED),
        ("InternalServiceFault", 500, FailureKind.SERVER),
        ("InvalidParameterValue", 400, FailureKind.REFUSED),
    ],
)
async def test_aws_own_errors_are_told_apart(upstream: Loopback, code: str, status: int, kind: FailureKind) -> None:
    upstream.behaviour = Pages({"__type": f"com.amazonaws#{code}", "message": "no", "status": status})
    with pytest.raises(UpstreamError) as caught:
        await cloudwatch(upstream.url).read()
    assert caught.value.kind is kind


@pytest.fixture
def no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Variables with which AWS finds no account at all."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "aws-config"
    return {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "aws-credentials")}


async def test_without_credentials_nothing_is_asked(upstream: Loopback, no_account: dict[str, str]) -> None:
    database = Database(instance="eventa-prod", endpoint_url=upstream.url)
    with pytest.raises(UpstreamError, match="credentials") as caught:
        await source(EnvironmentConfig(database=database, variables=no_account)).read()
    assert caught.value.kind is FailureKind.CREDENTIALS
    assert upstream.requests == []


async def test_an_unknown_profile_is_named(upstream: Loopback, no_account: dict[str, str]) -> None:
    database = Database(instance="eventa-prod", endpoint_url=upstream.url, profile="no-such-profile")
    with pytest.raises(UpstreamError, match="no-such-profile") as caught:
        await source(EnvironmentConfig(database=database, variables=no_account)).read()
    assert caught.value.kind is FailureKind.NOT_CONFIGURED


def test_an_account_does_not_show_its_keys() -> None:
    account = AwsAccount(access_key_id="AKIASECRET", secret_access_key="hidden", session_token="hidden too")
    assert not any(secret in repr(account) for secret in ("AKIASECRET", "hidden"))
