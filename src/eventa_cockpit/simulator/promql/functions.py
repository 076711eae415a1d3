"""PromQL's functions over samples and vectors, as Prometheus defines them
(https://prometheus.io/docs/prometheus/latest/querying/functions/)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from eventa_cockpit.simulator.promql.storage import Sample

Range = tuple[float, float]
"""Start and end of a window."""


def increase(window: Sequence[Sample], span: Range, *, is_counter: bool = True) -> float | None:
    """What a counter went up by, extended to the ends of the window as Prometheus does; None for fewer than two."""
    if len(window) < 2:
        return None
    first, last = window[0], window[-1]
    grown = last[1] - first[1]
    if is_counter:
        grown += sum(before for (_at, before), (_then, after) in pairwise(window) if after < before)
    return extended(first, last, len(window), grown, span, is_counter=is_counter)


def extended(
    first: Sample, last: Sample, count: int, grown: float, span: Range, *, is_counter: bool = True
) -> float | None:
    """A difference between two samples as the difference over the whole window."""
    sampled = last[0] - first[0]
    if count < 2 or sampled <= 0:
        return None
    before, after = first[0] - span[0], span[1] - last[0]
    mean = sampled / (count - 1)
    threshold = mean * 1.1
    before = before if before < threshold else mean / 2
    if is_counter and grown > 0 and first[1] >= 0:
        # A counter cannot have been below zero.
        before = min(before, sampled * first[1] / grown)
    after = after if after < threshold else mean / 2
    return grown * (sampled + before + after) / sampled


def instant_rate(window: Sequence[Sample]) -> float | None:
    if len(window) < 2:
        return None
    (before_s, before), (last_s, last) = window[-2], window[-1]
    return (last if last < before else last - before) / (last_s - before_s)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


OVER_TIME: dict[str, Callable[[Sequence[float]], float]] = {
    "avg_over_time": _mean,
    "min_over_time": min,
    "max_over_time": max,
    "sum_over_time": math.fsum,
    "count_over_time": lambda values: float(len(values)),
    "last_over_time": lambda values: values[-1],
    "present_over_time": lambda _values: 1.0,
}
AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": math.fsum,
    "avg": _mean,
    "min": min,
    "max": max,
    "count": lambda values: float(len(values)),
    "group": lambda _values: 1.0,
}
BY_VALUE: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": lambda value: float(math.ceil(value)) if math.isfinite(value) else value,
    "floor": lambda value: float(math.floor(value)) if math.isfinite(value) else value,
}


def divided(left: float, right: float) -> float:
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
    return left / right


def _modulo(left: float, right: float) -> float:
    return math.nan if right == 0 or math.isinf(left) else math.fmod(left, right)


def _power(left: float, right: float) -> float:
    try:
        found = left**right
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return found if isinstance(found, float) else math.nan


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": divided,
    "%": _modulo,
    "^": _power,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}


def quantile(share: float, buckets: Sequence[tuple[float, float]]) -> float:
    """`histogram_quantile` over (upper bound, cumulative count): linear within a bucket."""
    ordered = sorted(buckets)
    if math.isnan(share) or len(ordered) < 2 or not math.isinf(ordered[-1][0]):
        return math.nan
    if share < 0 or share > 1:
        return math.copysign(math.inf, share - 0.5)
    counts = [ordered[0][1]]
    for _bound, count in ordered[1:]:
        counts.append(max(counts[-1], count))  # late scrapes may make a bucket smaller than the one below it
    total = counts[-1]
    if total == 0:
        return math.nan
    rank = share * total
    place = next(number for number, count in enumerate(counts) if count >= rank)
    if place == len(ordered) - 1:
        return ordered[-2][0]
    upper = ordered[place][0]
    if place == 0 and upper <= 0:
        return upper
    lower = ordered[place - 1][0] if place else 0.0
    below = counts[place - 1] if place else 0.0
    return lower + (upper - lower) * divided(rank - below, counts[place] - below)
