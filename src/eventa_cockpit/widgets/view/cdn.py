"""Below the roll-outs: how often the CDN fails, and whether its copies are being thrown away."""

from __future__ import annotations

from datetime import datetime, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.cdn import CdnStatus, Invalidation
from eventa_cockpit.domain.reading import Level, Reading
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import freshness, moments, readings
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, line, span

SHOWN_PATHS = 3


def rows(feed: Feed[CdnStatus] | None, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Nothing where it is not configured or has not answered yet."""
    if feed is None:
        return []
    shown = freshness.explanation(feed, zone, width) if feed.failure is not None else []
    status = feed.value
    if status is not None:
        shown.append(_headline(status))
        shown.extend(_invalidation_row(found, now) for found in status.in_progress)
        if not status.in_progress:
            shown.append(_quiet_row(status, now))
        if status.is_partial:
            shown.append(line(span("⚠ " + _("Some data is missing in the answer."), Role.WARNING)))
    return [BLANK, *shown] if shown else []


def _headline(status: CdnStatus) -> Line:
    glyph, role = readings.LEVELS[status.level]
    name = status.aliases[0] if status.aliases else status.distribution
    left: Spans = (span(f"{glyph} ", role), span(_("CDN") + " ", Role.MUTED), span(name, Role.STRONG))
    if not status.is_deployed:
        left = (*left, span(" " + _("new configuration is being deployed"), Role.WARNING))
    return Line((*left, *(part for reading in status.readings for part in _reading(reading))))


def _reading(reading: Reading) -> Spans:
    if reading.last is None:
        return ()
    is_bad = reading.level in {Level.CRITICAL, Level.WARNING}
    return (
        span(f"  {readings.name(reading.metric)} ", Role.MUTED),
        span(
            readings.value(reading.last.value, reading.unit), readings.LEVELS[reading.level][1] if is_bad else Role.TEXT
        ),
    )


def _invalidation_row(found: Invalidation, now: datetime) -> Line:
    paths = " ".join(found.paths[:SHOWN_PATHS]) + (" …" if len(found.paths) > SHOWN_PATHS else "")
    return line(
        span("▸ ", Role.ACCENT),
        span(_("invalidation in progress") + " ", Role.ACCENT),
        span(paths or found.id, Role.TEXT),
        right=(span(moments.since(now - found.created_at), Role.MUTED),),
    )


def _quiet_row(status: CdnStatus, now: datetime) -> Line:
    if not status.invalidations:
        return line(span("  " + _("no invalidation"), Role.MUTED))
    newest = status.invalidations[0]
    text = _("last invalidation {age} ago, done").format(age=moments.since(now - newest.created_at))
    return line(span("  " + text, Role.MUTED))
