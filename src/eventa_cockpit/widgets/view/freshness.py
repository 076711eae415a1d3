"""How old a feed's data is, whether it may still be true, and if not, why and when we ask again."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from eventa_cockpit.domain.board import FailureKind, Feed, Freshness
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import Line, Role, Span, Spans, cut, span, wrap

FAILURES: dict[FailureKind, str] = {
    FailureKind.TIMEOUT: mark("no answer in time"),
    FailureKind.NETWORK: mark("cannot be reached"),
    FailureKind.NAME: mark("its name does not resolve"),
    FailureKind.TLS: mark("its certificate is not trusted"),
    FailureKind.UNAUTHORISED: mark("our token is not accepted"),
    FailureKind.FORBIDDEN: mark("our account may not read this"),
    FailureKind.NOT_FOUND: mark("the address does not exist there"),
    FailureKind.REFUSED: mark("it refuses our request"),
    FailureKind.THROTTLED: mark("it asks us to slow down"),
    FailureKind.REDIRECTED: mark("it redirects elsewhere"),
    FailureKind.SERVER: mark("it answers with a server error"),
    FailureKind.MALFORMED: mark("its answer cannot be read"),
    FailureKind.TOO_LARGE: mark("its answer is too large"),
    FailureKind.CREDENTIALS: mark("no valid credentials here"),
    FailureKind.NOT_CONFIGURED: mark("not configured"),
    FailureKind.DEFECT: mark("the cockpit itself failed to read it"),
}
LOOK: dict[Freshness, tuple[str, str, Role]] = {
    Freshness.FRESH: ("✓", mark("fresh"), Role.GOOD),
    Freshness.STALE: ("⚠", mark("stale"), Role.WARNING),
    Freshness.UNKNOWN: ("?", mark("unknown"), Role.WARNING),
}


def badge(feed: Feed[Any] | None, now: datetime) -> Spans:
    """For a pane's title: glyph, word and age."""
    if feed is None:
        return (span(_("not configured"), Role.MUTED),)
    state = feed.freshness(now)
    if state is Freshness.UNKNOWN and feed.failure is None:
        return (span("… " + _("loading"), Role.MUTED),)
    glyph, word, role = LOOK[state]
    age = feed.age(now)
    spans = [span(f"{glyph} {_(word)}", role)]
    if age is not None:
        spans.append(span(" " + moments.age(age), role if state is Freshness.STALE else Role.MUTED))
    return tuple(spans)


def explanation(feed: Feed[Any] | None, zone: tzinfo, width: int) -> list[Line]:
    """Rows above a pane's last good data that say why there is nothing newer; none while it is fresh."""
    if feed is None:
        return [Line((Span(_("Not configured for this environment."), Role.MUTED),))]
    if feed.failure is None:
        return [Line((Span(_("Waiting for the first answer …"), Role.MUTED),))] if feed.value is None else []
    return [Line((Span(row, Role.WARNING),)) for row in wrap(reason(feed, zone), width)]


def in_short(feed: Feed[Any], zone: tzinfo, width: int) -> list[Line]:
    """One row above a pane's last good data; the upstreams pane has the whole story."""
    if feed.failure is None:
        return []
    text = _("⚠ {vendor}: {reason}.").format(vendor=feed.vendor or feed.source, reason=_(FAILURES[feed.failure.kind]))
    if feed.next_try is not None:
        text += " " + _("Next try {time}.").format(time=moments.clock(feed.next_try, zone))
    return [Line((Span(cut(text, width), Role.WARNING),))]


def reason(feed: Feed[Any], zone: tzinfo) -> str:
    """One sentence: who, why, since when nothing new, next try."""
    if feed.failure is None:
        return ""
    text = _("⚠ {vendor}: {reason}.").format(vendor=feed.vendor or feed.source, reason=_(FAILURES[feed.failure.kind]))
    if feed.at is not None:
        text += " " + _("Data of {time}.").format(time=moments.clock(feed.at, zone))
    if feed.next_try is not None:
        text += " " + _("Next try {time}.").format(time=moments.clock(feed.next_try, zone))
    return text
