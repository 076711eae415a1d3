"""The slow database, played with the real aws command line, and AWS' shapes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.simulator.conftest import Drill, needs_curl

SLOW_LOG = """\
aws rds download-db-log-file-portion \\
--db-instance-identifier eventa-prod \\
--log-file-name slowquery/mysql-slowquery.log \\
--output text > slow_queries.log
"""
ADD_INDEX = """\
curl -fsS -X POST https://api.eventa.app/admin/indexes -H "Authorization: Bearer ${ADMIN_TOKEN}" \\
  -d '{"table": "tickets", "columns": ["event_id", "status"]}'
"""
ALERT = "DatabaseLatencyHigh"
LOG = {"DBInstanceIdentifier": "eventa-prod", "LogFileName": "slowquery/mysql-slowquery.log"}


@pytest.fixture(scope="module")
def drill(make_drill: Callable[..., Drill]) -> Drill:
    return make_drill("database", seed=5)


@pytest.fixture(scope="module")
def client(drill: Drill) -> Callable[[str], Any]:
    """boto3's client of a service, as fast as it can be made."""
    session = boto3.session.Session(
        region_name="ap-northeast-1", aws_access_key_id="drill", aws_secret_access_key="drill"
    )
    config = Config(retries={"total_max_attempts": 1})
    return lambda name: session.client(name, endpoint_url=drill.world.url("aws"), config=config)


def latencies(client: Callable[[str], Any], drill: Drill) -> list[float]:
    """Average ReadLatency of each of the last minutes, oldest first, in seconds."""
    text = drill.output(
        "aws cloudwatch get-metric-statistics --namespace AWS/RDS --metric-name ReadLatency"
        " --dimensions Name=DBInstanceIdentifier,Value=eventa-prod --period 60 --statistics Average"
        " --start-time $(date -u +%FT%TZ -d '-30 minutes') --end-time $(date -u +%FT%TZ -d '+1 minute')"
    )
    points = sorted(json.loads(text)["Datapoints"], key=lambda point: point["Timestamp"])
    return [point["Average"] for point in points]


def test_cloudwatch_shows_the_last_hour_and_the_onset(client: Callable[[str], Any], drill: Drill) -> None:
    found = latencies(client, drill)

    assert len(found) >= 29
    assert max(found[:20]) < 0.02
    assert min(found[-3:]) > 0.2


def test_the_teams_own_command_fetches_the_slow_query_log_with_the_culprit(drill: Drill) -> None:
    drill.output(SLOW_LOG)
    text = (drill.world.folder / "slow_queries.log").read_text()

    assert text.count("SELECT COUNT(*) FROM tickets WHERE event_id") > 20
    assert "ALTER TABLE tickets DROP INDEX idx_tickets_event_id_status" in text
    assert "# Query_time: " in text


def test_the_log_comes_in_portions_from_a_marker_on(client: Callable[[str], Any]) -> None:
    rds = client("rds")
    whole = rds.download_db_log_file_portion(**LOG, Marker="0")["LogFileData"]
    parts, marker, pending = [], "0", True
    while pending:
        part = rds.download_db_log_file_portion(**LOG, Marker=marker, NumberOfLines=400)
        parts.append(part["LogFileData"])
        marker, pending = part["Marker"], part["AdditionalDataPending"]

    assert len(parts) > 1
    assert "".join(parts).startswith(whole)
    newest = rds.download_db_log_file_portion(**LOG, NumberOfLines=5)
    assert len(newest["LogFileData"].splitlines()) == 5
    assert newest["AdditionalDataPending"] is False


def test_log_files_are_listed_and_an_unknown_one_is_an_aws_error(client: Callable[[str], Any]) -> None:
    rds = client("rds")
    files = rds.describe_db_log_files(DBInstanceIdentifier="eventa-prod")["DescribeDBLogFiles"]
    assert {found["LogFileName"] for found in files} >= {LOG["LogFileName"]}
    assert all(found["Size"] > 0 and found["LastWritten"] > 1_700_000_000_000 for found in files)

    with pytest.raises(ClientError) as caught:
        rds.download_db_log_file_portion(DBInstanceIdentifier="eventa-prod", LogFileName="none.log")
    assert caught.value.response["Error"]["Code"] == "DBLogFileNotFoundFault"


def test_the_teams_alarms_go_off_at_its_thresholds(drill: Drill) -> None:
    text = drill.output("aws cloudwatch describe-alarms --state-value ALARM --query 'MetricAlarms[].AlarmName'")
    assert {"eventa-prod-read-latency", "eventa-prod-disk-queue"} <= set(json.loads(text))
    text = drill.output("aws cloudwatch describe-alarms --query 'MetricAlarms[].StateValue'")
    assert "OK" in json.loads(text) or len(json.loads(text)) == 4


def test_the_drill_has_an_event_before_it_and_maintenance_ahead_of_it(drill: Drill) -> None:
    events = json.loads(drill.output("aws rds describe-events --duration 120"))["Events"]
    assert [found["SourceIdentifier"] for found in events if "Updated parameter" in found["Message"]] == [
        "eventa-mysql80"
    ]
    waiting = json.loads(drill.output("aws rds describe-pending-maintenance-actions"))["PendingMaintenanceActions"]
    assert waiting[0]["ResourceIdentifier"].endswith(":db:eventa-prod")
    assert waiting[0]["PendingMaintenanceActionDetails"][0]["Action"] == "system-update"


