"""A metric over time: its course in braille dots, its bound, and what was done and changed meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from statistics import median

from eventa_cockpit.domain.reading import Level, Point, Reading
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import moments, readings
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Span, cell_len, line, pad, pad_left, span

RANGES = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3), timedelta(hours=24))
_TICKS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 120, 180, 360, 720))
_TICK_CELLS = 10
"""Least distance of two times on the axis."""
_LEGEND = 5
"""Marks that are told in words."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille bits of a cell: four rows from the top, left and right."""
_GAP = 3.5
"""Times the usual distance of two points, from which on nothing was measured in between."""


class Glyphs(StrEnum):
    """What the terminal can draw."""

    BRAILLE = "braille"
    ASCII = "ascii"


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to be seen on the time axis."""

    at: datetime
    text: str
    is_alert: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of time and of the values is drawn, and in how many cells."""

    start: datetime
    end: datetime
    low: float
    high: float
    width: int
    height: int

    def column(self, at: datetime, per_cell: int = 1) -> int:
        """Cells, or parts of a cell, from the left; outside the frame where the moment is."""
        return round((at - self.start) / (self.end - self.start) * (self.width * per_cell - 1))

    def row(self, value: float, per_cell: int = 1) -> int:
        """From the top."""
        share = (value - self.low) / (self.high - self.low)
        return round((1 - share) * (self.height * per_cell - 1))


def ranges(reading: Reading) -> tuple[timedelta, ...]:
    """Those that the points fill more of than the one before does."""
    if len(reading.points) < 2:
        return RANGES[:1]
    reach = reading.points[-1].at - reading.points[0].at
    return tuple(each for shorter, each in zip((timedelta(), *RANGES), RANGES, strict=False) if reach > shorter * 1.1)


def rows(
    reading: Reading,
    marks: Sequence[Mark],
    now: datetime,
    reach: timedelta,
    zone: tzinfo,
    size: tuple[int, int],
    glyphs: Glyphs = Glyphs.BRAILLE,
) -> list[Line]:
    """The whole chart in `size` (columns, rows)."""
    width, height = size
    seen = [mark for mark in marks if now - reach <= mark.at <= now]
    points = [point for point in reading.points if point.at >= now - reach]
    head = [_now(reading), _before(reading, now), BLANK]
    if not points:
        return [*head, line(span(_("No reading in this window."), Role.MUTED))]
    legend = _legend(seen, zone, width)
    low, high = limits(reading, points)
    label = max(cell_len(readings.value(value, reading.unit)) for value in _labelled(reading, low, high))
    below = 3 + (len(legend) + 1 if legend else 0)
    frame = Frame(now - reach, now, low, high, max(width - label - 2, 10), max(height - len(head) - below, 3))
    body = _plot(reading, points, seen, frame, label, glyphs)
    marking = _marking(seen, frame, label)
    return [*head, *body, *_axis(frame, label, zone, glyphs), marking, *([BLANK, *legend] if legend else [])]


def limits(reading: Reading, points: Sequence[Point]) -> tuple[float, float]:
    """The values between which it is drawn: all that were measured, the bound, and zero unless that is far off."""
    values = [point.value for point in points]
    values += [reading.bound.value] if reading.bound is not None else []
    values += [reading.last_week] if reading.last_week is not None else []
    low, high = min(values), max(values)
    if low >= 0 and low < high * 0.7:
        low = 0.0
    room = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    return (low if low == 0 else low - room), high + room


