"""Simulated time: seconds since the world was opened, which may run faster than the wall clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class Clock:
    """Maps simulated seconds to the wall clock so that *now* is always now and ages are simulated ages.

    At four times the speed an alert that began four simulated minutes ago is reported as four minutes old,
    although one minute passed on the wall. At speed 1 both are the same.
    """

    def __init__(
        self,
        speed: float = 1.0,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._anchor = _Anchor(monotonic(), datetime.fromtimestamp(wall(), UTC), 0.0, _checked(speed))

    @property
    def speed(self) -> float:
        """Simulated seconds a real second."""
        return self._anchor.speed

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on; raises ValueError outside 0 < speed ≤ 3600."""
        checked = _checked(speed)
        with self._lock:
            now = self.reading()
            self._anchor = _Anchor(self._monotonic(), now.now_wall, now.now_s, checked)

    def now(self) -> float:
        """Simulated seconds since the world was opened; what is before that is negative."""
        return self.reading().now_s

    def wall(self, at_s: float) -> datetime:
        """The moment that an upstream reports for something that happened at `at_s`."""
        return self.reading().wall(at_s)

    def simulated(self, moment: datetime) -> float:
        """The inverse of `wall`."""
        return self.reading().simulated(moment)

    def reading(self) -> ClockReading:
        """Both times at one instant, for answers whose times must agree with each other."""
        anchor = self._anchor
        elapsed_s = self._monotonic() - anchor.monotonic_s
        # At speed 1 the shift is exactly zero: what is reported for a moment never moves, not by a microsecond.
        shift = timedelta(seconds=elapsed_s * (1.0 - anchor.speed))
        zero = anchor.wall - timedelta(seconds=anchor.simulated_s) + shift
        return ClockReading(anchor.simulated_s + elapsed_s * anchor.speed, zero)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The instant at which the present speed began, on all clocks."""

    monotonic_s: float
    wall: datetime
    simulated_s: float
    speed: float


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One look at the clock."""

    now_s: float
    zero: datetime
    """What is reported for simulated second 0, the opening of the world."""

    @property
    def now_wall(self) -> datetime:
        return self.wall(self.now_s)

    def wall(self, at_s: float) -> datetime:
        return self.zero + timedelta(seconds=at_s)

    def simulated(self, moment: datetime) -> float:
        return (moment - self.zero).total_seconds()


def _checked(speed: float) -> float:
    if not 0 < speed <= 3600:
        raise ValueError(f"speed must be above 0 and at most 3600, not {speed}")
    return speed
