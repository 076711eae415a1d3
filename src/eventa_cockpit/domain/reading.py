"""Readings: a value with its time, unit and threshold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Level(StrEnum):
    """What a reading means to a responder. Unknown is never good."""

    GOOD = "good"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Trend(StrEnum):
    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Bound:
    """The value past which a reading is bad."""

    value: float
    is_floor: bool = False
    """Bad below `value` rather than above it (free storage, freeable memory)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One quantity as last measured, with the points that led there (oldest first)."""

    metric: str
    """The upstream's own name: `CPUUtilization`."""
    unit: str
    """UCUM-like symbol of the values: `%`, `ms`, `s`, `By`, `1` (count), `1/s`."""
    points: tuple[Point, ...] = ()
    bound: Bound | None = None
    title: str = ""
    """What the team calls it; empty where the metric's own name will do."""
    problem: str = ""
    """Why the points say nothing about now, as one cleaned sentence; empty while they do."""
    window: timedelta = timedelta()
    """The time that each point counts over: so long after a change it still counts what was before."""
    last_week: float | None = None
    """Mean of the same hour a week ago; None where that is not known."""
    may_be_absent: bool = False
    """Without points the thing measured is idle or switched off: no gap, and no zero either."""

    @property
    def shown_name(self) -> str:
        return self.title or self.metric

    @property
    def is_absent(self) -> bool:
        """There is nothing to measure, and nothing wrong with that."""
        return self.may_be_absent and not self.points

    @property
    def last(self) -> Point | None:
        return self.points[-1] if self.points else None

    @property
    def level(self) -> Level:
        """Critical past the bound, warning within a tenth of it, unknown without points or with a problem."""
        if self.last is None or self.problem:
            return Level.UNKNOWN
        if self.bound is None:
            return Level.GOOD
        value, limit = self.last.value, self.bound.value
        if self.bound.is_floor:
            if value < limit:
                return Level.CRITICAL
            return Level.WARNING if value < limit * 1.1 else Level.GOOD
        if value > limit:
            return Level.CRITICAL
        return Level.WARNING if value > limit * 0.9 else Level.GOOD

    def before(self, moment: datetime) -> Point | None:
        """The newest point at or before `moment`."""
        return next((point for point in reversed(self.points) if point.at <= moment), None)

    @property
    def trend(self) -> Trend:
        """Direction of the last quarter of the points against the one before it; steady within 5 %."""
        if len(self.points) < 4:
            return Trend.UNKNOWN
        size = max(len(self.points) // 4, 1)
        recent = [point.value for point in self.points[-size:]]
        earlier = [point.value for point in self.points[-2 * size : -size]]
        now, then = sum(recent) / len(recent), sum(earlier) / len(earlier)
        margin = abs(then) * 0.05
        if abs(now - then) <= margin:
            return Trend.STEADY
        return Trend.RISING if now > then else Trend.FALLING
