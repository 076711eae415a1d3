"""A metric drawn over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from eventa_cockpit.domain.reading import Bound, Point, Reading
from eventa_cockpit.widgets.chart import glyphs_of
from eventa_cockpit.widgets.view import chart
from eventa_cockpit.widgets.view.chart import Frame, Glyphs, Mark, rows
from eventa_cockpit.widgets.view.lines import Role, fit

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def _reading(*values: float, bound: Bound | None = None, minutes: float = 1, last_week: float | None = None) -> Reading:
    """One value each `minutes`, the last one now."""
    points = tuple(Point(_ago(minutes * (len(values) - 1 - place)), value) for place, value in enumerate(values))
    return Reading("CPUUtilization", "%", points, bound, last_week=last_week)


def _text(
    reading: Reading,
    marks: list[Mark] | None = None,
    reach: timedelta = HOUR,
    size: tuple[int, int] = (60, 20),
    glyphs: Glyphs = Glyphs.BRAILLE,
) -> list[str]:
    return [line.text for line in rows(reading, marks or [], NOW, reach, UTC, size, glyphs)]


@pytest.mark.parametrize("size", [(34, 12), (60, 20), (72, 19), (190, 50)])
def test_a_chart_fills_its_room_and_no_more(size: tuple[int, int]) -> None:
    reading = _reading(*range(60), bound=Bound(50))
    found = rows(reading, [Mark(_ago(9), "a change")], NOW, HOUR, UTC, size)
    assert len(found) == size[1]
    assert max(sum(cell_len(part.text) for part in line.left) for line in found[3:]) <= size[0]


def test_a_rising_value_rises_from_left_to_right() -> None:
    frame = Frame(_ago(60), NOW, 0, 60, 30, 10)
    grid = chart.dots(_reading(*range(61)).points, frame)
    assert (bool(grid[-1][0]), bool(grid[0][-1])) == (True, True)
    assert (bool(grid[0][0]), bool(grid[-1][-1])) == (False, False)


def test_a_line_has_no_holes_where_the_value_jumps() -> None:
    frame = Frame(_ago(60), NOW, 0, 100, 30, 10)
    grid = chart.dots(_reading(*[0] * 30, *[100] * 30).points, frame)
    assert all(any(row) for row in grid)


def test_where_nothing_was_measured_nothing_is_drawn() -> None:
    before, after = _reading(*[50] * 10).points, tuple(Point(_ago(40 + place), 50) for place in range(10, 0, -1))
    frame = Frame(_ago(60), NOW, 0, 100, 60, 5)
    grid = chart.dots((*after, *before), frame)
    drawn = [any(row[column] for row in grid) for column in range(60)]
    assert (drawn[15], drawn[55]) == (True, True)
    assert not any(drawn[25:45])


def test_the_bound_is_a_line_of_its_own_with_its_value_at_the_edge() -> None:
    found = rows(_reading(*[10] * 60, bound=Bound(80)), [], NOW, HOUR, UTC, (60, 20))
    (bound,) = [line for line in found if "╌" in line.text]
    assert bound.text.startswith("80 % ┤")
    assert any(part.role is Role.WARNING for part in bound.left)


def test_last_week_is_a_dotted_line_and_a_figure() -> None:
    found = _text(_reading(*range(30, 90), last_week=45))
    assert any("····" in row for row in found)
    assert "same hour last week 45 %" in found[1]
    assert "30 min ago 59 %" in found[1]


def test_what_was_changed_stands_under_the_axis_and_in_words() -> None:
    found = _text(
        _reading(*range(60)),
        [
            Mark(_ago(30), "roll-out: api 4.12"),
            Mark(_ago(20), "first alert", is_alert=True),
            Mark(_ago(10), "our step"),
        ],
    )
    (letters,) = [row for row in found if row.split() == ["a", "✗", "b"]]
    assert letters.index("a") < letters.index("✗") < letters.index("b")
    assert found[-3:] == ["a 17:30  roll-out: api 4.12", "✗ 17:40  first alert", "b 17:50  our step"]
    assert any(row[letters.index("a") :].startswith("┊") for row in found)


def test_a_change_before_the_range_is_not_shown() -> None:
    assert not any("long ago" in row for row in _text(_reading(*range(60)), [Mark(_ago(61), "long ago")]))


def test_a_console_without_dots_gets_ascii_alone() -> None:
    reading = _reading(*range(60), bound=Bound(50), last_week=30)
    found = _text(reading, [Mark(_ago(9), "a change")], glyphs=Glyphs.ASCII)
    assert "\n".join(found[3:]).isascii()
    assert any("*" in row for row in found)
    assert glyphs_of({"TERM": "linux"}) is Glyphs.ASCII
    assert glyphs_of({"TERM": "xterm-256color"}) is Glyphs.BRAILLE


def test_ranges_are_offered_as_far_as_the_points_reach() -> None:
    minutes = [timedelta(minutes=30), HOUR]
    assert list(chart.ranges(_reading(*range(60)))) == minutes
    assert list(chart.ranges(_reading(*range(5)))) == minutes[:1]
    assert list(chart.ranges(_reading(*range(100), minutes=15))) == list(chart.RANGES)


def test_a_value_that_never_moves_is_drawn_in_the_middle() -> None:
    low, high = chart.limits(_reading(5, 5, 5), _reading(5, 5, 5).points)
    assert low < 5 < high


def test_nothing_measured_is_said_as_such() -> None:
    assert _text(Reading("CPUUtilization", "%"))[-1] == "No reading in this window."


def test_the_hours_of_the_axis_are_round_and_the_right_end_is_now() -> None:
    (hours,) = [row for row in _text(_reading(*range(60)), size=(100, 20)) if "17:10" in row]
    assert hours.split() == ["17:00", "17:10", "17:20", "17:30", "17:40", "17:50", "now"]


def test_every_row_can_be_fitted() -> None:
    for line in rows(_reading(*range(60)), [Mark(_ago(3), "決済" * 60)], NOW, HOUR, UTC, (40, 16)):
        assert sum(cell_len(part.text) for part in fit(line, 40)) == 40
