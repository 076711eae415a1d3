"""AWS once more, by another emulator than moto: ministack, in an environment of its own, for it pins botocore."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.contract.vendors import AWS_VARIABLES, NOW, alarms, cloudfront, cloudwatch, rds_state, slow_queries

from eventa_cockpit.domain.alert import AlertState
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.database_state import MemberRole
from eventa_cockpit.domain.reading import Level
from eventa_cockpit.errors import UpstreamError

VERSION = "1.5.33"
READY_S = 60
INSTALL_S = 110

pytestmark = pytest.mark.package


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ministack, installed."""
    folder = tmp_path_factory.mktemp("ministack")
    variables = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    for command in (
        [sys.executable, "-m", "venv", str(folder / "venv")],
        [str(folder / "venv/bin/pip"), "install", "-q", "--disable-pip-version-check", f"ministack=={VERSION}"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables, timeout=INSTALL_S)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "venv/bin/ministack"


@pytest.fixture(scope="module")
def ministack(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address on loopback."""
    folder = tmp_path_factory.mktemp("state")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "rds,cloudwatch,cloudfront,sts,iam,ec2",
        "DOCKER_HOST": f"unix://{folder}/no-docker-here",
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([program], env=variables, cwd=folder, stdout=log, stderr=log)
    try:
        end = time.monotonic() + READY_S
        while not _answers(port):
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def client(ministack: str) -> Callable[..., Any]:
    """boto3's client of a service; with an instance and its replica made."""
    session = boto3.session.Session(AWS_VARIABLES["AWS_ACCESS_KEY_ID"], AWS_VARIABLES["AWS_SECRET_ACCESS_KEY"])

    def made(service: str, region: str = "ap-northeast-1") -> Any:
        return session.client(service, endpoint_url=ministack, region_name=region)

    made("rds").create_db_instance(
        DBInstanceIdentifier="eventa-prod", DBInstanceClass="db.r6g.large", Engine="mysql", AllocatedStorage=20,
        MasterUsername="eventa", MasterUserPassword="not-a-real-one",
    )  # fmt: skip
    made("rds").create_db_instance_read_replica(
        DBInstanceIdentifier="eventa-prod-read-1", SourceDBInstanceIdentifier="eventa-prod"
    )
    return made


async def test_metrics_are_read_with_their_last_week(ministack: str, client: Callable[..., Any]) -> None:
    for name, metric, age, value in (
        ("eventa-prod", "CPUUtilization", timedelta(minutes=2), 91.0),
        ("eventa-prod", "CPUUtilization", timedelta(days=7), 30.0),
        ("eventa-prod-read-1", "ReplicaLag", timedelta(minutes=2), 45.0),
    ):
        dimensions = [{"Name": "DBInstanceIdentifier", "Value": name}]
        at = NOW.replace(second=0) - age
        datum = {"MetricName": metric, "Dimensions": dimensions, "Timestamp": at, "Value": value}
        client("cloudwatch").put_metric_data(Namespace="AWS/RDS", MetricData=[datum])
    readings = await cloudwatch(ministack).read()
    cpu, lag = readings.reading("CPUUtilization"), readings.reading("ReplicaLag")
    assert cpu is not None
    assert lag is not None
    assert ([point.value for point in cpu.points], cpu.last_week) == ([91.0], 30.0)
    assert (lag.level, readings.engine) == (Level.CRITICAL, "mysql")


async def test_members_and_what_waits_are_read(ministack: str, client: Callable[..., Any]) -> None:
    state = await rds_state(ministack).read()
    assert {member.name: member.role for member in state.members} == {
        "eventa-prod": MemberRole.PRIMARY,
        "eventa-prod-read-1": MemberRole.REPLICA,
    }
    assert (state.maintenance, state.unread) == ((), ())


async def test_an_alarm_is_an_alert(ministack: str, client: Callable[..., Any]) -> None:
    for name in ("eventa-cpu", "eventa-lag"):
        client("cloudwatch").put_metric_alarm(
            AlarmName=name, MetricName="CPUUtilization", Namespace="AWS/RDS", Period=60, Statistic="Average",
            Threshold=80, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1,
            Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "nobody"}],
        )  # fmt: skip
    client("cloudwatch").set_alarm_state(AlarmName="eventa-cpu", StateValue="ALARM", StateReason="Threshold Crossed")
    (found,) = (await alarms(ministack).read()).alerts
    assert (found.name, found.state, found.description) == ("eventa-cpu", AlertState.FIRING, "Threshold Crossed")


async def test_an_invalidation_is_told_with_its_paths(ministack: str, client: Callable[..., Any]) -> None:
    config = {
        "CallerReference": "x", "Comment": "", "Enabled": True, "Aliases": {"Quantity": 1, "Items": ["eventa.app"]},
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "origin.eventa.app"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "MinTTL": 0},
    }  # fmt: skip
    front = client("cloudfront", "us-east-1")
    made = front.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "y"}
    front.create_invalidation(DistributionId=made, InvalidationBatch=batch)
    status = await cloudfront(ministack, distribution=made).read()
    (found,) = status.invalidations
    assert (found.paths, status.aliases, status.is_deployed) == (("/*",), ("eventa.app",), True)


async def test_a_call_that_an_aws_does_not_have_is_named(ministack: str, client: Callable[..., Any]) -> None:
    with pytest.raises(UpstreamError, match="DescribeDBLogFiles") as caught:
        await slow_queries(ministack).read()
    assert caught.value.kind is FailureKind.REFUSED
