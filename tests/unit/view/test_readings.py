"""Values as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventa_cockpit.domain.reading import Bound, Point, Reading
from eventa_cockpit.widgets.view import moments, readings
from eventa_cockpit.widgets.view.sparkline import resample, sparkline

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        (94.4, "%", "94 %"),
        (0.0412, "s", "41 ms"),
        (0.004, "s", "4 ms"),
        (0.0005, "s", "0.5 ms"),
        (1.5, "s", "1.5 s"),
        (812, "1", "812"),
        (966367641, "By", "922 MB"),
        (4 * (1 << 30), "By", "4 GB"),
        (120259084288, "By", "112 GB"),
        (0, "By", "0 B"),
    ],
)
def test_a_value_is_said_in_the_unit_that_a_person_would_use(number: float, unit: str, said: str) -> None:
    assert readings.value(number, unit) == said


def test_a_bound_says_on_which_side_it_is_bad() -> None:
    assert readings.bound(Bound(80), "%") == "> 80 %"
    assert readings.bound(Bound(float(1 << 30), is_floor=True), "By") == "< 1 GB"
    assert readings.bound(None, "%") == ""


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [(94, 31, "x3.0"), (104, 100, "+4%"), (23, 100, "-77%"), (100, 100, "0%"), (5, 0, "+"), (0, 0, "")],
)
def test_a_change_is_a_factor_from_twofold_on(now: float, before: float, said: str) -> None:
    assert readings.relative(now, before) == said


def test_the_change_is_against_half_an_hour_ago() -> None:
    points = tuple(Point(NOW - timedelta(minutes=minute), 100 - minute) for minute in range(45, -1, -1))
    assert readings.change(Reading("CPUUtilization", "%", points), NOW) == "+43%"


def test_without_a_point_half_an_hour_ago_nothing_is_claimed() -> None:
    assert readings.change(Reading("CPUUtilization", "%", (Point(NOW, 50),)), NOW) == ""


def test_a_sparkline_has_its_width_and_shows_every_peak_side() -> None:
    assert len(sparkline([1, 2, 3], 10)) == 10
    assert sparkline([], 4) == "    "
    assert sparkline([1, 1, 1, 9], 2)[-1] > sparkline([1, 1, 1, 1], 2)[-1]


def test_resampling_uses_every_point() -> None:
    assert resample([1, 3, 5, 7], 2) == [2, 6]
    assert resample([1, 2], 8) == [1, 2]


@pytest.mark.parametrize(
    ("duration", "said"),
    [(timedelta(seconds=8), "8s"), (timedelta(seconds=125), "2:05"), (timedelta(hours=1, seconds=125), "1:02:05")],
)
def test_waiting_is_counted_in_seconds(duration: timedelta, said: str) -> None:
    assert moments.elapsed(duration) == said


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (timedelta(seconds=9), "<30s"),
        (timedelta(seconds=59), "30s"),
        (timedelta(minutes=3), "3m"),
        (timedelta(hours=5, minutes=3), "5h03"),
    ],
)
def test_an_age_moves_in_steps_so_that_the_screen_stays_still(duration: timedelta, said: str) -> None:
    assert moments.age(duration) == said
