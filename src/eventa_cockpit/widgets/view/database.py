"""The database pane: one metric a row, with its bound, where it is heading and where it was half an hour ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.reading import Level, Reading
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments, readings
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import Line, Role, line, span
from eventa_cockpit.widgets.view.listing import Cell, Column, Facts, Listing
from eventa_cockpit.widgets.view.reading_rows import columns_for, look, value_of
from eventa_cockpit.widgets.view.sparkline import sparkline

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene


def above(value: DatabaseReadings, width: int) -> list[Line]:
    """The columns' names; and that something is missing."""
    if not value.readings:
        return [line(span(_("No reading in this window."), Role.MUTED))]
    return [*partial(value), columns_for(value.readings, width).heading()]


def partial(value: DatabaseReadings) -> list[Line]:
    return [line(span("⚠ " + _("Some data is missing in the answer."), Role.WARNING))] if value.is_partial else []


def worst(value: DatabaseReadings | None) -> Level | None:
    """The gravest level among the readings; one that has nothing to measure does not count."""
    levels = {reading.level for reading in value.readings if not reading.is_absent} if value else set()
    order = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN, Level.GOOD)
    return next((level for level in order if level in levels), None)


def brief(reading: Reading, scene: Scene, width: int) -> list[Line]:
    feed = scene.board.database
    found = feed.value.readings if feed is not None and feed.value is not None else (reading,)
    return [columns_for(found, width).row(reading, scene.now).keyed(reading.metric)]


def _is_bad(reading: Reading) -> bool:
    return reading.level in {Level.CRITICAL, Level.WARNING}


def _metric(reading: Reading, _scene: Scene) -> Cell:
    glyph, role = look(reading)
    return Cell(f"{glyph} {readings.title(reading)}", role if _is_bad(reading) else Role.TEXT)


def _now(reading: Reading, _scene: Scene) -> Cell:
    role = readings.LEVELS[reading.level][1] if _is_bad(reading) else Role.STRONG if reading.last else Role.MUTED
    return Cell(f"{value_of(reading)} {readings.TRENDS[reading.trend]}", role)


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
        (_("Metric"), f"{readings.title(reading)} ({reading.metric})"),
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
    words=lambda reading: f"{readings.title(reading)} {reading.metric} {reading.level}",
    brief=brief,
    facts=facts,
    columns=COLUMNS,
    orders=(
        Order(mark("as configured")),
        Order(mark("worst first"), lambda reading: _GRAVITY.index(reading.level)),
        Order(mark("name"), lambda reading: readings.title(reading)),
    ),
)
