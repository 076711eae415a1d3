"""The cursor and the window of a list."""

from __future__ import annotations

import pytest

from eventa_cockpit.widgets.view.entries import Drawn, Written, moved, settled, window
from eventa_cockpit.widgets.view.lines import BLANK, Line, line


def _rows(*keys: str) -> list[Line]:
    return [line(key or "detail", key=key) for key in keys]


def _shown(lines: list[Line], top: int, height: int, key: str) -> list[str]:
    return [row.text for row in window(Written(lines), top, height, key).rows]


def test_the_cursor_stays_on_its_row_when_others_come_and_go() -> None:
    assert settled(Written(_rows("new", "b", "c")), "b", before=1) == "b"


def test_the_cursor_of_a_row_that_went_away_moves_to_its_neighbour() -> None:
    assert settled(Written(_rows("a", "c")), "b", before=1) == "c"
    assert settled(Written(_rows("a", "b")), "c", before=2) == "b"
    assert settled(Written([]), "a", before=0) == ""


def test_moving_stops_at_both_ends() -> None:
    assert moved(Written(_rows("a", "b")), "a", -1) == "a"
    assert moved(Written(_rows("a", "b")), "a", 9) == "b"
    assert moved(Written([]), "", 1) == ""


def test_the_chosen_row_is_in_sight_with_its_details() -> None:
    rows = _rows("a", "b", "c", "d", "", "", "e")
    assert _shown(rows, 0, 4, "d") == ["c", "d", "detail", "detail"]


def test_a_row_that_is_taller_than_the_pane_is_shown_from_its_beginning() -> None:
    assert _shown(_rows("a", "b", "", "", "", "c"), 0, 3, "b") == ["b", "detail", "detail"]


def test_rows_above_the_first_key_are_shown_while_it_is_chosen() -> None:
    rows = [line("heading"), *_rows("a", "b", "c", "d")]
    assert _shown(rows, 1, 3, "a") == ["heading", "a", "b"]


def test_the_window_never_runs_past_the_end() -> None:
    assert _shown(_rows("a", "b", "c", "d"), 99, 3, "") == ["b", "c", "d"]


def test_a_blank_line_ends_what_belongs_to_a_row() -> None:
    entries = Written([*_rows("a", ""), BLANK, line("heading"), *_rows("b")])
    assert [len(entries.rows(index)) for index in range(len(entries))] == [2, 1, 1, 1]
    assert list(entries.keys) == ["a", "b"]


def test_what_is_out_of_sight_is_counted() -> None:
    found = window(Written(_rows("a", "b", "c", "d", "e")), 0, 2, "c")
    assert (found.above, found.below) == (1, 2)


def test_only_the_chosen_row_is_marked() -> None:
    found = window(Written(_rows("a", "b", "", "c")), 0, 9, "b")
    assert [row.is_selected for row in found.rows] == [False, True, False, False]


@pytest.mark.parametrize("place", [0, 4_711, 9_999])
def test_of_ten_thousand_things_only_those_in_sight_are_drawn(place: int) -> None:
    drawn: list[int] = []

    def draw(thing: int) -> list[Line]:
        drawn.append(thing)
        return [line(str(thing), key=str(thing)), line("detail")]

    entries = Drawn(range(10_000), {str(thing): thing for thing in range(10_000)}, draw)
    found = window(entries, 0, 20, str(place))
    assert str(place) in [row.text for row in found.rows]
    assert len(set(drawn)) <= 22


def test_words_are_looked_for_in_a_row_and_in_what_belongs_to_it() -> None:
    entries = Written([line("step one", key="1"), line("restarts the DB"), line("step two", key="2")])
    assert list(entries.having("STEP db").keys) == ["1"]
