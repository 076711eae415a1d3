"""The changes pane: what was changed in the last hours, on one axis with the first alert, the suspicious ones first."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from eventa_cockpit.domain.change import Change, ChangeKind, changes_on
from eventa_cockpit.domain.change_report import ChangeReport, change_report, changes_by_team, first_alert
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, cell_len, cut, line, pad, pad_left, span
from eventa_cockpit.widgets.view.remembering import of_the_same

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.listing import Facts
    from eventa_cockpit.widgets.view.scene import Scene

KINDS: dict[ChangeKind, str] = {
    ChangeKind.DEPLOYMENT: mark("roll-out"),
    ChangeKind.DATABASE: mark("database"),
    ChangeKind.CDN: mark("CDN"),
    ChangeKind.RELEASE: mark("release"),
    ChangeKind.PAGING: mark("paging"),
    ChangeKind.CONFIGURATION: mark("setting"),
    ChangeKind.STEP: mark("our step"),
}
_MINUTE = timedelta(minutes=1)
_WITH_VENDOR = 80
"""Cells from which on there is room for who says so."""
_TODAY = timedelta(hours=20)


@of_the_same
def report_of(scene: Scene) -> ChangeReport:
    """Everything that the upstreams and the record of this incident know of."""
    alerts = scene.board.alerts.value if scene.board.alerts is not None else None
    changes = (*changes_on(scene.board), *changes_by_team(scene.events))
    return change_report(changes, first_alert(alerts, scene.began_at), scene.now)


def rows(report: ChangeReport, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """The suspects, the closest before the first alert first; then the others, the newest first, around the alert."""
    if not report.changes:
        return [line(span(_("No upstream knows of a change in the last hours."), Role.MUTED))]
    kinds = max(cell_len(_(KINDS[change.kind])) for change in report.changes)
    shown = [_row(change, report, kinds, now, zone, width) for change in report.suspects]
    if report.first_alert is None:
        return [*shown, *(_row(change, report, kinds, now, zone, width) for change in report.others)]
    if shown:
        shown = [line(span(summary_text(report), Role.WARNING)), *shown, BLANK]
    after = [change for change in report.others if change.at > report.first_alert]
    before = report.others[len(after) :]
    shown.extend(_row(change, report, kinds, now, zone, width) for change in after)
    shown.append(_alert_row(report.first_alert, now, zone, width))
    shown.extend(_row(change, report, kinds, now, zone, width) for change in before)
    return shown


def summary(report: ChangeReport) -> Spans:
    """After the pane's title."""
    return (span(summary_text(report), Role.WARNING),) if report.suspects else ()


def summary_text(report: ChangeReport) -> str:
    """`2 changes inside 25m before the first alert`."""
    text = _("1 change inside {span} before the first alert")
    if len(report.suspects) > 1:
        text = _("{count} changes inside {span} before the first alert")
    return text.format(count=len(report.suspects), span=moments.since(report.reach))


def likeliest(report: ChangeReport, width: int) -> list[Line]:
    """One line for a pane that shows what hurts: the change closest before the first alert; nothing without one."""
    if not report.suspects or report.first_alert is None:
        return []
    first, more = report.suspects[0], len(report.suspects) - 1
    right = distance(first.at, report.first_alert) + (f" (+{more})" if more else "")
    room = width - cell_len(right) - 4
    return [line(span(f"⚠ {cut(first.title, room)}", Role.WARNING), right=(span(right, Role.WARNING),))]


def distance(at: datetime, alert: datetime | None) -> str:
    """`-6m` before the first alert, `+3m` after it."""
    if alert is None:
        return ""
    if abs(at - alert) < _MINUTE:
        return "±0"
    return ("+" if at > alert else "-") + moments.since(abs(at - alert))


def key_of(change: Change) -> str:
    return f"{change.at.isoformat()}/{change.kind}/{change.title}"


def facts(change: Change, report: ChangeReport, zone: tzinfo) -> Facts:
    return (
        (_("When"), f"{change.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"),
        (_("Against the first alert"), distance(change.at, report.first_alert)),
        (_("What"), change.title),
        (_("Kind"), _(KINDS[change.kind])),
        (_("By"), change.by),
        (_("Who says so"), change.vendor),
        (_("Link"), change.link),
    )


def _row(change: Change, report: ChangeReport, kinds: int, now: datetime, zone: tzinfo, width: int) -> Line:
    is_suspect = change in report.suspects
    right = distance(change.at, report.first_alert)
    vendor = f"  {change.vendor}" if width >= _WITH_VENDOR else ""
    return line(
        span(pad(_moment(change.at, now, zone), 6), Role.STRONG if is_suspect else Role.MUTED),
        span("⚠ " if is_suspect else "  ", Role.WARNING),
        span(pad(_(KINDS[change.kind]), kinds) + " ", Role.MUTED),
        span(change.title, Role.STRONG if is_suspect else Role.TEXT),
        span(f" {change.by}" if change.by else "", Role.MUTED),
        right=(span(vendor, Role.MUTED), span(pad_left(right, 7), Role.WARNING if is_suspect else Role.MUTED)),
        key=key_of(change),
    )


def _alert_row(alert: datetime, now: datetime, zone: tzinfo, width: int) -> Line:
    text = pad(_moment(alert, now, zone), 6) + "✗ " + _("first alert") + " "
    return line(span(text, Role.CRITICAL), span("─" * max(width - cell_len(text), 0), Role.FRAME))


def _moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """The hour and minute of today and last night; a day for what is older."""
    return moments.hour_and_minute(at, zone) if now - at < _TODAY else at.astimezone(zone).strftime("%m/%d")
