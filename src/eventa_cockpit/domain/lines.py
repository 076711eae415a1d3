"""Lines of output that are somewhere else: what a viewer needs of a log, without knowing that it is a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class LineFault(StrEnum):
    """What happened to the text underneath, other than growing. What can still be read is still shown."""

    MISSING = "missing"
    """It never came to be, or cannot be opened."""
    TRUNCATED = "truncated"
    """It became shorter; what is shown is what is there now."""
    REPLACED = "replaced"
    """Another one lies in its place; what is shown is the one that the run wrote."""
    REMOVED = "removed"
    """Its name is gone; what is shown is lost when it is closed."""
    UNREADABLE = "unreadable"
    """Reading failed part of the way."""


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

    @property
    def is_behind(self) -> bool:
        """More has been written than is indexed yet."""

    @property
    def fault(self) -> LineFault | None:
        """The newest thing that should not have happened to the text."""

    def lines(self, first: int, count: int, *, max_bytes: int = 4096) -> Sequence[bytes]:
        """Up to `count` lines from `first` on, each cut to `max_bytes`."""

    def tail(self, count: int, *, max_bytes: int = 4096) -> Sequence[bytes]:
        """The last lines, without waiting for the index."""

    def times(self, first: int, count: int) -> Sequence[datetime | None]:
        """When the first byte of each of up to `count` lines from `first` on arrived, in UTC; None where unknown."""

    def tail_times(self, count: int) -> Sequence[datetime | None]:
        """As `times`, of the lines that `tail` gives."""

    def find(self, needle: bytes, start: int, *, backwards: bool = False, ignore_case: bool = False) -> int | None:
        """Number of the next line from `start` on (or the nearest one before it) that holds `needle`, or None."""

    def count(self, needle: bytes, *, stop: int | None = None, ignore_case: bool = False) -> int:
        """How often `needle` occurs, without overlaps, in all indexed lines or in those before `stop`."""

    def find_error(self, start: int) -> int | None:
        """Number of the next line from `start` on that reports an error, or None."""