def test_the_parameter_group_says_what_is_logged(drill: Drill) -> None:
    text = drill.output("aws rds describe-db-parameters --db-parameter-group-name eventa-mysql80 --source user")
    found = {one["ParameterName"]: one["ParameterValue"] for one in json.loads(text)["Parameters"]}
    assert (found["slow_query_log"], found["log_output"], found["long_query_time"]) == ("1", "FILE", "1")


def test_last_week_was_quiet(drill: Drill) -> None:
    text = drill.output(
        "aws cloudwatch get-metric-statistics --namespace AWS/RDS --metric-name ReadLatency"
        " --dimensions Name=DBInstanceIdentifier,Value=eventa-prod --period 60 --statistics Maximum"
        " --start-time $(date -u +%FT%TZ -d '-7 days -30 minutes') --end-time $(date -u +%FT%TZ -d '-7 days')"
    )
    points = json.loads(text)["Datapoints"]
    assert len(points) >= 29
    assert max(point["Maximum"] for point in points) < 0.02


def test_the_runbooks_queries_show_the_instance_its_replica_and_its_snapshots(client: Callable[[str], Any]) -> None:
    rds = client("rds")
    (instance,) = rds.describe_db_instances(DBInstanceIdentifier="eventa-prod")["DBInstances"]
    assert instance["Engine"] == "mysql"
    assert instance["ReadReplicaDBInstanceIdentifiers"] == ["eventa-prod-read-1"]
    snapshots = rds.describe_db_snapshots(DBInstanceIdentifier="eventa-prod")["DBSnapshots"]
    assert "eventa-prod-nightly" in {found["DBSnapshotIdentifier"] for found in snapshots}

    with pytest.raises(ClientError) as caught:
        rds.describe_db_instances(DBInstanceIdentifier="nosuch")
    assert caught.value.response["Error"]["Code"] == "DBInstanceNotFound"


def test_the_monthly_snapshot_command_works_as_written(drill: Drill) -> None:
    command = (
        "aws rds create-db-snapshot --db-instance-identifier eventa-prod"
        " --db-snapshot-identifier eventa-prod-pre-maintenance-$(date +%Y%m%d)"
    )
    assert "eventa-prod-pre-maintenance-2" in drill.output(command)
    again = drill.run(command)
    assert again.returncode != 0
    assert "DBSnapshotAlreadyExists" in again.stderr


def test_a_profile_of_the_responders_own_shell_does_not_matter(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-real-one")

    assert "arn:aws" in drill.output("aws sts get-caller-identity")


def test_a_snapshot_is_restored_and_the_backup_bucket_copied(client: Callable[[str], Any]) -> None:
    rds, s3 = client("rds"), client("s3")
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="eventa-prod-restore-drill", DBSnapshotIdentifier="eventa-prod-nightly"
    )
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="eventa-prod-restore-drill")
    rds.delete_db_instance(DBInstanceIdentifier="eventa-prod-restore-drill", SkipFinalSnapshot=True)

    keys = [found["Key"] for found in s3.list_objects_v2(Bucket="eventa-backups")["Contents"]]
    assert keys == [f"daily/tickets-{day:02}.csv" for day in range(1, 6)]
    assert "Contents" not in s3.list_objects_v2(Bucket="eventa-restore-drill")


@needs_curl
def test_a_replica_and_a_reboot_help_for_a_while_and_the_index_for_good(
    drill: Drill, client: Callable[[str], Any]
) -> None:
    rds = client("rds")
    drill.output(
        "aws rds create-db-instance-read-replica --db-instance-identifier eventa-prod-read-2"
        " --source-db-instance-identifier eventa-prod"
    )
    drill.control("speed", speed=1200)
    drill.pass_time(300)
    assert ALERT in drill.state()["alerts"]

    drill.control("speed", speed=1)
    text = drill.output("aws rds reboot-db-instance --db-instance-identifier eventa-prod")
    assert json.loads(text)["DBInstance"]["DBInstanceStatus"] == "rebooting"
    drill.control("speed", speed=1200)
    drill.until(lambda state: ALERT not in state["alerts"])
    drill.until(lambda state: ALERT in state["alerts"])
    events = rds.describe_events(SourceIdentifier="eventa-prod", SourceType="db-instance", Duration=180)["Events"]
    assert "DB instance restarted" in [event["Message"] for event in events]

    assert '"building"' in drill.output(ADD_INDEX)
    drill.until(lambda state: state["alerts"] == {})
    assert drill.pass_time(3600)["alerts"] == {}
    assert latencies(client, drill)[-2] < 0.02
    rds.delete_db_instance(DBInstanceIdentifier="eventa-prod-read-2", SkipFinalSnapshot=True)


def test_a_bigger_class_is_modified_first_and_then_available(drill: Drill, client: Callable[[str], Any]) -> None:
    rds = client("rds")
    drill.control("speed", speed=1)
    wanted = {"DBInstanceIdentifier": "eventa-prod", "DBInstanceClass": "db.r6g.xlarge", "ApplyImmediately": True}
    assert rds.modify_db_instance(**wanted)["DBInstance"]["DBInstanceStatus"] == "modifying"

    drill.control("speed", speed=1200)
    drill.pass_time(240)
    (instance,) = rds.describe_db_instances(DBInstanceIdentifier="eventa-prod")["DBInstances"]
    assert (instance["DBInstanceStatus"], instance["DBInstanceClass"]) == ("available", "db.r6g.xlarge")
