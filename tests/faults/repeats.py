"""How often a fault is tried: once by default, as often as FAULT_REPEATS says in the long form."""

from __future__ import annotations

import os


def repeats(short: int, long: int, *, is_long: bool = False) -> int:
    """Tries: `short` by default, `long` in the long form, or FAULT_REPEATS times `short` when that is set."""
    factor = os.environ.get("FAULT_REPEATS")
    if factor:
        return short * int(factor)
    return long if is_long else short
