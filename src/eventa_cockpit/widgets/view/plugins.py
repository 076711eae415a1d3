"""What a plug-in reports, below its line in the pane of upstreams: readings and rows, whatever they are about."""

from __future__ import annotations

from eventa_cockpit.domain.plugin import PluginReport, PluginRow
from eventa_cockpit.domain.reading import Reading
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import readings
from eventa_cockpit.widgets.view.lines import Line, Role, line, span, wrap

MOST_ROWS = 20


def rows(report: PluginReport, width: int) -> list[Line]:
    found = [line("  ", span(row, Role.MUTED)) for row in wrap(report.summary, width - 2) if row]
    found.extend(_reading_row(reading) for reading in report.readings[:MOST_ROWS])
    found.extend(_row(row) for row in report.rows[:MOST_ROWS])
    hidden = max(len(report.readings) - MOST_ROWS, 0) + max(len(report.rows) - MOST_ROWS, 0)
    if hidden:
        found.append(line("  ", span(_("{count} more").format(count=hidden), Role.MUTED)))
    return found


def _reading_row(reading: Reading) -> Line:
    glyph, role = readings.LEVELS[reading.level]
    value = readings.value(reading.last.value, reading.unit) if reading.last is not None else _("no data")
    bound = readings.bound(reading.bound, reading.unit)
    return line(
        span(f"  {glyph} ", role),
        span(f"{reading.title or readings.name(reading.metric)} "),
        span(f"{value} {readings.TRENDS[reading.trend]}", Role.STRONG),
        right=(span(bound, Role.MUTED),) if bound else (),
    )


def _row(row: PluginRow) -> Line:
    glyph, role = readings.LEVELS[row.level]
    return line(span(f"  {glyph} ", role), span(row.title), span(f"  {row.text}" if row.text else "", Role.MUTED))
