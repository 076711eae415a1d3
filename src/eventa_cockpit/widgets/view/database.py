"""The database pane: one metric a row, with its bound, where it is heading and where it was half an hour ago."""

from __future__ import annotations

from datetime import datetime, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.reading import Level, Reading
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import freshness, readings
from eventa_cockpit.widgets.view.lines import Line, Role, Span, cell_len, line, pad, pad_left, span
from eventa_cockpit.widgets.view.sparkline import sparkline

_VALUE = 7
_CHANGE = 5
_SPARK = (5, 24)
_MORE = {
    "spark": _SPARK[0] + 1,
    "week": _CHANGE + 1,
    "bound": 10,
    "longer spark": 5,
    "week value": _VALUE + 1,
    "before": _VALUE + 1,
}
"""Columns that need room, the most useful first."""


def rows(feed: Feed[DatabaseReadings] | None, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    shown = freshness.explanation(feed, zone, width)
    if feed is None or feed.value is None:
        return shown
    found = feed.value.readings
    if not found:
        return [*shown, line(span(_("No reading in this window."), Role.MUTED))]
    columns = _Columns(
        width,
        max(cell_len(readings.name(reading.metric)) for reading in found),
        has_last_week=any(reading.last_week is not None for reading in found),
    )
    shown.append(columns.heading())
    shown.extend(columns.row(reading, now) for reading in found)
    if feed.value.is_partial:
        shown.append(line(span("⚠ " + _("Some data is missing in the answer."), Role.WARNING)))
    return shown


def worst(value: DatabaseReadings | None) -> Level | None:
    """The gravest level among the readings; one that has nothing to measure does not count."""
    levels = {reading.level for reading in value.readings if not reading.is_absent} if value else set()
    order = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN, Level.GOOD)
    return next((level for level in order if level in levels), None)


class _Columns:
    """Widths of the columns. The name, the value and the change of half an hour are always there; the others come in
    the order of `_MORE` while there is room, and the sparkline takes what is left over."""

    def __init__(self, width: int, name: int, *, has_last_week: bool) -> None:
        fixed = 2 + _VALUE + 2 + 1 + _CHANGE
        self.name = min(name, max(width - fixed, 4))
        room = width - fixed - self.name
        self._shown: set[str] = set()
        for column, cells in _MORE.items():
            if cells <= room and (has_last_week or not column.startswith("week")):
                self._shown.add(column)
                room -= cells
        room += self._width("longer spark")
        self.spark = min(_SPARK[0] + room, _SPARK[1]) if "spark" in self._shown else 0

    def heading(self) -> Line:
        text = " " * (2 + self.name + _VALUE + 2)
        if self.spark:
            text += pad(_("1h"), self.spark) + " "
        text += pad_left(_("30m"), self._width("before") + _CHANGE + 1)
        week = _("last week") if self._width("week value") else _("7d")
        text += pad_left(week, self._width("week value") + self._width("week"))
        text += pad_left(_("bound"), self._width("bound"))
        return line(span(text, Role.MUTED))

    def row(self, reading: Reading, now: datetime) -> Line:
        glyph, role = _look(reading)
        last, unit = reading.last, reading.unit
        is_bad = reading.level in {Level.CRITICAL, Level.WARNING}
        parts = [
            span(f"{glyph} ", role),
            span(pad(readings.name(reading.metric), self.name), Role.TEXT),
            span(pad_left(_value(reading), _VALUE), role if is_bad else Role.STRONG if last else Role.MUTED),
            span(f" {readings.TRENDS[reading.trend]}", role if is_bad else Role.MUTED),
        ]
        if self.spark:
            line_of_dots = sparkline([point.value for point in reading.points], self.spark)
            parts.append(span(line_of_dots + " ", role if is_bad else Role.ACCENT))
        before = reading.before(now - readings.LOOK_BACK) if last else None
        parts.append(self._cell("before", readings.value(before.value, unit) if before else ""))
        parts.append(span(pad_left(readings.change(reading, now), _CHANGE + 1), Role.MUTED))
        week = reading.last_week
        parts.append(self._cell("week value", readings.value(week, unit) if week is not None else ""))
        parts.append(self._cell("week", readings.against_last_week(reading)))
        parts.append(self._cell("bound", readings.bound(reading.bound, unit)))
        return line(*(part for part in parts if part.text))

    def _cell(self, column: str, text: str) -> Span:
        return span(pad_left(text, self._width(column)), Role.MUTED)

    def _width(self, column: str) -> int:
        return _MORE[column] if column in self._shown else 0


def _look(reading: Reading) -> tuple[str, Role]:
    return ("·", Role.MUTED) if reading.is_absent else readings.LEVELS[reading.level]


def _value(reading: Reading) -> str:
    if reading.last is not None:
        return readings.value(reading.last.value, reading.unit)
    return _("idle") if reading.is_absent else _("no data")
