"""Series that can be selected, and their samples: what an evaluation reads from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

LOOK_BACK_S = 300.0
"""How long a sample stands for its series when no newer one came."""

Sample = tuple[float, float]
"""A moment in simulated seconds, and the value at it."""


class Series(Protocol):
    """One series with samples on a grid."""

    @property
    def labels(self) -> Mapping[str, str]:
        """With `__name__`."""

    @property
    def every_s(self) -> float:
        """Between two samples."""

    def at(self, moment_s: float) -> float | None:
        """The value of a sample on the grid; None where there is none."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on a label, Prometheus' four kinds; a label that is not there is empty."""

    name: str
    operator: str
    value: str
    pattern: re.Pattern[str] = field(default_factory=lambda: re.compile(""), compare=False)

    @classmethod
    def of(cls, name: str, operator: str, value: str) -> Matcher:
        """Raises re.error for a pattern that is none."""
        return cls(name, operator, value, re.compile(value if "~" in operator else "", re.DOTALL))

    def matches(self, labels: Mapping[str, str]) -> bool:
        found = labels.get(self.name, "")
        is_same = self.pattern.fullmatch(found) is not None if "~" in self.operator else found == self.value
        return is_same is not self.operator.startswith("!")


@dataclass(frozen=True, slots=True)
class Storage:
    """All series at one look at the clock."""

    series: Sequence[Series]
    zero: float
    """Seconds since 1970 of simulated second 0."""

    def select(self, matchers: Sequence[Matcher]) -> list[Series]:
        return [each for each in self.series if all(matcher.matches(each.labels) for matcher in matchers)]


def newest(series: Series, moment_s: float) -> Sample | None:
    """The sample that stands for the series at that moment."""
    return next(iter(reversed(_within(series, moment_s - LOOK_BACK_S, moment_s, most=1))), None)


def samples(series: Series, start_s: float, end_s: float) -> list[Sample]:
    """All samples after `start_s` up to `end_s`."""
    return _within(series, start_s, end_s)


def ends(series: Series, start_s: float, end_s: float) -> tuple[Sample, Sample, int] | None:
    """First and last sample of the window and how many there are: all that a counter that never resets needs."""
    first_s = (math.floor(start_s / series.every_s) + 1) * series.every_s
    last_s = math.floor(end_s / series.every_s) * series.every_s
    first, last = _first(series, first_s, last_s, 1), _first(series, last_s, first_s, -1)
    if first is None or last is None:
        return None
    return first, last, round((last[0] - first[0]) / series.every_s) + 1


def _first(series: Series, from_s: float, to_s: float, direction: int) -> Sample | None:
    """The nearest sample on the way; samples are missing at the ends of a series only."""
    steps = round((to_s - from_s) / series.every_s * direction)
    for step in range(steps + 1):
        moment_s = from_s + direction * step * series.every_s
        value = series.at(moment_s)
        if value is not None:
            return moment_s, value
    return None


def _within(series: Series, start_s: float, end_s: float, most: int | None = None) -> list[Sample]:
    found: list[Sample] = []
    moment_s = math.floor(end_s / series.every_s) * series.every_s
    while moment_s > start_s and (most is None or len(found) < most):
        value = series.at(moment_s)
        if value is not None:
            found.append((moment_s, value))
        moment_s -= series.every_s
    return found[::-1]
