"""The database as its operator tells it: instance, members, events, and the maintenance that waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventa_cockpit.domain.change import Change, ChangeKind

VENDOR = "RDS"
NO_CHANGE = frozenset({"backup", "notification", "recovery", "low storage", "read replica"})
"""Event categories that tell of routine or of trouble, not of something that was changed."""


class MemberRole(StrEnum):
    PRIMARY = "primary"
    """Takes the writes; Aurora's writer too."""
    REPLICA = "replica"
    """Only read from; Aurora's reader too."""


@dataclass(frozen=True, slots=True)
class Member:
    """One instance of the group that serves the database."""

    name: str
    role: MemberRole
    status: str
    """RDS' own word: `available`, `rebooting`, `modifying`; empty where RDS did not say."""
    problem: str = ""
    """Why replication does not run, in RDS' words."""

    @property
    def is_available(self) -> bool:
        return self.status == "available" and not self.problem


@dataclass(frozen=True, slots=True)
class DatabaseEvent:
    """Something that RDS did or noticed."""

    at: datetime
    source: str
    """The instance, cluster or parameter group."""
    message: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingMaintenance:
    """Work that RDS will do, or waits to be allowed to do."""

    target: str
    action: str
    """`system-update`, `db-upgrade`, `ca-certificate-rotation`."""
    description: str = ""
    due: datetime | None = None
    """When it is applied without anybody's word; None while it only is offered."""


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """One answer."""

    instance: str
    engine: str
    """With its version: `mysql 8.0.39`."""
    instance_class: str
    members: tuple[Member, ...] = ()
    """The instance first, then the others by name."""
    events: tuple[DatabaseEvent, ...] = ()
    """Newest first."""
    maintenance: tuple[PendingMaintenance, ...] = ()
    """What is due soonest first."""
    pending: tuple[str, ...] = ()
    """What was changed but does not hold yet: `DBInstanceClass`, a parameter group that awaits a reboot."""
    unread: tuple[str, ...] = ()
    """Sentences about parts that could not be read while the rest could."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(
            Change(event.at, ChangeKind.DATABASE, f"{event.source}: {event.message}", VENDOR)
            for event in reversed(self.events)
            if event.categories and not NO_CHANGE.issuperset(event.categories)
        )
