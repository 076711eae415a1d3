"""The changes pane: what was different from a moment on, on one axis with the first alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.change import Change, ChangeKind, changes_on
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import Line, Role, Spans, cell_len, line, pad, span

KINDS: dict[ChangeKind, str] = {
    ChangeKind.DEPLOYMENT: mark("roll-out"),
    ChangeKind.DATABASE: mark("database"),
    ChangeKind.CDN: mark("CDN"),
    ChangeKind.RELEASE: mark("release"),
    ChangeKind.PAGING: mark("paging"),
    ChangeKind.CONFIGURATION: mark("setting"),
}
SUSPICIOUS = timedelta(minutes=60)
"""A change so shortly before the first alert may be its cause."""


def rows(board: Board, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Newest first; the first alert stands among them where it began."""
    changes = changes_on(board)
    alert = first_alert(board)
    if not changes:
        return [line(span(_("No upstream knows of a change."), Role.MUTED))]
    kind_width = max(cell_len(_(KINDS[change.kind])) for change in changes)
    shown: list[tuple[datetime, Line]] = [(change.at, _row(change, alert, kind_width, now, zone)) for change in changes]
    if alert is not None:
        shown.append((alert, _alert_row(alert, zone, width)))
    return [row for _at, row in sorted(shown, key=lambda item: item[0], reverse=True)]


def summary(board: Board) -> Spans:
    """How many lie shortly before the first alert."""
    alert = first_alert(board)
    count = len(suspects(changes_on(board), alert))
    if alert is None or not count:
        return ()
    minutes = int(SUSPICIOUS.total_seconds()) // 60
    return (span(_("{count} within {minutes}m before the alert").format(count=count, minutes=minutes), Role.WARNING),)


def first_alert(board: Board) -> datetime | None:
    """When the oldest of the firing alerts began."""
    feed = board.alerts
    return min((alert.since for alert in feed.value.firing), default=None) if feed and feed.value else None


def suspects(changes: Sequence[Change], alert: datetime | None) -> list[Change]:
    """The changes shortly before the first alert."""
    return [change for change in changes if alert is not None and timedelta() <= alert - change.at <= SUSPICIOUS]


def _row(change: Change, alert: datetime | None, kind_width: int, now: datetime, zone: tzinfo) -> Line:
    is_suspect = bool(suspects([change], alert))
    return line(
        span(_moment(change.at, now, zone) + " ", Role.STRONG if is_suspect else Role.MUTED),
        span(("⚠ " if is_suspect else "  "), Role.WARNING),
        span(pad(_(KINDS[change.kind]), kind_width) + " ", Role.MUTED),
        span(change.title, Role.STRONG if is_suspect else Role.TEXT),
        span(f" {change.by}" if change.by else "", Role.MUTED),
        right=(span(distance(change.at, alert), Role.WARNING if is_suspect else Role.MUTED),),
        key=f"{change.at.isoformat()}/{change.kind}/{change.title}",
    )


def _alert_row(alert: datetime, zone: tzinfo, width: int) -> Line:
    text = f"{moments.hour_and_minute(alert, zone)} ✗ " + _("first alert") + " "
    return line(span(text, Role.CRITICAL), span("─" * max(width - cell_len(text), 0), Role.FRAME))


def distance(at: datetime, alert: datetime | None) -> str:
    """`-6m` before the first alert, `+3m` after it."""
    if alert is None:
        return ""
    return ("+" if at > alert else "-") + moments.since(abs(at - alert))


def _moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """The hour and minute of today and last night; a day for what is older."""
    if now - at < timedelta(hours=20):
        return moments.hour_and_minute(at, zone)
    return at.astimezone(zone).strftime("%m/%d")
