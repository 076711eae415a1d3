"""When each byte of an output arrived, as the run's supervisor noted it; read where it is asked for, never kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import overload

from eventa_cockpit.runner.log_file import LogFile
from eventa_cockpit.runner.supervisor.arrivals import ENTRY


class ArrivalTimes(Sequence[int]):
    """Offsets at which batches begin, and the moment of each. The file need not exist: then nothing is known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: LogFile | None = None

    def at(self, offset: int) -> datetime | None:
        """When the byte at this offset of the output arrived, in UTC; None where nobody knows."""
        index = bisect_right(self, offset) - 1
        if index < 0:
            return None
        begin, wall, _monotonic = self._entry(index)
        try:
            return datetime.fromtimestamp(wall, UTC) if begin <= offset else None
        except (ValueError, OverflowError, OSError):  # no moment at all: not what a supervisor wrote
            return None

    def __len__(self) -> int:
        if self._file is None:
            try:
                self._file = LogFile(self._path)
            except OSError:
                return 0
        return self._file.size // ENTRY.size

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...

    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self._entry(number)[0] for number in range(*index.indices(len(self)))]
        return self._entry(index)[0]

    def _entry(self, index: int) -> tuple[int, float, float]:
        data = self._file.read(ENTRY.size, index * ENTRY.size) if self._file is not None else b""
        return ENTRY.unpack(data.ljust(ENTRY.size, b"\xff"))
