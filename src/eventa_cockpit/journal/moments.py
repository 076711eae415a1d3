"""The clocks that an event is stamped with: the wall's, which may jump, and the machine's, which may not."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """One point in time, by both clocks."""

    at: datetime
    """Wall clock, UTC."""
    boot_id: str
    """Changes with every boot; empty where the kernel does not say."""
    monotonic: timedelta
    """Since that boot, sleep included."""


def now() -> Moment:
    return Moment(datetime.now(UTC), _boot_id(), timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME)))


def _boot_id() -> str:
    try:
        return BOOT_ID.read_text("utf-8").strip()
    except OSError:
        return ""
