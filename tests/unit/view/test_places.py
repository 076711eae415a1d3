"""Where the panes stand at each size."""

from __future__ import annotations

import pytest

from eventa_cockpit.keymap import Pane
from eventa_cockpit.widgets.view.places import Box, places, shared

SIZES = [(40, 10), (80, 24), (109, 40), (110, 30), (120, 40), (170, 49), (170, 50), (200, 60), (317, 83)]
OPTIONAL = frozenset({Pane.LOGS, Pane.ON_CALL, Pane.SLO})


def _cells(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(box.x, box.x + box.width) for y in range(box.y, box.y + box.height)}


@pytest.mark.parametrize("is_zoomed", [False, True])
@pytest.mark.parametrize("absent", [frozenset(), OPTIONAL, frozenset(Pane) - {Pane.ALERTS, Pane.CHECKLIST}])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_cell_belongs_to_exactly_one_place(
    width: int, height: int, absent: frozenset[Pane], is_zoomed: bool
) -> None:
    found = dict(places(width, height, Pane.ALERTS, is_zoomed=is_zoomed, absent=absent))
    del found["clock"]  # lies over the header
    assert sum(box.width * box.height for box in found.values()) == width * height
    assert set().union(*map(_cells, found.values())) == {(x, y) for x in range(width) for y in range(height)}


def test_a_small_screen_shows_the_pane_in_front_alone() -> None:
    assert [pane for pane in Pane if pane.value in places(80, 24, Pane.OUTPUT, is_zoomed=False)] == [Pane.OUTPUT]


def test_a_large_screen_shows_every_pane() -> None:
    assert set(Pane) <= set(places(200, 60, Pane.ALERTS, is_zoomed=False))


def test_a_pane_that_nothing_is_configured_for_leaves_its_room_to_its_neighbours() -> None:
    all_of_them = places(200, 60, Pane.ALERTS, is_zoomed=False)
    without = places(200, 60, Pane.ALERTS, is_zoomed=False, absent=OPTIONAL)
    assert without[Pane.ALERTS].height == all_of_them[Pane.ALERTS].height + all_of_them[Pane.ON_CALL].height
    assert without[Pane.OUTPUT].width > all_of_them[Pane.OUTPUT].width


def test_a_pane_that_nothing_is_configured_for_can_still_be_looked_at() -> None:
    assert Pane.SLO in places(200, 60, Pane.SLO, is_zoomed=True, absent=OPTIONAL)


def test_a_terminal_that_is_too_small_has_room_for_a_sentence_only() -> None:
    assert places(39, 10, Pane.ALERTS, is_zoomed=False) == {"header": Box(0, 0, 39, 10)}


def test_nothing_is_lost_to_rounding() -> None:
    assert shared(10, [1, 1, 1]) == [3, 3, 4]
