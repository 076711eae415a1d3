"""CloudWatch's GetMetricData, against moto's server and against answers that moto does not give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.contract.aws_answers import Pages, described, instance, refused, result
from tests.contract.loopback import Loopback
from tests.contract.vendors import AWS_VARIABLES, NOW, cloudwatch, source

from eventa_cockpit.config import Database, EnvironmentConfig
from eventa_cockpit.domain.board import DATABASE, FailureKind
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


@pytest.fixture(scope="module")
def client(moto: str) -> Callable[[str], Any]:
    """boto3's client of a service."""
    session = boto3.session.Session(
        AWS_VARIABLES["AWS_ACCESS_KEY_ID"], AWS_VARIABLES["AWS_SECRET_ACCESS_KEY"], region_name="ap-northeast-1"
    )
    return lambda service: session.client(service, endpoint_url=moto)


@pytest.fixture(scope="module")
def replicated(client: Callable[[str], Any]) -> None:
    """An instance with a read replica."""
    rds = client("rds")
    common = {"DBInstanceClass": "db.r6g.large"}
    rds.create_db_instance(
        DBInstanceIdentifier="eventa-prod", Engine="mysql", AllocatedStorage=20, MasterUsername="eventa",
        MasterUserPassword="not-a-real-one", **common,
    )  # fmt: skip
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="eventa-prod-read-1", SourceDBInstanceIdentifier="eventa-prod", **common
    )


@pytest.fixture
def measured(moto: str, client: Callable[[str], Any], replicated: None) -> str:
    """Moto with three minutes of two metrics; the newest minute is not over."""
    cloud = client("cloudwatch")
    for age, cpu, free in ((2, 70.0, 9e9), (1, 91.0, 8e9), (0, 3.0, 1e9)):
        at = MINUTE - timedelta(minutes=age)
        cloud.put_metric_data(
            Namespace="AWS/RDS",
            MetricData=[
                _datum("CPUUtilization", cpu, at),
                _datum("FreeStorageSpace", free, at),
            ],
        )
    return moto


def _datum(name: str, value: float, at: datetime, instance: str = "eventa-prod") -> dict[str, Any]:
    dimensions = [{"Name": "DBInstanceIdentifier", "Value": instance}]
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


async def test_the_same_hour_of_last_week_stands_beside_it(client: Callable[[str], Any], measured: str) -> None:
    week_ago = NOW - timedelta(days=7)
    for minute, cpu in ((0, 20.0), (30, 30.0), (59, 40.0), (60, 99.0)):
        at = week_ago.replace(minute=0, second=0) + timedelta(minutes=minute)
        client("cloudwatch").put_metric_data(Namespace="AWS/RDS", MetricData=[_datum("CPUUtilization", cpu, at)])
    readings = await cloudwatch(measured).read()
    assert {reading.metric: reading.last_week for reading in readings.readings if reading.last_week is not None} == {
        "CPUUtilization": 30.0
    }
    assert not readings.is_partial


async def test_the_lag_is_that_of_the_replica_that_is_furthest_behind(
    client: Callable[[str], Any], measured: str
) -> None:
    at = MINUTE - timedelta(minutes=1)
    for name, lag in (("eventa-prod-read-1", 12.0), ("eventa-prod", 700.0)):
        client("cloudwatch").put_metric_data(Namespace="AWS/RDS", MetricData=[_datum("ReplicaLag", lag, at, name)])
    lag = (await cloudwatch(measured).read()).reading("ReplicaLag")
    assert lag is not None
    assert [point.value for point in lag.points] == [12.0], "the primary itself has no lag"


async def test_an_instance_that_rds_does_not_know_is_named(moto: str, replicated: None) -> None:
    with pytest.raises(UpstreamError, match="DBInstance nosuch not found") as caught:
        await cloudwatch(moto, instance="nosuch").read()
    assert caught.value.kind is FailureKind.NOT_FOUND


async def test_all_metrics_are_asked_for_in_one_call_and_last_week_once_an_hour(upstream: Loopback) -> None:
    upstream.behaviour = pages = Pages({"MetricDataResults": [result(0, 1.0)]})
    reader = cloudwatch(upstream.url)
    await reader.read()
    await reader.read()
    now, week, again = [json.loads(body) for body in pages.asked]
    assert len(now["MetricDataQueries"]) == 7
    assert {query["MetricStat"]["Period"] for query in week["MetricDataQueries"]} == {3600}
    assert now == again


AURORA = {"Engine": "aurora-mysql", "DBClusterIdentifier": "eventa", "PerformanceInsightsEnabled": "true"}


