"""Service level objectives: what is promised, over which window, and which queries measure it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Weighting(StrEnum):
    """What a budget is counted in. A spike of traffic burns a budget of requests far faster than one of minutes."""

    REQUESTS = "requests"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Periods one after another from an anchor on: months, quarters, weeks."""

    anchor: datetime
    """Beginning of one period, in the zone whose days count."""
    months: int = 0
    length: timedelta = timedelta()
    """Of a period that is not made of months."""

    def period(self, now: datetime) -> tuple[datetime, datetime]:
        """Start and end of the period that holds `now`."""
        local = now.astimezone(self.anchor.tzinfo)
        if not self.months:
            number = (local - self.anchor) // self.length
            start = self.anchor + number * self.length
            return start, start + self.length
        passed = (local.year - self.anchor.year) * 12 + local.month - self.anchor.month
        number = passed // self.months
        if self._starts(number) > local:
            number -= 1
        return self._starts(number), self._starts(number + 1)

    def _starts(self, number: int) -> datetime:
        months = self.anchor.month - 1 + number * self.months
        year, month = self.anchor.year + months // 12, months % 12 + 1
        # An anchor on the 31st begins a shorter month on its last day.
        for day in range(self.anchor.day, 27, -1):
            try:
                return self.anchor.replace(year=year, month=month, day=day)
            except ValueError:
                continue
        return self.anchor.replace(year=year, month=month)


class Measure(StrEnum):
    """How the queries of an indicator say what was bad."""

    COUNTS = "counts"
    """How many events there were, and how many of them were bad or good."""
    RATIO = "ratio"
    """The share that was bad, and nothing of how many there were."""
    BOUND = "bound"
    """A quantity that has to keep a bound: each slice of time is good or bad."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """The queries behind an objective, PromQL with `{{.window}}` where the range goes."""

    measure: Measure
    bad: str = ""
    good: str = ""
    """Instead of `bad`."""
    total: str = ""
    ratio: str = ""
    is_success: bool = False
    """`ratio` is the share that was good."""
    quantity: str = ""
    operator: str = ""
    """Of BOUND: `<`, `<=`, `>` or `>=`, true while it is good."""
    bound: float = 0.0
    is_running_count: bool = False
    """The queries give counters as they stand, of which differences have to be taken."""
    slice_target: float | None = None
    """Share of good events from which on a slice of time is good as a whole; None: a slice counts by its share."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One promise."""

    name: str
    target: float
    """Share that has to be good, above 0 and below 1: 0.999."""
    window: timedelta = timedelta(days=30)
    weighting: Weighting = Weighting.REQUESTS
    """Which of the two budgets is the promised one."""
    indicator: Indicator | None = None
    """None: the file does not say how it is measured."""
    calendar: Calendar | None = None
    """Periods of the calendar instead of a window that ends now."""
    slice: timedelta | None = None
    """Length of the slices that the promise speaks of."""
    is_latency: bool = False
    """The bad ones are late, not failed."""

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """The window that counts at `now`: its start, and its end, which a calendar has in the future."""
        return (now - self.window, now) if self.calendar is None else self.calendar.period(now)
