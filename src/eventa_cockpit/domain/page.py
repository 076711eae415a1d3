"""Pages: what the paging service has woken people for, who took it, and what it does next by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventa_cockpit.domain.change import Change


class PageStatus(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    UNKNOWN = "unknown"


class PageUrgency(StrEnum):
    HIGH = "high"
    LOW = "low"
    UNKNOWN = "unknown"


class PendingKind(StrEnum):
    """What the paging service will do unless somebody acts."""

    ESCALATE = "escalate"
    UNACKNOWLEDGE = "unacknowledge"
    RESOLVE = "resolve"
    URGENCY_CHANGE = "urgency_change"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PendingAction:
    """The paging service's own next deadline."""

    kind: PendingKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    by: str
    at: datetime


class LogKind(StrEnum):
    """What happened to a page."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    NOTIFIED = "notified"
    NOTED = "noted"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    EXHAUSTED = "exhausted"
    """Nobody is left to escalate to."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a page's history, as the paging service tells it."""

    at: datetime
    kind: LogKind
    text: str
    """One cleaned line in the vendor's own words."""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One open incident of the paging service."""

    id: str
    number: int
    title: str
    service: str
    urgency: PageUrgency
    status: PageStatus
    since: datetime
    assignees: tuple[str, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """Oldest first; none while it is triggered."""
    policy: str = ""
    policy_id: str = ""
    level: int | None = None
    """Escalation level that it has reached, from 1; None when that cannot be told."""
    pending: tuple[PendingAction, ...] = ()
    """Soonest first."""
    link: str = ""
    log: tuple[LogEntry, ...] = ()
    """Newest first; only the beginning of it."""

    @property
    def is_waiting(self) -> bool:
        """Nobody has said that they look after it; a status that we do not know is no such word."""
        return self.status not in {PageStatus.ACKNOWLEDGED, PageStatus.RESOLVED}

    @property
    def next_action(self) -> PendingAction | None:
        return self.pending[0] if self.pending else None


@dataclass(frozen=True, slots=True)
class PageList:
    """All open pages of one answer: those that wait first, then by urgency, then oldest first."""

    pages: tuple[Page, ...] = ()
    changes: tuple[Change, ...] = ()
    """What the vendor relates to them."""
    is_cut: bool = False
    """There are more open pages than were read."""
    unread: tuple[str, ...] = ()
    """Sentences about what could not be read besides."""

    @property
    def waiting(self) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.is_waiting)

    def page(self, page_id: str) -> Page | None:
        return next((page for page in self.pages if page.id == page_id), None)


def in_order(page: Page) -> tuple[bool, bool, datetime, int]:
    """Sort key of a list of pages."""
    return (not page.is_waiting, page.urgency is PageUrgency.LOW, page.since, page.number)