@pytest.mark.parametrize(
    ("engine", "has", "has_not"),
    [
        ("mysql", {"ReadLatency", "FreeStorageSpace"}, {"SelectLatency", "AuroraReplicaLag"}),
        ("aurora-mysql", {"SelectLatency", "DMLLatency", "FreeLocalStorage"}, {"FreeStorageSpace", "ReadLatency"}),
        ("aurora-postgresql", {"CommitLatency", "Deadlocks", "ReadLatency"}, {"DMLLatency", "FreeStorageSpace"}),
    ],
)
async def test_the_engine_decides_which_metrics_there_are(
    upstream: Loopback, engine: str, has: set[str], has_not: set[str]
) -> None:
    upstream.behaviour = Pages({"MetricDataResults": []}, rds=described(instance(Engine=engine)))
    found = await cloudwatch(upstream.url).read()
    names = {reading.metric for reading in found.readings}
    assert has <= names
    assert not has_not & names
    assert found.engine == engine


async def test_auroras_latencies_are_milliseconds_and_its_readers_are_measured_together(upstream: Loopback) -> None:
    upstream.behaviour = pages = Pages({"MetricDataResults": [result(2, 140.0)]}, rds=described(instance(**AURORA)))
    found = await cloudwatch(upstream.url).read()
    select = found.reading("SelectLatency")
    assert select is not None
    assert (select.unit, select.level) == ("ms", Level.CRITICAL)
    (lag,) = [
        query["MetricStat"]["Metric"]
        for query in json.loads(pages.asked[0])["MetricDataQueries"]
        if query["Label"] == "AuroraReplicaLag"
    ]
    assert {found["Name"]: found["Value"] for found in lag["Dimensions"]} == {
        "DBClusterIdentifier": "eventa", "Role": "READER",
    }  # fmt: skip


async def test_a_load_is_compared_with_the_processors_and_its_absence_is_no_zero(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"MetricDataResults": []}, rds=described(instance(**AURORA)))
    load = (await cloudwatch(upstream.url).read()).reading("DBLoad")
    assert load is not None
    assert load.bound == Bound(2.0), "a db.r6g.large has two"
    assert load.is_absent
    upstream.behaviour = Pages({"MetricDataResults": []}, rds=described(instance(Engine="mysql")))
    assert (await cloudwatch(upstream.url).read()).reading("DBLoad") is None, "without Performance Insights"


async def test_without_the_right_to_ask_rds_the_metrics_are_read_all_the_same(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"MetricDataResults": [result(0, 1.0)]}, rds=refused("AccessDenied"))
    found = await cloudwatch(upstream.url).read()
    assert found.engine == ""
    assert found.reading("CPUUtilization") is not None


async def test_pages_are_put_together(upstream: Loopback) -> None:
    upstream.behaviour = Pages(
        {"MetricDataResults": [result(0, 1.0, 2.0, status="PartialData")], "NextToken": "t"},
        {"MetricDataResults": [result(0, 3.0)]},
    )
    readings = await cloudwatch(upstream.url).read()
    cpu = readings.reading("CPUUtilization")
    assert cpu is not None
    assert [point.value for point in cpu.points] == [1.0, 3.0], "the same minute again is the newer word on it"


async def test_partial_data_is_told(upstream: Loopback) -> None:
    upstream.behaviour = Pages({"MetricDataResults": [result(0, 1.0, status="PartialData")]})
    assert (await cloudwatch(upstream.url).read()).is_partial


async def test_a_last_week_that_cannot_be_had_costs_nothing_but_the_comparison(upstream: Loopback) -> None:
    upstream.behaviour = Pages(
        {"MetricDataResults": [result(number, 1.0) for number in range(7)]},
        {"__type": "com.amazonaws#Throttling", "message": "no", "status": 400},
    )
    found = await cloudwatch(upstream.url).read()
    assert all(reading.points for reading in found.readings)
    assert found.is_partial


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
        await source(EnvironmentConfig(database=database, variables=no_account), DATABASE).read()
    assert caught.value.kind is FailureKind.CREDENTIALS
    assert upstream.requests == []


async def test_an_unknown_profile_is_named(upstream: Loopback, no_account: dict[str, str]) -> None:
    database = Database(instance="eventa-prod", endpoint_url=upstream.url, profile="no-such-profile")
    with pytest.raises(UpstreamError, match="no-such-profile") as caught:
        await source(EnvironmentConfig(database=database, variables=no_account), DATABASE).read()
    assert caught.value.kind is FailureKind.NOT_CONFIGURED


def test_an_account_does_not_show_its_keys() -> None:
    account = AwsAccount(access_key_id="AKIASECRET", secret_access_key="hidden", session_token="hidden too")
    assert not any(secret in repr(account) for secret in ("AKIASECRET", "hidden"))
