"""The upstreams pane: every feed with who answers, whether that may still be true, why not, and when we ask again."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from eventa_cockpit.domain.board import Asker, Board, Feed, Freshness
from eventa_cockpit.domain.plugin import PluginReport
from eventa_cockpit.domain.service_status import ServiceState, ServiceStatus
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments, plugins, services
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, cell_len, line, pad, span, width_of, wrap
from eventa_cockpit.widgets.view.listing import Cell, Column, Facts, Listing

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene

SERVICES: dict[ServiceState, tuple[str, str, Role]] = {
    ServiceState.OPERATIONAL: ("✓", mark("operational"), Role.GOOD),
    ServiceState.MAINTENANCE: ("=", mark("in maintenance"), Role.WARNING),
    ServiceState.DEGRADED: ("⚠", mark("degraded"), Role.WARNING),
    ServiceState.PARTIAL_OUTAGE: ("✗", mark("partial outage"), Role.CRITICAL),
    ServiceState.MAJOR_OUTAGE: ("✗", mark("major outage"), Role.CRITICAL),
    ServiceState.UNKNOWN: ("?", mark("unclear"), Role.WARNING),
}
_ORDER = (Freshness.UNKNOWN, Freshness.STALE, Freshness.FRESH)


def listed(board: Board, now: datetime) -> list[Feed[Any]]:
    """Those that cannot be trusted first."""
    return sorted(board.feeds.values(), key=lambda feed: _ORDER.index(feed.freshness(now)))


def above(board: Board) -> list[Line]:
    if board.feeds:
        return []
    return [line(span(_("No upstream is configured for this environment."), Role.MUTED))]


def summary(board: Board, now: datetime) -> Spans:
    """How many of how many are fresh."""
    fresh = sum(feed.freshness(now) is Freshness.FRESH for feed in board.feeds.values())
    role = Role.MUTED if fresh == len(board.feeds) else Role.WARNING
    return (span(_("{count} of {total} fresh").format(count=fresh, total=len(board.feeds)), role),)


def untrusted(board: Board, now: datetime) -> list[Feed[Any]]:
    """Feeds whose data may not be true any more, or never came; those still being asked the first time are not."""
    return [feed for feed in board.feeds.values() if feed.failure is not None or feed.freshness(now) is Freshness.STALE]


def status(board: Board, now: datetime, zone: tzinfo, width: int) -> Spans:
    """One line that names them: `⚠ Sentry stale 1m (it asks us to slow down, next try 03:22:10)`; their number, where
    their names do not fit."""
    feeds = untrusted(board, now)
    for say in (_at_length, _briefly):
        told = tuple(item for feed in feeds for item in say(feed, now, zone))
        if width_of(told) <= width:
            return told
    text = _("{count} of {total} upstreams are stale or unknown").format(count=len(feeds), total=len(board.feeds))
    return (span(f"⚠ {text}", Role.WARNING), span("  U", Role.KEY))


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


def brief(feed: Feed[Any], scene: Scene, width: int) -> list[Line]:
    """Who, how it is by its own word, how fresh; and below it why there is nothing newer."""
    name_width = min(max(cell_len(_name(other)) for other in scene.board.feeds.values()), width // 2)
    left: Spans = (span(pad(_name(feed), name_width)),)
    if isinstance(feed.value, ServiceStatus):
        glyph, word, role = SERVICES[feed.value.state]
        left = (*left, span(f"  {glyph} {_(word)}", role), span(f"  {services.understood_as(feed.value)}", Role.MUTED))
    found = [Line(left, freshness.badge(feed, scene.now), key=feed.source)]
    found.extend(line("  ", span(row, Role.WARNING)) for row in wrap(_why(feed, scene.zone), width - 2) if row)
    if isinstance(feed.value, ServiceStatus):
        found.extend(services.rows(feed.value, scene.now, scene.zone, width))
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


def below(asker: Asker | None, width: int) -> list[Line]:
    if asker is None:
        return []
    glyph, role = ("⚠ ", Role.WARNING) if asker.trouble else ("", Role.MUTED)
    return [BLANK, *(line(span(row, role)) for row in wrap(glyph + asked_by(asker), width))]


def _name(feed: Feed[Any]) -> str:
    return feed.vendor or feed.source


def facts(feed: Feed[Any], scene: Scene) -> Facts:
    failure, value = feed.failure, feed.value
    known: list[tuple[str, str]] = [
        (_("Upstream"), _name(feed)),
        (_("Feed"), feed.source),
        (_("Status"), _(freshness.LOOK[feed.freshness(scene.now)][1])),
        (_("Data of"), moments.clock(feed.at, scene.zone) if feed.at is not None else ""),
        (_("Stale after"), moments.elapsed(feed.stale_after)),
        (_("Next try"), moments.clock(feed.next_try, scene.zone) if feed.next_try is not None else ""),
    ]
    if failure is not None:
        known += [
            (_("Reason"), _(freshness.FAILURES[failure.kind])),
            (_("It said"), failure.detail),
            (_("Failed at"), moments.clock(failure.at, scene.zone)),
            (_("Failed tries"), str(failure.tries)),
        ]
    if isinstance(value, ServiceStatus):
        known += [
            (_("Says"), f"{_(SERVICES[value.state][1])}: {value.summary}" if value.summary else ""),
            *((part.name, _(SERVICES[part.state][1])) for part in value.components),
            *((event.title, f"{event.state} {event.text}".strip()) for event in value.incidents),
            (_("Link"), value.link),
        ]
    return known


def link(feed: Feed[Any]) -> str:
    return feed.value.link if isinstance(feed.value, ServiceStatus) else ""


def _freshness(feed: Feed[Any], scene: Scene) -> Cell:
    spans = freshness.badge(feed, scene.now)
    return Cell("".join(item.text for item in spans), spans[0].role)


def _says(feed: Feed[Any], _scene: Scene) -> Cell:
    if not isinstance(feed.value, ServiceStatus):
        return Cell("")
    glyph, word, role = SERVICES[feed.value.state]
    return Cell(f"{glyph} {_(word)}", role)


def _reason(feed: Feed[Any], _scene: Scene) -> Cell:
    return Cell(_(freshness.FAILURES[feed.failure.kind]) if feed.failure is not None else "", Role.WARNING)


LISTING: Listing[Feed[Any]] = Listing(
    key=lambda feed: feed.source,
    words=lambda feed: f"{feed.vendor} {feed.source}",
    brief=brief,
    facts=facts,
    link=link,
    columns=(
        Column(mark("Upstream"), lambda feed, _scene: Cell(_name(feed), Role.STRONG), 14, share=1),
        Column(mark("Data"), _freshness, 16),
        Column(mark("Reason"), _reason, 16, share=2),
        Column(
            mark("Next try"),
            lambda feed, scene: Cell(moments.clock(feed.next_try, scene.zone) if feed.next_try else "", Role.MUTED),
            8,
            rank=1,
        ),
        Column(mark("Says"), _says, 16, rank=2),
        Column(mark("Feed"), lambda feed, _scene: Cell(feed.source, Role.MUTED), 12, share=1, rank=3),
    ),
    orders=(
        Order(mark("worst first")),
        Order(mark("name"), lambda feed: _name(feed).lower()),
        Order(mark("oldest data first"), lambda feed: feed.at.timestamp() if feed.at is not None else 0.0),
    ),
)
