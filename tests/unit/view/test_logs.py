"""The rows of the logs pane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.log_stream import LogGroup, LogLevel, LogLine, LogWindow, TailState
from eventa_cockpit.domain.reading import Point
from eventa_cockpit.widgets.view import logs
from eventa_cockpit.widgets.view.lines import Line, Role, cell_len, fit
from eventa_cockpit.widgets.view.scene import Scene

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
TEN = timedelta(seconds=10)


def group(text: str, level: LogLevel = LogLevel.INFO, count: int = 1, lasted: timedelta = TEN) -> LogGroup:
    return LogGroup(LogLine(NOW, text, level, "api", text), NOW - (lasted if count > 1 else timedelta()), count)


def shown(*groups: LogGroup, width: int = 80, **more: Any) -> list[Line]:
    points = tuple(Point(NOW + place * TEN, float(place)) for place in range(30))
    window = LogWindow('{service="eventa"}', timedelta(minutes=5), groups, points, **more)
    scene = Scene(Environment("prod", is_production=True, is_drill=False), "eventa", UTC, NOW)
    return [*logs.above(window, width), *(row for found in groups for row in logs.brief(found, scene, width))]


def text(rows: list[Line]) -> str:
    return "\n".join(row.text for row in rows)


def test_the_same_line_many_times_is_one_row_that_says_how_often() -> None:
    rows = shown(group("payment failed", LogLevel.ERROR, 118))
    assert "x118 in 10s" in text(rows)
    assert sum("payment failed" in row.text for row in rows) == 1


def test_a_line_that_stands_alone_says_nothing_of_times() -> None:
    assert "x1 " not in text(shown(group("hello")))


def test_the_total_counts_every_line() -> None:
    assert "435 lines in 5m" in text(shown(group("hello")))


def test_errors_are_counted_and_at_least_so_many_where_lines_are_missing() -> None:
    failing = group("x", LogLevel.ERROR, 7)
    assert "7 errors" in text(shown(failing))
    assert "7 errors or more" in text(shown(failing, is_cut=True))


@pytest.mark.parametrize("state", TailState)
def test_every_state_of_the_tail_has_its_words(state: TailState) -> None:
    assert logs.TAILS[state][0] in shown(group("x"), tail=state)[0].text


def test_what_the_tail_left_out_is_said() -> None:
    assert "left out 1,500 lines" in text(shown(group("x"), dropped=1500))


def test_why_it_is_not_live_is_said_in_the_upstreams_words() -> None:
    rows = shown(group("x"), tail=TailState.FULL, tail_detail="limit exceeded (11 > 10)")
    assert "limit exceeded (11 > 10)" in text(rows)


def test_no_line_is_said_as_such() -> None:
    assert 'No line matches {service="eventa"}.' in text(shown())


@pytest.mark.parametrize("width", [24, 40, 80, 120])
def test_rows_fit_their_width_in_cells(width: int) -> None:
    rows = shown(group("決済に失敗しました " * 30, LogLevel.ERROR, 118), group("x" * 300), width=width)
    for row in rows:
        assert sum(cell_len(item.text) for item in fit(row, width)) == width
    assert sum("決済" in row.text for row in rows) <= 2


def test_an_error_is_told_by_glyph_and_role_and_not_by_colour_alone() -> None:
    row = next(row for row in shown(group("boom", LogLevel.ERROR)) if "boom" in row.text)
    assert "✗ ERROR" in row.text
    assert any(item.role is Role.CRITICAL for item in row.left)
