"""Lines of output that are somewhere else: what a viewer needs of a log, without knowing that it is a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class LineSource(Protocol):
    """A growing text of numbered lines (0-based), each the bytes between two line feeds."""

    @property
    def line_count(self) -> int:
        """Lines indexed so far; an unfinished last line counts."""

    @property
    def size(self) -> int:
        """Bytes indexed so far."""

    @property
    def is_complete(self) -> bool:
        """Nothing will be added, and all of it is indexed."""

    def lines(self, first: int, count: int, *, max_bytes: int = 4096) -> Sequence[bytes]:
        """Up to `count` lines from `first` on, each cut to `max_bytes`."""

    def tail(self, count: int, *, max_bytes: int = 4096) -> Sequence[bytes]:
        """The last lines, without waiting for the index."""

    def find(self, needle: bytes, start: int, *, backwards: bool = False) -> int | None:
        """Number of the next line from `start` on (or before it) that holds `needle`, or None."""
