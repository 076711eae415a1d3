"""What RDS tells besides metrics, in RDS' own XML."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.contract.aws_answers import Pages, described, element, events, instance, maintenance, rds_answer, refused
from tests.contract.loopback import Loopback
from tests.contract.vendors import NOW, rds_state, stamp

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.change import ChangeKind
from eventa_cockpit.domain.database_state import MemberRole
from eventa_cockpit.errors import UpstreamError

REPLICAS = [element("ReadReplicaDBInstanceIdentifier", "eventa-prod-read-1")]
GROUPS = [element("DBParameterGroup", {"DBParameterGroupName": "tuned", "ParameterApplyStatus": "pending-reboot"})]
STOPPED = {"StatusType": "read replication", "Normal": "false", "Status": "error", "Message": "Duplicate entry"}
PRIMARY = instance(
    ReadReplicaDBInstanceIdentifiers=REPLICAS,
    DBParameterGroups=GROUPS,
    PendingModifiedValues={"DBInstanceClass": "db.r6g.xlarge", "MasterUserPassword": "****"},
)
REPLICA = instance(
    "eventa-prod-read-1",
    ReadReplicaSourceDBInstanceIdentifier="eventa-prod",
    StatusInfos=[element("DBInstanceStatusInfo", STOPPED)],
)


def event(source: str, message: str, *categories: str, minutes: float = 10) -> dict[str, Any]:
    at = stamp(NOW - timedelta(minutes=minutes))
    return {"SourceIdentifier": source, "Message": message, "EventCategories": categories, "Date": at}


def answers(**changes: Any) -> Pages:
    """A primary whose replica has stopped, what happened to them, and what waits."""
    said: dict[str, Any] = {
        "rds": described(PRIMARY, REPLICA),
        "DescribeEvents": events(
            event("tuned", "Updated parameter max_connections", "configuration change", minutes=25),
            event("eventa-prod", "Finished DB Instance backup", "backup", minutes=90),
            event("somebody-else", "DB instance restarted", "availability"),
        ),
        "DescribePendingMaintenanceActions": maintenance(
            PRIMARY["DBInstanceArn"], Action="system-update", CurrentApplyDate=stamp(NOW + timedelta(days=2))
        ),
        **changes,
    }
    return Pages(**said)


async def test_the_members_are_told_with_their_roles_and_what_is_wrong_with_them(upstream: Loopback) -> None:
    upstream.behaviour = answers()
    state = await rds_state(upstream.url).read()
    primary, replica = state.members
    assert (primary.name, primary.role, primary.is_available) == ("eventa-prod", MemberRole.PRIMARY, True)
    assert (replica.role, replica.is_available, replica.problem) == (MemberRole.REPLICA, False, "Duplicate entry")
    assert state.engine == "mysql 8.0.39"


async def test_a_cluster_says_who_writes(upstream: Loopback) -> None:
    members = [
        element("DBClusterMember", {"DBInstanceIdentifier": name, "IsClusterWriter": writes})
        for name, writes in (("eventa-prod", "false"), ("eventa-prod-b", "true"))
    ]
    cluster = {
        "DBClusterIdentifier": "eventa",
        "DBClusterMembers": members,
        "DBClusterArn": "arn:aws:rds:x:1:cluster:e",
    }
    upstream.behaviour = answers(
        rds=described(instance(Engine="aurora-mysql", DBClusterIdentifier="eventa"), instance("eventa-prod-b")),
        DescribeDBClusters=rds_answer("DescribeDBClusters", DBClusters=[element("DBCluster", cluster)]),
    )
    state = await rds_state(upstream.url).read()
    assert [(member.name, member.role) for member in state.members] == [
        ("eventa-prod", MemberRole.REPLICA),
        ("eventa-prod-b", MemberRole.PRIMARY),
    ]


async def test_events_of_a_day_are_ours_only_and_the_changes_among_them_are_told(upstream: Loopback) -> None:
    upstream.behaviour = pages = answers()
    state = await rds_state(upstream.url).read()
    assert [found.source for found in state.events] == ["tuned", "eventa-prod"]
    (change,) = state.changes
    assert (change.kind, change.title) == (ChangeKind.DATABASE, "tuned: Updated parameter max_connections")
    (asked,) = [request for request in pages.requests if request["Action"] == "DescribeEvents"]
    assert asked["StartTime"].startswith("2026-11-22T21:30:20"), "without it RDS tells of one hour"


async def test_maintenance_and_settings_that_wait_are_told_without_their_values(upstream: Loopback) -> None:
    upstream.behaviour = answers()
    state = await rds_state(upstream.url).read()
    (waiting,) = state.maintenance
    assert (waiting.target, waiting.action) == ("eventa-prod", "system-update")
    assert waiting.due == NOW + timedelta(days=2)
    assert state.pending == ("DBInstanceClass", "MasterUserPassword", "tuned (pending-reboot)")


@pytest.mark.parametrize("action", ["DescribeEvents", "DescribePendingMaintenanceActions"])
async def test_a_part_that_may_not_be_read_is_named_and_the_rest_is_told(upstream: Loopback, action: str) -> None:
    upstream.behaviour = answers(**{action: refused("AccessDenied", f"not authorized: {action}")})
    state = await rds_state(upstream.url).read()
    assert len(state.members) == 2
    assert state.unread == (f"AWS does not allow it: not authorized: {action}",)


async def test_an_instance_that_may_not_be_described_is_a_failure(upstream: Loopback) -> None:
    upstream.behaviour = answers(rds=refused("AccessDenied"))
    with pytest.raises(UpstreamError) as caught:
        await rds_state(upstream.url).read()
    assert caught.value.kind is FailureKind.FORBIDDEN


async def test_hostile_text_is_cleaned(upstream: Loopback) -> None:
    upstream.behaviour = answers(DescribeEvents=events(event("eventa-prod", "a\u202eb\u009bc", "configuration change")))
    (found,) = (await rds_state(upstream.url).read()).events
    assert found.message.isprintable()
    assert "\u202e" not in found.message
