"""What a piece of work costs the screen and the machine: how long it holds the event loop, how much memory it takes."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STEP_S = 0.001
HELD_AT_MOST_S = 0.1
"""For how long the event loop, and with it the screen, may stand still."""
MEGABYTE = 1 << 20
GROWS_AT_MOST = 20 * MEGABYTE
"""Bytes of memory that one read may take, whatever the upstream sends."""


@contextmanager
def pauses() -> Iterator[list[float]]:
    """Seconds by which the loop came late to an appointment every millisecond, while this process was at work.

    What other processes take from it, and one walk of the collector over all that the tests have left, do not count.
    """
    held: list[float] = [0.0]

    async def beat() -> None:
        while True:
            began, busy = time.perf_counter(), time.process_time()
            await asyncio.sleep(STEP_S)
            late = time.perf_counter() - began - STEP_S
            held.append(min(late, time.process_time() - busy))

    gc.collect()
    gc.freeze()
    task = asyncio.get_running_loop().create_task(beat())
    try:
        yield held
    finally:
        task.cancel()
        gc.unfreeze()


def forget_peak() -> int:
    """Begins to measure the peak of this process' memory anew; returns how much it has now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def peak() -> int:
    """The most memory that this process has had since `forget_peak`, in bytes."""
    return _status("VmHWM")


def _status(name: str) -> int:
    for row in Path("/proc/self/status").read_text().splitlines():
        if row.startswith(f"{name}:"):
            return int(row.split()[1]) * 1024
    raise LookupError(name)
