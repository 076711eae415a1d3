"""Below the database's metrics: who serves it, what was done to it, and what waits to be done."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.database_state import DatabaseEvent, DatabaseState, Member, MemberRole, PendingMaintenance
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, cell_len, line, pad, span, wrap

ROLES: dict[MemberRole, str] = {MemberRole.PRIMARY: mark("primary"), MemberRole.REPLICA: mark("replica")}
MOST_EVENTS = 5
RECENT = timedelta(hours=1)


def rows(feed: Feed[DatabaseState] | None, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Nothing where it is not configured, as long as it has not answered, and why when it fails."""
    if feed is None:
        return []
    shown = freshness.explanation(feed, zone, width) if feed.failure is not None else []
    state = feed.value
    if state is not None:
        name_width = max(cell_len(member.name) for member in state.members) if state.members else 0
        shown.extend(_member_row(member, name_width) for member in state.members)
        shown.extend(_warning(_("Not in force yet: {what}").format(what=what), width) for what in state.pending)
        shown.extend(_maintenance_row(one, now, zone) for one in state.maintenance)
        shown.extend(_event_row(event, now, zone) for event in state.events[:MOST_EVENTS])
        if not state.unread:
            shown.extend(_none(state))
        shown.extend(_warning(text, width) for text in state.unread)
    return [BLANK, *shown] if shown else []


def _member_row(member: Member, name_width: int) -> Line:
    glyph, role = ("✓", Role.GOOD) if member.is_available else ("⚠", Role.WARNING)
    status = member.status or _("state not known")
    return line(
        span(f"{glyph} ", role),
        span(pad(member.name, name_width) + " ", Role.TEXT),
        span(_(ROLES[member.role]) + " ", Role.MUTED),
        span(status, Role.MUTED if member.is_available else Role.WARNING),
        span(f"  {member.problem}" if member.problem else "", Role.WARNING),
    )


def _maintenance_row(one: PendingMaintenance, now: datetime, zone: tzinfo) -> Line:
    is_near = one.due is not None and one.due - now < timedelta(days=1)
    due = _("due {time}").format(time=moment(one.due, now, zone)) if one.due is not None else _("no date")
    return line(
        span("= ", Role.WARNING),
        span(_("maintenance") + " ", Role.MUTED),
        span(f"{one.target} {one.action} ", Role.TEXT),
        span(one.description, Role.MUTED),
        right=(span(due, Role.WARNING if is_near else Role.MUTED),),
    )


def _event_row(event: DatabaseEvent, now: datetime, zone: tzinfo) -> Line:
    role = Role.STRONG if now - event.at < RECENT else Role.MUTED
    return line(
        span(moment(event.at, now, zone) + " ", role),
        span(f"{event.source} ", Role.MUTED),
        span(event.message, role),
    )


def _none(state: DatabaseState) -> list[Line]:
    """What there is not, said on one row."""
    said = []
    if not state.events:
        said.append(_("no event in the last day"))
    if not state.maintenance:
        said.append(_("no maintenance pending"))
    return [line(span(_(", ").join(said), Role.MUTED))] if said else []


def _warning(text: str, width: int) -> Line:
    return line(span(wrap(f"⚠ {text}", width)[0], Role.WARNING))


def moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Hour and minute near now, with the day further off."""
    if abs(now - at) < timedelta(hours=20):
        return moments.hour_and_minute(at, zone)
    return at.astimezone(zone).strftime("%m/%d %H:%M")
