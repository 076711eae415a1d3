"""The line about the incident itself: who leads, what runs out next, what is owed and what people were not told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.deadline import Deadline, DeadlineKind, DeadlineState, upcoming
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.message import MessageState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import Line, Role, Spans, span, width_of

KINDS = {
    DeadlineKind.PAGING: mark("paging service"),
    DeadlineKind.UPDATE: mark("status update"),
    DeadlineKind.BUDGET: mark("budget empty"),
}
GAP = span("  ")


@dataclass(frozen=True, slots=True)
class Lead:
    """What there is to say of an open incident besides its steps."""

    severity: str = ""
    commander: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    deadlines: tuple[Deadline, ...] = ()
    """All of them; the line shows those that still matter."""
    owed: int = 0
    oldest_owed_at: datetime | None = None
    unsent: int = 0
    """Messages that people wanted sent and that are not out."""
    untended: str = ""
    """Why deadlines and messages are not looked after just now."""


def lead_of(incident: Incident, deadlines: tuple[Deadline, ...], now: datetime, untended: str = "") -> Lead:
    response, due = incident.response, incident.ledger.due(now)
    over = {MessageState.SENT, MessageState.DROPPED}
    return Lead(
        severity=response.severity,
        commander=response.commander.name if response.commander else "",
        acknowledged_by=response.acknowledged_by,
        acknowledged_at=response.acknowledged_at,
        deadlines=deadlines,
        owed=len(due),
        oldest_owed_at=due[0].opened_at if due else None,
        unsent=sum(message.state not in over for message in incident.messages),
        untended=untended,
    )


def command_line(lead: Lead, now: datetime, zone: tzinfo, width: int) -> Line:
    """The most urgent first; what does not fit is left out from the end."""
    parts = [
        _untended(lead),
        *(_deadline(each, now) for each in upcoming(lead.deadlines, now)[:4]),
        _owed(lead, now),
        _unsent(lead),
        _commander(lead),
        _acknowledged(lead, zone),
    ]
    shown: list[Spans] = []
    for part in (part for part in parts if part):
        gap = (GAP,) if shown else ()
        if width_of([item for known in shown for item in known]) + width_of((*gap, *part)) > width:
            continue
        shown.append((*gap, *part))
    return Line(tuple(item for part in shown for item in part))


def deadline_words(deadline: Deadline, now: datetime) -> str:
    """`技術責任者 in 12:40`, `技術責任者 overdue for 3:10`."""
    name = deadline.target if deadline.kind is DeadlineKind.POLICY else _(KINDS[deadline.kind])
    left = deadline.remaining(now)
    if deadline.state(now) is DeadlineState.OVERDUE:
        return _("{name} overdue for {time}").format(name=name, time=countdown(-left))
    return _("{name} in {time}").format(name=name, time=countdown(left))


def countdown(left: timedelta) -> str:
    """`12:40`, `1:02:05`."""
    minutes, seconds = divmod(max(int(left.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _untended(lead: Lead) -> Spans:
    return (span("✗ " + lead.untended, Role.CRITICAL),) if lead.untended else ()


def _deadline(deadline: Deadline, now: datetime) -> Spans:
    state = deadline.state(now)
    glyph, role = {
        DeadlineState.OVERDUE: ("✗ ", Role.CRITICAL),
        DeadlineState.NEAR: ("⚠ ", Role.WARNING),
    }.get(state, ("", Role.TEXT))
    return (span(glyph + deadline_words(deadline, now), role),)


def _owed(lead: Lead, now: datetime) -> Spans:
    if not lead.owed or lead.oldest_owed_at is None:
        return ()
    text = _("undo {count}, for {age}").format(count=lead.owed, age=moments.since(now - lead.oldest_owed_at))
    return (span("⚠ " + text, Role.WARNING),)


def _unsent(lead: Lead) -> Spans:
    return (span("⚠ " + _("{count} not sent").format(count=lead.unsent), Role.WARNING),) if lead.unsent else ()


def _commander(lead: Lead) -> Spans:
    if not lead.commander:
        return (span(_("no commander"), Role.WARNING),)
    return (span(_("commander {name}").format(name=lead.commander), Role.MUTED),)


def _acknowledged(lead: Lead, zone: tzinfo) -> Spans:
    if lead.acknowledged_at is None:
        return (span(_("nobody has acknowledged"), Role.WARNING),)
    at = moments.clock(lead.acknowledged_at, zone)[:5]
    return (span("✓ " + _("acknowledged {time} {name}").format(time=at, name=lead.acknowledged_by), Role.MUTED),)
