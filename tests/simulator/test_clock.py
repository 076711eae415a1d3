"""Simulated time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.simulator.clock import Clock

OPENED = 1_800_000_000.0


class Wall:
    """Both of the machine's clocks, moved by hand."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def clock(self, speed: float = 1.0) -> Clock:
        return Clock(speed, monotonic=lambda: self.passed_s, wall=lambda: OPENED + self.passed_s)


def test_now_is_always_now_whatever_the_speed() -> None:
    wall = Wall()
    clock = wall.clock(60)
    wall.passed_s = 10

    assert clock.now() == 600
    assert clock.wall(clock.now()) == datetime.fromtimestamp(OPENED + 10, UTC)


def test_ages_are_simulated_ages() -> None:
    wall = Wall()
    clock = wall.clock(60)
    wall.passed_s = 10

    assert clock.wall(clock.now()) - clock.wall(-240) == timedelta(seconds=840)


def test_a_change_of_speed_never_moves_time() -> None:
    wall = Wall()
    clock = wall.clock()
    wall.passed_s = 5
    clock.set_speed(100)

    assert clock.now() == 5
    wall.passed_s = 6
    assert clock.now() == 105


def test_a_reported_moment_never_moves_at_normal_speed() -> None:
    wall = Wall()
    clock = wall.clock()
    before = clock.wall(-240.123)
    wall.passed_s = 1234.56789

    assert clock.wall(-240.123) == before


@given(st.floats(-3600, 36000), st.floats(0.1, 3600), st.floats(0, 3600))
def test_a_moment_of_the_wall_leads_back_to_the_simulated_one(at_s: float, speed: float, passed_s: float) -> None:
    wall = Wall()
    clock = wall.clock(speed)
    wall.passed_s = passed_s

    assert clock.simulated(clock.wall(at_s)) == pytest.approx(at_s, abs=0.01)


@pytest.mark.parametrize("speed", [0, -1, 3601, float("nan")])
def test_a_speed_that_makes_no_sense_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Clock(speed)
