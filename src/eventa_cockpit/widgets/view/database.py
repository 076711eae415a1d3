"""The database pane: one metric a row, with its bound, where it is heading and where it was half an hour ago."""

from __future__ import annotations

from datetime import datetime, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.reading import Level, Reading
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import freshness, readings
from eventa_cockpit.widgets.view.lines import Line, Role, cell_len, line, pad, pad_left, span
from eventa_cockpit.widgets.view.sparkline import sparkline

_VALUE = 7
_CHANGE = 5
_BOUND = 9
_SPARK = (5, 24)


def rows(feed: Feed[DatabaseReadings] | None, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    shown = freshness.explanation(feed, zone, width)
    if feed is None or feed.value is None:
        return shown
    found = feed.value.readings
    if not found:
        return [*shown, line(span(_("No reading in this window."), Role.MUTED))]
    columns = _Columns.for_width(width, max(cell_len(readings.name(reading.metric)) for reading in found))
    shown.append(columns.heading())
    shown.extend(columns.row(reading, now) for reading in found)
    if feed.value.is_partial:
        shown.append(line(span("⚠ " + _("Some data is missing in the answer."), Role.WARNING)))
    return shown


def worst(value: DatabaseReadings | None) -> Level | None:
    """The gravest level among the readings."""
    levels = {reading.level for reading in value.readings} if value else set()
    order = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN, Level.GOOD)
    return next((level for level in order if level in levels), None)


class _Columns:
    """Widths of the columns; the bound goes first when there is no room, then the sparkline."""

    def __init__(self, name: int, spark: int, bound: int) -> None:
        self.name, self.spark, self.bound = name, spark, bound

    @classmethod
    def for_width(cls, width: int, name: int) -> _Columns:
        fixed = 2 + _VALUE + 2 + 1 + _CHANGE
        name = min(name, max(width - fixed, 4))
        room = width - fixed - name
        bound = _BOUND + 1 if room >= _BOUND + 1 + _SPARK[0] + 1 else 0
        spark = min(room - bound - 1, _SPARK[1])
        return cls(name, spark if spark >= _SPARK[0] else 0, bound)

    def heading(self) -> Line:
        text = " " * (2 + self.name + _VALUE + 2)
        if self.spark:
            text += pad(_("1h"), self.spark) + " "
        text += pad_left(_("30m"), _CHANGE + 1)
        if self.bound:
            text += pad_left(_("bound"), self.bound)
        return line(span(text, Role.MUTED))

    def row(self, reading: Reading, now: datetime) -> Line:
        glyph, role = readings.LEVELS[reading.level]
        last = reading.last
        value = readings.value(last.value, reading.unit) if last else _("no data")
        is_bad = reading.level in {Level.CRITICAL, Level.WARNING}
        parts = [
            span(f"{glyph} ", role),
            span(pad(readings.name(reading.metric), self.name), Role.TEXT),
            span(pad_left(value, _VALUE), role if is_bad else Role.STRONG),
            span(f" {readings.TRENDS[reading.trend]}", role if is_bad else Role.MUTED),
        ]
        if self.spark:
            line_of_dots = sparkline([point.value for point in reading.points], self.spark)
            parts.append(span(line_of_dots + " ", role if is_bad else Role.ACCENT))
        parts.append(span(pad_left(readings.change(reading, now), _CHANGE + 1), Role.MUTED))
        if self.bound:
            parts.append(span(pad_left(readings.bound(reading.bound, reading.unit), self.bound), Role.MUTED))
        return line(*parts)
