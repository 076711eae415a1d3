"""Where a list of rows stands: which keyed row is chosen, and which row is the first in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eventa_cockpit.widgets.view.lines import Line


def keys_of(rows: Sequence[Line]) -> list[str]:
    """Keys in order, each once."""
    return list(dict.fromkeys(row.key for row in rows if row.key))


def settled(key: str, before: Sequence[str], now: Sequence[str]) -> str:
    """The chosen key after the rows changed: itself if it is still there, else its nearest neighbour."""
    if not now or key in now:
        return key if key in now else ""
    index = before.index(key) if key in before else 0
    return now[min(index, len(now) - 1)]


def moved(key: str, keys: Sequence[str], step: int) -> str:
    """The key `step` places further, stopping at the ends."""
    if not keys:
        return ""
    index = keys.index(key) if key in keys else 0
    return keys[min(max(index + step, 0), len(keys) - 1)]


def block(rows: Sequence[Line], key: str) -> tuple[int, int]:
    """First row of a key and the row past its unkeyed details."""
    first = next((index for index, row in enumerate(rows) if row.key == key), 0)
    last = first + 1
    while last < len(rows) and not rows[last].key and rows[last].left:
        last += 1
    return first, last


def scrolled(top: int, height: int, rows: Sequence[Line], key: str) -> int:
    """The first row in sight so that the chosen row is visible, with its details as far as they fit."""
    limit = max(len(rows) - height, 0)
    if not key:
        return min(max(top, 0), limit)
    first, last = block(rows, key)
    if key == keys_of(rows)[0] and last <= height:
        return 0
    if last > top + height:
        top = last - height
    top = min(top, first)
    return min(max(top, 0), limit)


def marked(rows: Sequence[Line], key: str) -> list[Line]:
    """The rows with the chosen one selected."""
    return [replace(row, is_selected=True) if key and row.key == key else row for row in rows]