def dots(points: Sequence[Point], frame: Frame) -> list[list[int]]:
    """Braille bits by row and column: a line through the points, broken where nothing was measured."""
    grid = [[0] * frame.width for _row in range(frame.height)]
    for x, y in _line_through(points, frame):
        if 0 <= x < frame.width * 2 and 0 <= y < frame.height * 4:
            grid[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
    return grid


def _line_through(points: Sequence[Point], frame: Frame) -> Iterator[tuple[int, int]]:
    places = [(frame.column(point.at, 2), frame.row(point.value, 4)) for point in points]
    steps = [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(points)]
    usual = median(steps) if steps else 0.0
    yield places[0]
    for ((x, y), (to_x, to_y)), step in zip(pairwise(places), steps, strict=True):
        if step > usual * _GAP:
            yield to_x, to_y
            continue
        count = max(abs(to_x - x), abs(to_y - y), 1)
        for part in range(1, count + 1):
            yield x + round((to_x - x) * part / count), y + round((to_y - y) * part / count)


def _plot(
    reading: Reading, points: Sequence[Point], marks: Sequence[Mark], frame: Frame, label: int, glyphs: Glyphs
) -> list[Line]:
    grid = dots(points, frame)
    named = {frame.row(value): value for value in _labelled(reading, frame.low, frame.high)}
    columns = {frame.column(mark.at): Role.CRITICAL if mark.is_alert else Role.MUTED for mark in marks}
    course = readings.LEVELS[reading.level][1] if reading.level in {Level.CRITICAL, Level.WARNING} else Role.ACCENT
    found = []
    for row in range(frame.height):
        value = named.get(row)
        text = readings.value(value, reading.unit) if value is not None else ""
        ground = _ground(reading, frame, row)
        cells = [
            _cell(bits, course, glyphs) if bits else _behind(column, columns, ground, glyphs)
            for column, bits in enumerate(grid[row])
        ]
        edge = "|" if glyphs is Glyphs.ASCII else "┤" if text else "│"
        found.append(Line((span(pad_left(text, label) + " " + edge, Role.MUTED), *_joined(cells))))
    return found


def _labelled(reading: Reading, low: float, high: float) -> list[float]:
    """Values that stand at the left edge; the bound last, so that it wins its row."""
    return [high, low, *([reading.bound.value] if reading.bound is not None else [])]


def _ground(reading: Reading, frame: Frame, row: int) -> Span | None:
    """What lies behind the course in a row: the bound, or the mean of last week."""
    if reading.bound is not None and frame.row(reading.bound.value) == row:
        return Span("╌", Role.WARNING)
    if reading.last_week is not None and frame.row(reading.last_week) == row:
        return Span("·", Role.MUTED)
    return None


def _cell(bits: int, role: Role, glyphs: Glyphs) -> Span:
    return Span(chr(0x2800 + bits) if glyphs is Glyphs.BRAILLE else "*", role)


def _behind(column: int, marks: dict[int, Role], ground: Span | None, glyphs: Glyphs) -> Span:
    if column in marks:
        return Span("┊" if glyphs is Glyphs.BRAILLE else ":", marks[column])
    if ground is None:
        return Span(" ", Role.TEXT)
    return ground if glyphs is Glyphs.BRAILLE else Span("-" if ground.text == "╌" else ".", ground.role)


def _joined(cells: Sequence[Span]) -> list[Span]:
    """Neighbours of one role as one span."""
    found: list[Span] = []
    for cell in cells:
        if found and found[-1].role is cell.role:
            found[-1] = Span(found[-1].text + cell.text, cell.role)
        else:
            found.append(cell)
    return found


def _axis(frame: Frame, label: int, zone: tzinfo, glyphs: Glyphs) -> list[Line]:
    """The line of time with its hours; the right end is now."""
    most = max(frame.width // _TICK_CELLS, 1)
    reach = frame.end - frame.start
    step = next((tick for tick in _TICKS if reach / tick <= most), _TICKS[-1])
    local = frame.start.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + step * (-((midnight - local) // step))
    rule = ["─" if glyphs is Glyphs.BRAILLE else "-"] * frame.width
    names = [" "] * frame.width
    end = _("now")
    while moment <= frame.end:
        column = frame.column(moment)
        rule[column] = "┬" if glyphs is Glyphs.BRAILLE else "+"
        text = moments.hour_and_minute(moment, zone)
        if column + len(text) <= frame.width - cell_len(end) - 1:
            names[column : column + len(text)] = text
        moment += step
    corner = "└" if glyphs is Glyphs.BRAILLE else "+"
    told = "".join(names)[: frame.width - cell_len(end)] + end
    return [
        line(span(" " * (label + 1) + corner + "".join(rule), Role.MUTED)),
        line(span(" " * (label + 2) + told, Role.MUTED)),
    ]


def _marking(marks: Sequence[Mark], frame: Frame, label: int) -> Line:
    """Under the axis: the letter of each mark where it was."""
    cells = [Span(" ", Role.TEXT)] * frame.width
    for letter, mark in _lettered(marks):
        cells[frame.column(mark.at)] = Span(letter, Role.CRITICAL if mark.is_alert else Role.KEY)
    return Line((span(" " * (label + 2)), *_joined(cells)))


def _lettered(marks: Sequence[Mark]) -> list[tuple[str, Mark]]:
    """Letters for what was done and changed, the cross for the first alert; oldest first."""
    letters = iter(_LETTERS)
    ordered = sorted(marks, key=lambda mark: mark.at)[-len(_LETTERS) :]
    return [("✗" if mark.is_alert else next(letters), mark) for mark in ordered]


def _legend(marks: Sequence[Mark], zone: tzinfo, width: int) -> list[Line]:
    return [
        line(
            span(f"{letter} ", Role.CRITICAL if mark.is_alert else Role.KEY),
            span(moments.hour_and_minute(mark.at, zone) + "  ", Role.MUTED),
            span(pad(mark.text, max(width - 9, 4)).rstrip()),
        )
        for letter, mark in _lettered(marks)[-_LEGEND:]
    ]


def _now(reading: Reading) -> Line:
    glyph, role = readings.LEVELS[reading.level]
    value = readings.value(reading.last.value, reading.unit) if reading.last is not None else _("no data")
    bound = readings.bound(reading.bound, reading.unit)
    told = (span("   " + _("bound {bound}").format(bound=bound), Role.WARNING),) if bound else ()
    return line(
        span(f"{glyph} ", role),
        span(readings.title(reading), Role.STRONG),
        span(f"  {value} {readings.TRENDS[reading.trend]}", role),
        *told,
    )


def _before(reading: Reading, now: datetime) -> Line:
    """What it was half an hour ago, and at the same hour last week, as far as that is known."""
    parts = []
    before = reading.before(now - readings.LOOK_BACK)
    if before is not None:
        value, change = readings.value(before.value, reading.unit), readings.change(reading, now)
        parts.append(_("30 min ago {value}").format(value=value) + (f" ({change})" if change else ""))
    if reading.last_week is not None:
        value, change = readings.value(reading.last_week, reading.unit), readings.against_last_week(reading)
        parts.append(_("same hour last week {value}").format(value=value) + (f" ({change})" if change else ""))
    return line(span("  " + "   ".join(parts), Role.MUTED))
