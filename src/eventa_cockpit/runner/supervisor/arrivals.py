"""When output arrived: an entry a batch, in a file of its own beside the output. Without it only the times are lost."""

from __future__ import annotations

import os
import struct
import time

ENTRY = struct.Struct("<Qdd")
"""Offset of the batch's first byte in the output, wall clock and monotonic clock in seconds."""
FINEST_S = 0.1
STEP = 10_000
"""Entries after which their distance doubles: a week without a pause has 100,000 of them, 2.4 MB."""


class Arrivals:
    """Never in the way: what cannot be written is not written, and nobody is told."""

    def __init__(self, path: str, mode: int) -> None:
        self._count = 0
        self._next_at = 0.0
        self._fd: int | None = None
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
            os.fchmod(self._fd, mode)
        except OSError:
            return

    def note(self, offset: int, now: float) -> None:
        """Bytes from `offset` on arrive at `now`, unless that is hardly later than what was noted last."""
        if now < self._next_at or self._fd is None:
            return
        self._next_at = now + FINEST_S * (1 << self._count // STEP)
        try:
            # At its place: a part that a full disk has taken is written over by the next one.
            done = os.pwrite(self._fd, ENTRY.pack(offset, time.time(), now), self._count * ENTRY.size)
        except OSError:
            return
        self._count += done == ENTRY.size
