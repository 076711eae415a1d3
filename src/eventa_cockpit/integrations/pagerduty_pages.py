"""PagerDuty's open incidents: the pages feed, with what happened to each and what PagerDuty does next by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import PAGES
from eventa_cockpit.domain.change import Change, ChangeKind
from eventa_cockpit.domain.page import (
    Acknowledgement,
    LogEntry,
    LogKind,
    Page,
    PageList,
    PageStatus,
    PageUrgency,
    PendingAction,
    PendingKind,
    in_order,
)
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.decoding import utc, web_link
from eventa_cockpit.integrations.fetching import within
from eventa_cockpit.integrations.pagerduty import PagerDutyApi, Reference, path_of, repeated
from eventa_cockpit.locale import _

T = TypeVar("T")

MOST_PAGES = 3
"""Answers that are read of one list."""
MOST_DETAILED = 3
"""Pages whose history and related changes are read: those in front."""
LOG_LENGTH = 20
"""Lines of a page's history that are kept."""
LIST_SHARE = 0.6
"""Share of the deadline for the list itself; what surrounds it has the rest and may be missing."""

STATUSES = {status.value: status for status in PageStatus}
URGENCIES = {urgency.value: urgency for urgency in PageUrgency}
PENDING = {kind.value: kind for kind in PendingKind}
LOG_KINDS = {
    "trigger": LogKind.TRIGGERED,
    "acknowledge": LogKind.ACKNOWLEDGED,
    "unacknowledge": LogKind.UNACKNOWLEDGED,
    "assign": LogKind.ASSIGNED,
    "delegate": LogKind.ASSIGNED,
    "escalate": LogKind.ESCALATED,
    "notify": LogKind.NOTIFIED,
    "annotate": LogKind.NOTED,
    "snooze": LogKind.SNOOZED,
    "resolve": LogKind.RESOLVED,
    "exhaust_escalation_path": LogKind.EXHAUSTED,
}
"""Beginning of a log entry's type → what it says."""


class RawAssignment(msgspec.Struct):
    assignee: Reference


class RawAcknowledgement(msgspec.Struct):
    at: datetime
    acknowledger: Reference


class RawPending(msgspec.Struct):
    type: str
    at: datetime


class RawIncident(msgspec.Struct):
    id: str
    incident_number: int
    status: str
    created_at: datetime
    title: str | None = None
    urgency: str | None = None
    service: Reference | None = None
    escalation_policy: Reference | None = None
    assignments: list[RawAssignment] = []
    acknowledgements: list[RawAcknowledgement] = []
    pending_actions: list[RawPending] = []
    html_url: str | None = None


class RawLogEntry(msgspec.Struct):
    type: str
    created_at: datetime
    summary: str | None = None
    agent: Reference | None = None


class RawLink(msgspec.Struct):
    href: str | None = None


class RawChange(msgspec.Struct):
    timestamp: datetime
    summary: str
    source: str | None = None
    links: list[RawLink] | None = None


class RawLevel(msgspec.Struct):
    """An on-call, of which only the level counts here."""

    escalation_level: int
    user: Reference
    escalation_policy: Reference


