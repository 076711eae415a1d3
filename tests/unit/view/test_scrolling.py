"""The cursor and the window of a list."""

from __future__ import annotations

from eventa_cockpit.widgets.view import scrolling
from eventa_cockpit.widgets.view.lines import Line, line


def _rows(*keys: str) -> list[Line]:
    return [line(key or "detail", key=key) for key in keys]


def test_the_cursor_stays_on_its_row_when_others_come_and_go() -> None:
    assert scrolling.settled("b", ["a", "b"], ["new", "b", "c"]) == "b"


def test_the_cursor_of_a_row_that_went_away_moves_to_its_neighbour() -> None:
    assert scrolling.settled("b", ["a", "b", "c"], ["a", "c"]) == "c"
    assert scrolling.settled("c", ["a", "b", "c"], ["a", "b"]) == "b"
    assert scrolling.settled("a", ["a"], []) == ""


def test_moving_stops_at_both_ends() -> None:
    assert scrolling.moved("a", ["a", "b"], -1) == "a"
    assert scrolling.moved("a", ["a", "b"], 9) == "b"
    assert scrolling.moved("", [], 1) == ""


def test_the_chosen_row_is_in_sight_with_its_details() -> None:
    rows = _rows("a", "b", "c", "d", "", "", "e")
    top = scrolling.scrolled(0, 4, rows, "d")
    assert top <= 3
    assert top + 4 >= 6


def test_rows_above_the_first_key_are_shown_while_it_is_chosen() -> None:
    rows = [line("heading"), *_rows("a", "b", "c", "d")]
    assert scrolling.scrolled(1, 3, rows, "a") == 0


def test_the_window_never_runs_past_the_end() -> None:
    assert scrolling.scrolled(99, 3, _rows("a", "b", "c", "d"), "") == 1
