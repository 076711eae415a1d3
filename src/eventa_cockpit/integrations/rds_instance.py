"""What RDS says of one instance: the fields of DescribeDBInstances that anything here needs.

API: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import field

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws_calls import AwsCalls, listed, named
from eventa_cockpit.locale import _


class ParameterGroupShape(msgspec.Struct):
    name: str = field(name="DBParameterGroupName")
    status: str = field(name="ParameterApplyStatus", default="")
    """`in-sync`, `applying`, `pending-reboot`."""


class ReplicationShape(msgspec.Struct):
    kind: str = field(name="StatusType", default="")
    is_normal: bool | None = field(name="Normal", default=None)
    status: str = field(name="Status", default="")
    message: str | None = field(name="Message", default=None)


class InstanceShape(msgspec.Struct):
    identifier: str = field(name="DBInstanceIdentifier")
    status: str = field(name="DBInstanceStatus", default="")
    engine: str = field(name="Engine", default="")
    engine_version: str = field(name="EngineVersion", default="")
    instance_class: str = field(name="DBInstanceClass", default="")
    arn: str = field(name="DBInstanceArn", default="")
    cluster: str | None = field(name="DBClusterIdentifier", default=None)
    replicas: list[str] = field(name="ReadReplicaDBInstanceIdentifiers", default_factory=list)
    replica_source: str | None = field(name="ReadReplicaSourceDBInstanceIdentifier", default=None)
    replication: list[ReplicationShape] = field(name="StatusInfos", default_factory=list)
    has_insights: bool | None = field(name="PerformanceInsightsEnabled", default=None)
    is_multi_az: bool | None = field(name="MultiAZ", default=None)
    parameter_groups: list[ParameterGroupShape] = field(name="DBParameterGroups", default_factory=list)
    pending: dict[str, Any] = field(name="PendingModifiedValues", default_factory=dict)


class ClusterMemberShape(msgspec.Struct):
    name: str = field(name="DBInstanceIdentifier")
    is_writer: bool = field(name="IsClusterWriter", default=False)


class ClusterShape(msgspec.Struct):
    name: str = field(name="DBClusterIdentifier")
    arn: str = field(name="DBClusterArn", default="")
    parameter_group: str = field(name="DBClusterParameterGroup", default="")
    members: list[ClusterMemberShape] = field(name="DBClusterMembers", default_factory=list)


def instance_of(calls: AwsCalls, instance: str) -> InstanceShape:
    """The instance; raises UpstreamError(NOT_FOUND) when the account has none of this name."""
    answer = calls.call("rds", "describe_db_instances", DBInstanceIdentifier=instance)
    found = listed(answer, "DBInstances", InstanceShape)
    if not found:
        sentence = _("RDS has no instance {instance}.").format(instance=named(instance))
        raise UpstreamError(FailureKind.NOT_FOUND, sentence)
    return found[0]


def cluster_of(calls: AwsCalls, instance: InstanceShape) -> ClusterShape | None:
    """The instance's Aurora cluster; None where it is in none."""
    if not instance.cluster:
        return None
    answer = calls.call("rds", "describe_db_clusters", DBClusterIdentifier=instance.cluster)
    found = listed(answer, "DBClusters", ClusterShape)
    return found[0] if found else None
