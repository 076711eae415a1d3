"""Reproducible noise: the same seed, moment and channel always give the same value."""

from __future__ import annotations

from zlib import crc32


def jitter(seed: int, at_s: float, channel: str) -> float:
    """Between -1 and 1, independent of what happened before (so that an action never changes the weather)."""
    return crc32(f"{seed}/{at_s:.0f}/{channel}".encode()) / 2**31 - 1.0


def spread(seed: int, channel: str, low: float, high: float) -> float:
    """A value between `low` and `high` that belongs to the whole drill."""
    return low + (high - low) * (jitter(seed, 0, channel) + 1) / 2
