"""The time axis of the changes: one line from some hours ago until now, with the first alert and every change on it."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.change_report import ChangeReport
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import Line, Role, Span, cell_len, span

_REACHES = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24, 48))
_NARROWEST = 24
"""Cells below which an axis tells nothing."""


def rows(report: ChangeReport, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """`01:00 ──────+──⚠─✗──── now`; nothing without a change."""
    if not report.changes or width < _NARROWEST:
        return []
    moments_of_all = [change.at for change in report.changes] + ([report.first_alert] if report.first_alert else [])
    oldest = now - min(moments_of_all)
    reach = next((reach for reach in _REACHES if reach >= oldest), _REACHES[-1])
    begin, end = moments.hour_and_minute(now - reach, zone) + " ", " " + _("now")
    room = max(width - cell_len(begin) - cell_len(end), 1)

    def place(at: datetime) -> int:
        return min(max(int((1 - (now - at) / reach) * room), 0), room - 1)

    cells = [Span("─", Role.FRAME)] * room
    for change in report.others:
        cells[place(change.at)] = Span("+", Role.ACCENT)
    for change in report.suspects:
        cells[place(change.at)] = Span("⚠", Role.WARNING)
    if report.first_alert is not None:
        cells[place(report.first_alert)] = Span("✗", Role.CRITICAL)
    return [Line((span(begin, Role.MUTED), *cells, span(end, Role.MUTED)))]