@dataclass(frozen=True, slots=True)
class PagesSource:
    """The pages feed."""

    api: PagerDutyApi
    services: Sequence[str]
    every: timedelta
    deadline: timedelta
    now: Callable[[], datetime]
    key: str = PAGES
    vendor: str = "PagerDuty"

    async def read(self) -> PageList:
        """All open incidents of the services; what surrounds them may be missing, and is named then."""
        parameters = [
            *repeated("statuses", ("triggered", "acknowledged")),
            *repeated("service_ids", self.services),
            ("date_range", "all"),  # else PagerDuty leaves out what has been open for more than a month
            ("sort_by", "created_at:desc"),
        ]
        async with within(self.deadline * LIST_SHARE):
            raws, is_cut = await self.api.listed("/incidents", "incidents", RawIncident, parameters, pages=MOST_PAGES)
        pages = sorted((page_of(raw, self.now()) for raw in raws), key=in_order)
        return replace(await self._surrounded(pages, raws), is_cut=is_cut)

    async def close(self) -> None:
        await self.api.close()

    async def _surrounded(self, pages: Sequence[Page], raws: Sequence[RawIncident]) -> PageList:
        """The pages with their levels, the front ones with their history and changes."""
        if not pages:
            return PageList()
        front = [page.id for page in pages[:MOST_DETAILED]]
        unread: list[str] = []

        async def or_nothing(call: Awaitable[list[T]]) -> list[T]:
            try:
                async with within(self.deadline * (0.95 - LIST_SHARE)):
                    return await call
            except UpstreamError as error:
                unread.append(str(error))
                return []

        levels, logs, changes = await asyncio.gather(
            or_nothing(self._levels(pages)),
            asyncio.gather(*(or_nothing(self._log(page_id)) for page_id in front)),
            asyncio.gather(*(or_nothing(self._changes(page_id)) for page_id in front)),
        )
        reached = {raw.id: level_of(raw, levels) for raw in raws}
        histories = dict(zip(front, logs, strict=True))
        told = [replace(page, level=reached[page.id], log=tuple(histories.get(page.id, ()))) for page in pages]
        related = {change for part in changes for change in part}
        return PageList(
            tuple(told),
            tuple(sorted(related, key=lambda change: (change.at, change.title))),
            unread=tuple(dict.fromkeys(unread)),
        )

    async def _levels(self, pages: Iterable[Page]) -> list[RawLevel]:
        policies = sorted({page.policy_id for page in pages if page.policy_id})
        found, _more = await self.api.listed(
            "/oncalls", "oncalls", RawLevel, repeated("escalation_policy_ids", policies), pages=MOST_PAGES
        )
        return found

    async def _log(self, page_id: str) -> list[LogEntry]:
        found, _more = await self.api.listed(
            f"{path_of(page_id)}/log_entries", "log_entries", RawLogEntry, [("is_overview", "true")]
        )
        entries = [log_entry_of(raw, self.now()) for raw in found]
        return sorted(entries, key=lambda entry: entry.at, reverse=True)[:LOG_LENGTH]

    async def _changes(self, page_id: str) -> list[Change]:
        path = f"{path_of(page_id)}/related_change_events"
        found = await self.api.unpaged(path, "change_events", RawChange)
        return [change_of(raw, self.now()) for raw in found]


def page_of(raw: RawIncident, now: datetime) -> Page:
    """The incident in our words, its texts cleaned; one from the future began now."""
    acknowledgements = [Acknowledgement(one.acknowledger.name, min(utc(one.at), now)) for one in raw.acknowledgements]
    pending = [PendingAction(PENDING.get(one.type, PendingKind.UNKNOWN), utc(one.at)) for one in raw.pending_actions]
    return Page(
        id=clean_line(raw.id),
        number=raw.incident_number,
        title=clean_line(raw.title or "") or _("untitled"),
        service=raw.service.name if raw.service else "",
        urgency=URGENCIES.get(raw.urgency or "", PageUrgency.UNKNOWN),
        status=STATUSES.get(raw.status, PageStatus.UNKNOWN),
        since=min(utc(raw.created_at), now),
        assignees=tuple(dict.fromkeys(one.assignee.name for one in raw.assignments)),
        acknowledgements=tuple(sorted(acknowledgements, key=lambda one: one.at)),
        policy=raw.escalation_policy.name if raw.escalation_policy else "",
        policy_id=raw.escalation_policy.id if raw.escalation_policy else "",
        pending=tuple(sorted(pending, key=lambda one: one.at)),
        link=web_link(raw.html_url),
    )


def level_of(raw: RawIncident, levels: Iterable[RawLevel]) -> int | None:
    """The first level of its policy at which one of its assignees is on call: incidents do not say it themselves."""
    policy = raw.escalation_policy.id if raw.escalation_policy else ""
    assigned = {one.assignee.id for one in raw.assignments}
    return min(
        (one.escalation_level for one in levels if one.escalation_policy.id == policy and one.user.id in assigned),
        default=None,
    )


def log_entry_of(raw: RawLogEntry, now: datetime) -> LogEntry:
    kind = LOG_KINDS.get(raw.type.removesuffix("_reference").removesuffix("_log_entry"), LogKind.OTHER)
    text, by = clean_line(raw.summary or ""), raw.agent.name if raw.agent else ""
    return LogEntry(min(utc(raw.created_at), now), kind, text, by)


def change_of(raw: RawChange, now: datetime) -> Change:
    link = next((web_link(one.href) for one in raw.links or []), "")
    at, title = min(utc(raw.timestamp), now), clean_line(raw.summary)
    return Change(at, ChangeKind.PAGING, title, "PagerDuty", by=clean_line(raw.source or ""), link=link)
