"""The upstreams pane: every feed with who answers, whether that may still be true, why not, and when we ask again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from eventa_cockpit.domain.board import Asker, Board, Feed, Freshness
from eventa_cockpit.domain.plugin import PluginReport
from eventa_cockpit.domain.service_status import ServiceState, ServiceStatus
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments, plugins, services
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, cell_len, line, pad, span, width_of, wrap

SERVICES: dict[ServiceState, tuple[str, str, Role]] = {
    ServiceState.OPERATIONAL: ("✓", mark("operational"), Role.GOOD),
    ServiceState.MAINTENANCE: ("=", mark("in maintenance"), Role.WARNING),
    ServiceState.DEGRADED: ("⚠", mark("degraded"), Role.WARNING),
    ServiceState.PARTIAL_OUTAGE: ("✗", mark("partial outage"), Role.CRITICAL),
    ServiceState.MAJOR_OUTAGE: ("✗", mark("major outage"), Role.CRITICAL),
    ServiceState.UNKNOWN: ("?", mark("unclear"), Role.WARNING),
}
_ORDER = (Freshness.UNKNOWN, Freshness.STALE, Freshness.FRESH)


def rows(board: Board, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Those that cannot be trusted first."""
    feeds = sorted(board.feeds.values(), key=lambda feed: _ORDER.index(feed.freshness(now)))
    if not feeds:
        return [line(span(_("No upstream is configured for this environment."), Role.MUTED))]
    name_width = min(max(cell_len(_name(feed)) for feed in feeds), width // 2)
    found = [row for feed in feeds for row in _rows(feed, name_width, now, zone, width)]
    return [*found, *_asker_rows(board.asked_by, width)]


def summary(board: Board, now: datetime) -> Spans:
    """How many of how many are fresh."""
    fresh = sum(feed.freshness(now) is Freshness.FRESH for feed in board.feeds.values())
    role = Role.MUTED if fresh == len(board.feeds) else Role.WARNING
    return (span(_("{count} of {total} fresh").format(count=fresh, total=len(board.feeds)), role),)


def untrusted(board: Board, now: datetime) -> list[Feed[Any]]:
    """Feeds whose data may not be true any more, or never came; those still being asked the first time are not."""
    return [feed for feed in board.feeds.values() if feed.failure is not None or feed.freshness(now) is Freshness.STALE]


def status(board: Board, now: datetime, zone: tzinfo, width: int) -> Spans:
    """One line that names them: `⚠ Sentry stale 95s (it asks us to slow down, next try 03:22:10)`; short if it must."""
    feeds = untrusted(board, now)
    for say in (_at_length, _briefly):
        told = tuple(item for feed in feeds for item in say(feed, now, zone))
        if width_of(told) <= width:
            return told
    return told


def _at_length(feed: Feed[Any], now: datetime, zone: tzinfo) -> Spans:
    spans = _briefly(feed, now, zone)
    parts = []
    if feed.failure is not None:
        parts.append(_(freshness.FAILURES[feed.failure.kind]))
    if feed.next_try is not None:
        parts.append(_("next try {time}").format(time=moments.clock(feed.next_try, zone)))
    separator = _(", ")
    return (*spans[:-1], span(_("({parts})").format(parts=separator.join(parts)), Role.MUTED), spans[-1])


def _briefly(feed: Feed[Any], now: datetime, _zone: tzinfo) -> Spans:
    glyph, word, role = freshness.LOOK[feed.freshness(now)]
    age = feed.age(now)
    old = f" {moments.age(age)}" if age is not None else ""
    return (span(f"{glyph} {_name(feed)} {_(word)}{old} ", role), span("  "))


def _rows(feed: Feed[Any], name_width: int, now: datetime, zone: tzinfo, width: int) -> Sequence[Line]:
    left: Spans = (span(pad(_name(feed), name_width)),)
    if isinstance(feed.value, ServiceStatus):
        glyph, word, role = SERVICES[feed.value.state]
        left = (*left, span(f"  {glyph} {_(word)}", role), span(f"  {services.understood_as(feed.value)}", Role.MUTED))
    found = [Line(left, freshness.badge(feed, now), key=feed.source)]
    found.extend(line("  ", span(row, Role.WARNING)) for row in wrap(_why(feed, zone), width - 2) if row)
    if isinstance(feed.value, ServiceStatus):
        found.extend(services.rows(feed.value, now, zone, width))
    if isinstance(feed.value, PluginReport):
        found.extend(plugins.rows(feed.value, width))
    return found


def _why(feed: Feed[Any], zone: tzinfo) -> str:
    """Why there is nothing newer, and when we ask again."""
    if feed.failure is None:
        return ""
    text = _("{reason}.").format(reason=_(freshness.FAILURES[feed.failure.kind]))
    if feed.next_try is not None:
        text += " " + _("Next try {time}.").format(time=moments.clock(feed.next_try, zone))
    return text


def asked_by(asker: Asker) -> str:
    """Whose cockpit asks them, where cockpits share; and why this one asks for itself, where they cannot."""
    if asker.trouble:
        return asker.trouble + " " + _("This cockpit asks for itself.")
    if asker.is_us:
        return _("Asked by this cockpit for all that watch the same.")
    return _("Asked by {who}'s cockpit (pid {pid}).").format(who=asker.responder, pid=asker.pid)


def _asker_rows(asker: Asker | None, width: int) -> list[Line]:
    if asker is None:
        return []
    glyph, role = ("⚠ ", Role.WARNING) if asker.trouble else ("", Role.MUTED)
    return [BLANK, *(line(span(row, role)) for row in wrap(glyph + asked_by(asker), width))]


def _name(feed: Feed[Any]) -> str:
    return feed.vendor or feed.source
