"""Readings one a row: value, where it is heading, where it was half an hour and a week ago, and its bound."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eventa_cockpit.domain.reading import Level, Reading
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import readings
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


class Columns:
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
        glyph, role = look(reading)
        last, unit = None if reading.problem else reading.last, reading.unit
        is_bad = reading.level in {Level.CRITICAL, Level.WARNING}
        parts = [
            span(f"{glyph} ", role),
            span(pad(readings.title(reading), self.name), Role.TEXT),
            span(pad_left(value_of(reading), _VALUE), role if is_bad else Role.STRONG if last else Role.MUTED),
            span(f" {readings.TRENDS[reading.trend]}", role if is_bad else Role.MUTED),
        ]
        if self.spark:
            line_of_dots = sparkline([point.value for point in reading.points], self.spark)
            parts.append(span(line_of_dots + " ", role if is_bad else Role.ACCENT))
        before = reading.before(now - readings.LOOK_BACK) if last else None
        parts.append(self._cell("before", readings.value(before.value, unit) if before else ""))
        change = readings.change(reading, now) if last else ""
        parts.append(span(pad_left(change, _CHANGE + 1), Role.MUTED))
        week = reading.last_week
        parts.append(self._cell("week value", readings.value(week, unit) if week is not None else ""))
        parts.append(self._cell("week", readings.against_last_week(reading)))
        parts.append(self._cell("bound", readings.bound(reading.bound, unit)))
        return line(*(part for part in parts if part.text))

    def _cell(self, column: str, text: str) -> Span:
        return span(pad_left(text, self._width(column)), Role.MUTED)

    def _width(self, column: str) -> int:
        return _MORE[column] if column in self._shown else 0


def look(reading: Reading) -> tuple[str, Role]:
    return ("·", Role.MUTED) if reading.is_absent else readings.LEVELS[reading.level]


def value_of(reading: Reading) -> str:
    if reading.last is not None and not reading.problem:
        return readings.value(reading.last.value, reading.unit)
    return _("idle") if reading.is_absent else _("no data")


def columns_for(found: Sequence[Reading], width: int) -> Columns:
    # A value as wide as its column would touch the name before it.
    gap = any(cell_len(value_of(reading)) >= _VALUE for reading in found)
    return Columns(
        width,
        max(cell_len(readings.title(reading)) for reading in found) + gap,
        has_last_week=any(reading.last_week is not None for reading in found),
    )
