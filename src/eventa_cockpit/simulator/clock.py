"""Simulated time: seconds since the world was opened, which may run faster than the wall clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
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
        self._wall = wall
        self._lock = threading.Lock()
        self._anchor_real = monotonic()
        self._anchor_s = 0.0
        self._speed = _checked(speed)

    @property
    def speed(self) -> float:
        """Simulated seconds a real second."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on; raises ValueError outside 0 < speed ≤ 3600."""
        checked = _checked(speed)
        with self._lock:
            self._anchor_s, self._anchor_real = self._now(), self._monotonic()
            self._speed = checked

    def now(self) -> float:
        """Simulated seconds since the world was opened; what is before that is negative."""
        with self._lock:
            return self._now()

    def _now(self) -> float:
        return self._anchor_s + (self._monotonic() - self._anchor_real) * self._speed

    def wall(self, at_s: float) -> datetime:
        """The moment that an upstream reports for something that happened at `at_s`."""
        return self.reading().wall(at_s)

    def simulated(self, moment: datetime) -> float:
        """The inverse of `wall`."""
        return self.now() + moment.timestamp() - self._wall()

    def reading(self) -> ClockReading:
        """Both times at one instant, for answers whose times must agree with each other."""
        return ClockReading(self.now(), datetime.fromtimestamp(self._wall(), UTC))


class ClockReading:
    """One look at the clock."""

    __slots__ = ("now_s", "now_wall")

    def __init__(self, now_s: float, now_wall: datetime) -> None:
        self.now_s = now_s
        self.now_wall = now_wall

    def wall(self, at_s: float) -> datetime:
        return self.now_wall + timedelta(seconds=at_s - self.now_s)


def _checked(speed: float) -> float:
    if not 0 < speed <= 3600:
        raise ValueError(f"speed must be above 0 and at most 3600, not {speed}")
    return speed
