"""What RDS tells besides metrics: the members and their state, events, and the maintenance that waits.

API: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeEvents.html and
API_DescribePendingMaintenanceActions.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import field

from eventa_cockpit.domain.board import DATABASE_STATE, FailureKind
from eventa_cockpit.domain.database_state import (
    VENDOR,
    DatabaseEvent,
    DatabaseState,
    Member,
    MemberRole,
    PendingMaintenance,
)
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws import AwsAccount
from eventa_cockpit.integrations.aws_calls import AwsCalls, listed, named
from eventa_cockpit.integrations.decoding import utc
from eventa_cockpit.integrations.rds_instance import ClusterShape, InstanceShape, cluster_of, instance_of

T = TypeVar("T")
KEPT_EVENTS = 50
IN_SYNC = "in-sync"


class EventShape(msgspec.Struct):
    at: datetime = field(name="Date")
    source: str = field(name="SourceIdentifier", default="")
    kind: str = field(name="SourceType", default="")
    message: str = field(name="Message", default="")
    categories: list[str] = field(name="EventCategories", default_factory=list)


class ActionShape(msgspec.Struct):
    action: str = field(name="Action", default="")
    description: str | None = field(name="Description", default=None)
    applied_after: datetime | None = field(name="AutoAppliedAfterDate", default=None)
    forced_at: datetime | None = field(name="ForcedApplyDate", default=None)
    applied_at: datetime | None = field(name="CurrentApplyDate", default=None)


class PendingShape(msgspec.Struct):
    resource: str = field(name="ResourceIdentifier", default="")
    actions: list[ActionShape] = field(name="PendingMaintenanceActionDetails", default_factory=list)


class RdsStateSource:
    """The feed of the database's state."""

    key = DATABASE_STATE
    vendor = VENDOR

    def __init__(
        self,
        instance: str,
        account: Callable[[], AwsAccount],
        *,
        look_back: timedelta = timedelta(hours=24),
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self.every = every
        self.deadline = deadline
        self._instance = instance
        self._look_back = look_back
        self._now = now
        self._calls = AwsCalls("rds", account, deadline)

    async def read(self) -> DatabaseState:
        """Raises UpstreamError when the instance itself cannot be described."""
        return await self._calls.run(self._read)

    async def close(self) -> None:
        await self._calls.close()

    def _read(self) -> DatabaseState:
        instance = instance_of(self._calls, self._instance)
        unread: list[str] = []
        cluster = self._tried(lambda: cluster_of(self._calls, instance), unread)
        names = _names(instance, cluster)
        others = self._tried(lambda: self._described(names[1:]), unread) or []
        sources = {*names, *(group.name for group in instance.parameter_groups)}
        arns = {instance.arn, *(found.arn for found in others)}
        if cluster is not None:
            sources.add(cluster.name)
            arns.add(cluster.arn)
        events = self._tried(lambda: self._events(sources), unread)
        maintenance = self._tried(lambda: self._maintenance(arns - {""}), unread)
        return DatabaseState(
            instance=named(instance.identifier),
            engine=f"{named(instance.engine)} {named(instance.engine_version)}".strip(),
            instance_class=named(instance.instance_class),
            members=_members(names, instance, cluster, others),
            events=events or (),
            maintenance=maintenance or (),
            pending=_pending(instance),
            unread=tuple(unread),
        )

    def _tried(self, read: Callable[[], T], unread: list[str]) -> T | None:
        """A part that may not be ours to read, or that this AWS does not have: said, but no reason to tell nothing."""
        try:
            return read()
        except UpstreamError as failure:
            if failure.kind not in (FailureKind.FORBIDDEN, FailureKind.NOT_FOUND, FailureKind.REFUSED):
                raise
            unread.append(str(failure))
            return None

    def _described(self, names: list[str]) -> list[InstanceShape]:
        if not names:
            return []
        wanted = [{"Name": "db-instance-id", "Values": names}]
        pages = self._calls.pages("rds", "describe_db_instances", "Marker", Filters=wanted)
        return [found for page in pages for found in listed(page, "DBInstances", InstanceShape)]

    def _events(self, sources: set[str]) -> tuple[DatabaseEvent, ...]:
        """Of the last day: without a start RDS tells of one hour only."""
        start = self._now() - self._look_back
        found = [
            event
            for page in self._calls.pages("rds", "describe_events", "Marker", StartTime=start, MaxRecords=100)
            for event in listed(page, "Events", EventShape)
            if event.source in sources
        ]
        newest = sorted(found, key=lambda event: utc(event.at), reverse=True)[:KEPT_EVENTS]
        return tuple(map(self._event, newest))

    def _event(self, event: EventShape) -> DatabaseEvent:
        at = min(utc(event.at), self._now())
        categories = tuple(map(named, event.categories))
        return DatabaseEvent(at, named(event.source), named(event.message)[:400], categories)

    def _maintenance(self, arns: set[str]) -> tuple[PendingMaintenance, ...]:
        pages = self._calls.pages("rds", "describe_pending_maintenance_actions", "Marker")
        shapes = [found for page in pages for found in listed(page, "PendingMaintenanceActions", PendingShape)]
        found = [
            _pending_action(shape.resource, action)
            for shape in shapes
            if shape.resource in arns
            for action in shape.actions
        ]
        return tuple(sorted(found, key=lambda one: (one.due is None, one.due and one.due.timestamp(), one.action)))


def _names(instance: InstanceShape, cluster: ClusterShape | None) -> list[str]:
    """The instance, then those that serve the same data; one in another region has an ARN, and is described there."""
    others = {member.name for member in cluster.members} if cluster is not None else set()
    others |= {*instance.replicas, instance.replica_source or ""}
    return [instance.identifier, *sorted(name for name in others - {instance.identifier, ""} if ":" not in name)]


def _members(
    names: list[str], instance: InstanceShape, cluster: ClusterShape | None, others: list[InstanceShape]
) -> tuple[Member, ...]:
    shapes = {shape.identifier: shape for shape in (instance, *others)}
    if cluster is not None:
        primaries = {member.name for member in cluster.members if member.is_writer}
    else:
        primaries = {instance.replica_source or instance.identifier}
    return tuple(_member(name, shapes.get(name), is_primary=name in primaries) for name in names)


def _member(name: str, shape: InstanceShape | None, *, is_primary: bool) -> Member:
    role = MemberRole.PRIMARY if is_primary else MemberRole.REPLICA
    if shape is None:
        return Member(named(name), role, "")
    return Member(named(name), role, named(shape.status), _replication_problem(shape))


def _pending_action(resource: str, action: ActionShape) -> PendingMaintenance:
    moments: Iterable[datetime | None] = (action.applied_at, action.forced_at, action.applied_after)
    due = min((utc(moment) for moment in moments if moment is not None), default=None)
    target = named(resource.rpartition(":")[2])
    return PendingMaintenance(target, named(action.action), named(action.description)[:200], due)


def _pending(instance: InstanceShape) -> tuple[str, ...]:
    """Names of what waits: what a setting will become may be a password."""
    waiting = [named(name) for name, value in sorted(instance.pending.items()) if value not in (None, {}, [])]
    groups = [
        f"{named(group.name)} ({named(group.status)})"
        for group in instance.parameter_groups
        if group.status not in ("", IN_SYNC)
    ]
    return (*waiting, *groups)


def _replication_problem(shape: InstanceShape) -> str:
    for info in shape.replication:
        if info.kind == "read replication" and info.is_normal is False:
            return named(info.message or info.status)[:200]
    return ""
