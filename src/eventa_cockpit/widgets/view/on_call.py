"""The on-call pane: what people were woken for, and who answers now, until when, and who follows."""

from __future__ import annotations

from datetime import datetime, tzinfo

from eventa_cockpit.domain.board import Board, Feed
from eventa_cockpit.domain.on_call import OnCall, OnCallAuthority, Rotation, Shift
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, pages
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, cell_len, line, pad, span, wrap

LEVELS = {1: mark("primary"), 2: mark("secondary")}
"""What the levels of an escalation policy are called; any other is called by its number."""


def rows(board: Board, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Pages, then people; of each whatever is configured."""
    if board.pages is None and board.on_call is None:
        return freshness.explanation(None, zone, width)
    paged = pages.rows(board.pages, now, zone, width)
    people = people_rows(board.on_call, now, zone, width)
    return [*paged, *([BLANK] if paged and people else []), *people]


def people_rows(feed: Feed[OnCall] | None, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    if feed is None:
        return []
    shown = freshness.explanation(feed, zone, width)
    if feed.value is None:
        return shown
    names = max((cell_len(level_name(rotation.level)) for rotation in feed.value.rotations), default=0)
    for rotation in feed.value.rotations:
        shown.extend(_rotation_rows(rotation, names, now, zone, width))
    if not feed.value.rotations:
        shown.append(line(span("✗ " + _("Nobody is on call."), Role.CRITICAL)))
    shown.extend(line(span(row, role)) for text, role in _authority(feed) for row in wrap(text, width))
    return shown


def headline(on_call: OnCall) -> Spans:
    """The primary's name, for the pane's title."""
    if on_call.uncovered:
        return (span(_("nobody on call"), Role.CRITICAL),)
    first = next((rotation.current[0].person for rotation in on_call.rotations), "")
    return (span(first, Role.MUTED),) if first else ()


def level_name(level: int) -> str:
    """`primary`, `secondary`, `level 3`."""
    known = LEVELS.get(level)
    return _(known) if known else _("level {level}").format(level=level)


def _rotation_rows(rotation: Rotation, names: int, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """`primary    Hanako  until 09:00`, and who follows where there is room."""
    name = span(f"{pad(level_name(rotation.level), names)}  ", Role.ACCENT)
    if not rotation.current:
        return [line(name, span("✗ " + _("nobody"), Role.CRITICAL), right=_following(rotation, now, zone))]
    found = []
    for place, shift in enumerate(rotation.current):
        lead = name if place == 0 else span(" " * (names + 2))
        until = span(f"  {_until(shift, now, zone)}" if shift.until else "", Role.MUTED)
        right = _following(rotation, now, zone) if place == 0 else ()
        fits = names + 2 + cell_len(shift.person) + cell_len(until.text) + sum(cell_len(s.text) for s in right) < width
        found.append(line(lead, span(shift.person, Role.STRONG), until, right=right if fits else ()))
        if right and not fits:
            found.append(line(" " * (names + 2), *right))
    return found


def _until(shift: Shift, now: datetime, zone: tzinfo) -> str:
    assert shift.until is not None
    return _("until {time}").format(time=moment(shift.until, now, zone))


def _following(rotation: Rotation, now: datetime, zone: tzinfo) -> Spans:
    following = rotation.following
    if following is None or following.start is None:
        return ()
    if any(shift.until == following.start for shift in rotation.current):
        return (span(_("then {who}").format(who=following.person), Role.MUTED),)
    time = moment(following.start, now, zone)
    return (span(_("from {time} {who}").format(time=time, who=following.person), Role.MUTED),)


def _authority(feed: Feed[OnCall]) -> list[tuple[str, Role]]:
    """Who says so where it is not the paging service itself, and why."""
    value = feed.value
    if value is None or value.authority is not OnCallAuthority.CALENDAR:
        return []
    if not value.because:
        return [(_("From the calendar: shifts that were swapped elsewhere are not in it."), Role.MUTED)]
    text = _("⚠ From the calendar, since {vendor} does not say it: {reason}")
    return [(text.format(vendor=feed.vendor or feed.source, reason=value.because), Role.WARNING)]


def moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """`09:00` today, `11/26 09:00` on another day."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    return local.strftime("%H:%M" if local.date() == today.date() else "%m/%d %H:%M")
