"""Sparklines of braille dots: two points a cell, four heights, narrow in every terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_BLANK = 0x2800
_LEFT = (0x00, 0x40, 0x44, 0x46, 0x47)
_RIGHT = (0x00, 0x80, 0xA0, 0xB0, 0xB8)


CALM = 0.2
"""Share of the largest value below which a difference is noise, and is not blown up to the full height."""


def sparkline(values: Sequence[float], width: int) -> str:
    """Exactly `width` cells, newest at the right."""
    if width <= 0:
        return ""
    if not values:
        return " " * width
    samples = resample(values, width * 2)
    low, high = min(samples), max(samples)
    reach = max(high - low, abs(high) * CALM)
    heights = [_height(value - low, reach) for value in samples]
    heights = [0] * (width * 2 - len(heights)) + heights
    return "".join(
        chr(_BLANK + _LEFT[left] + _RIGHT[right]) for left, right in zip(heights[::2], heights[1::2], strict=True)
    )


def resample(values: Sequence[float], count: int) -> list[float]:
    """At most `count` values: each the mean of its share of the originals, so that no point is left out."""
    if len(values) <= count:
        return list(values)
    edges = [index * len(values) // count for index in range(count + 1)]
    return [sum(values[start:end]) / (end - start) for start, end in pairwise(edges)]


def _height(value: float, reach: float) -> int:
    """1 to 4: a point that exists is never drawn as nothing."""
    return 1 + round(value / reach * 3) if reach else 1
