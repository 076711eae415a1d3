"""The database pane: one metric a row, with its bound, where it is heading and where it was half an hour ago."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.reading import Level, Reading
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments, readings
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import Line, Role, Span, cell_len, line, pad, pad_left, span
from eventa_cockpit.widgets.view.listing import Cell, Column, Facts, Listing
from eventa_cockpit.widgets.view.sparkline import sparkline

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene

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


def above(value: DatabaseReadings, width: int) -> list[Line]:
    """The columns' names; and that something is missing."""
    if not value.readings:
        return [line(span(_("No reading in this window."), Role.MUTED))]
    return [*partial(value), _columns(value.readings, width).heading()]


def partial(value: DatabaseReadings) -> list[Line]:
    return [line(span("⚠ " + _("Some data is missing in the answer."), Role.WARNING))] if value.is_partial else []


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


def _columns(found: Sequence[Reading], width: int) -> _Columns:
    return _Columns(
        width,
        max(cell_len(readings.name(reading.metric)) for reading in found),
        has_last_week=any(reading.last_week is not None for reading in found),
    )


def brief(reading: Reading, scene: Scene, width: int) -> list[Line]:
    feed = scene.board.database
    found = feed.value.readings if feed is not None and feed.value is not None else (reading,)
    return [_columns(found, width).row(reading, scene.now).keyed(reading.metric)]


def _is_bad(reading: Reading) -> bool:
    return reading.level in {Level.CRITICAL, Level.WARNING}


def _metric(reading: Reading, _scene: Scene) -> Cell:
    glyph, role = _look(reading)
    return Cell(f"{glyph} {readings.name(reading.metric)}", role if _is_bad(reading) else Role.TEXT)


def _now(reading: Reading, _scene: Scene) -> Cell:
    role = readings.LEVELS[reading.level][1] if _is_bad(reading) else Role.STRONG if reading.last else Role.MUTED
    return Cell(f"{_value(reading)} {readings.TRENDS[reading.trend]}", role)


def _then(reading: Reading, scene: Scene) -> Cell:
    before = reading.before(scene.now - readings.LOOK_BACK)
    return Cell(readings.value(before.value, reading.unit) if before is not None else "", Role.MUTED)


def _week(reading: Reading, _scene: Scene) -> Cell:
    if reading.last_week is None:
        return Cell("")
    return Cell(f"{readings.value(reading.last_week, reading.unit)} {readings.against_last_week(reading)}", Role.MUTED)


def _course(reading: Reading, _scene: Scene) -> Cell:
    role = readings.LEVELS[reading.level][1] if _is_bad(reading) else Role.ACCENT
    return Cell(sparkline([point.value for point in reading.points], _COURSE), role)


_COURSE = 30
_GRAVITY = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN, Level.GOOD)


def facts(reading: Reading, scene: Scene) -> Facts:
    values = [point.value for point in reading.points]
    return (
        (_("Metric"), f"{readings.name(reading.metric)} ({reading.metric})"),
        (_("Now"), _now(reading, scene).text),
        (_("Measured"), moments.clock(reading.last.at, scene.zone) if reading.last else ""),
        (_("30 min ago"), _then(reading, scene).text),
        (_("Change"), readings.change(reading, scene.now)),
        (_("Same hour last week"), _week(reading, scene).text),
        (_("Least"), readings.value(min(values), reading.unit) if values else ""),
        (_("Most"), readings.value(max(values), reading.unit) if values else ""),
        (_("Bound"), readings.bound(reading.bound, reading.unit)),
    )


COLUMNS: tuple[Column[Reading], ...] = (
    Column(mark("Metric"), _metric, 16, share=1),
    Column(mark("Now"), _now, 10, is_right=True),
    Column(mark("30 min ago"), _then, 10, is_right=True, rank=2),
    Column(mark("Course"), _course, _COURSE, rank=4),
    Column(
        mark("Change"),
        lambda reading, scene: Cell(readings.change(reading, scene.now), Role.MUTED),
        7,
        is_right=True,
        rank=1,
    ),
    Column(mark("Last week"), _week, 14, is_right=True, rank=3),
    Column(
        mark("Bound"),
        lambda reading, _scene: Cell(readings.bound(reading.bound, reading.unit), Role.MUTED),
        10,
        is_right=True,
        rank=2,
    ),
)
LISTING: Listing[Reading] = Listing(
    key=lambda reading: reading.metric,
    words=lambda reading: f"{readings.name(reading.metric)} {reading.metric} {reading.level}",
    brief=brief,
    facts=facts,
    columns=COLUMNS,
    orders=(
        Order(mark("as configured")),
        Order(mark("worst first"), lambda reading: _GRAVITY.index(reading.level)),
        Order(mark("name"), lambda reading: readings.name(reading.metric)),
    ),
)
