"""The output of a run, read from its file: lines by number, the tail at once, searches; memory stays what it was.

Reads are positioned and bounded. One thread at a time calls `poll`; everything else may be called from any thread.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from eventa_cockpit.domain.lines import LineFault
from eventa_cockpit.runner import searching
from eventa_cockpit.runner.arrivals import ArrivalTimes
from eventa_cockpit.runner.line_index import BLOCK, LineIndex
from eventa_cockpit.runner.log_file import LogFile, cut, line_at, read_lines, start_of
from eventa_cockpit.runner.needle import Needle
from eventa_cockpit.runner.observing import status

STEP = 4 * BLOCK
"""Bytes indexed at a time: small enough (under a quarter of a millisecond) that a waiting key is never late."""

LONGEST_TAIL = 1 << 20
"""Bytes read at most to find the last lines."""


class OutputLog:
    """A file that only grows, as numbered lines (`LineSource`). It need not exist yet."""

    def __init__(self, path: Path, *, is_final: Callable[[], bool] = lambda: True) -> None:
        self.path = path
        self._is_final = is_final
        """Whether its writer is done; asked only when everything written so far has been read."""
        self._file: LogFile | None = None
        self._index = LineIndex()
        self._arrivals = ArrivalTimes(path.with_name("output.times"))
        self._buffer: bytearray | None = None
        self._counter: searching.Counter | None = None
        self.is_complete = False
        self.fault: LineFault | None = None

    @classmethod
    def of_run(cls, directory: Path) -> OutputLog:
        """The output of the run in this folder, complete once the run has its verdict."""
        return cls(directory / "output.log", is_final=lambda: status(directory).state.is_final)

    @property
    def line_count(self) -> int:
        return self._index.line_count

    @property
    def size(self) -> int:
        return self._index.size

    @property
    def is_behind(self) -> bool:
        file = self._opened()
        return file is not None and file.size > self._index.size

    def poll(self, budget_s: float = 0.01) -> bool:
        """Index what is new for at most `budget_s` seconds. True when there is more to do right now."""
        deadline = time.perf_counter() + budget_s
        file = self._opened()
        if file is None:
            self.is_complete = self._is_final()
            self.fault = LineFault.MISSING if self.is_complete else None
            return False
        while self._index_step(file):
            if time.perf_counter() > deadline:
                return True
        return self._at_end(file)

    def lines(self, first: int, count: int, *, max_bytes: int = 4096) -> Sequence[bytes]:
        index, file = self._index, self._opened()
        count = min(count, index.line_count - first)
        if file is None or count <= 0 or first < 0:
            return []
        return read_lines(file, index, first, count, max_bytes)

    def tail(self, count: int, *, max_bytes: int = 4096) -> Sequence[bytes]:
        file = self._opened()
        if file is None or count <= 0:
            return []
        start, data = _read_tail(file, count)
        lines = data.removesuffix(b"\n").split(b"\n")[-count:] if data else []
        found = [cut(line, max_bytes) for line in lines]
        missing = count - len(found)
        if start and missing and self._index.size > start:
            return self._lines_before(file, start, missing, max_bytes) + found[1:]
        return found

    def times(self, first: int, count: int) -> Sequence[datetime | None]:
        index, file = self._index, self._opened()
        count = min(count, index.line_count - first)
        if file is None or count <= 0 or first < 0:
            return []
        return [self._arrivals.at(start_of(file, index, number)) for number in range(first, first + count)]

    def tail_times(self, count: int) -> Sequence[datetime | None]:
        file = self._opened()
        if file is None or count <= 0:
            return []
        start, data = _read_tail(file, count)
        return [self._arrivals.at(start + begin) for begin in _last_begins(data, count)]

    def _lines_before(self, file: LogFile, offset: int, count: int, max_bytes: int) -> list[bytes]:
        """The very long line around an offset and up to `count` lines before it, for which the index is needed."""
        number = line_at(file, self._index, offset)
        first = max(0, number - count)
        return read_lines(file, self._index, first, number - first + 1, max_bytes)

    def find(self, needle: bytes, start: int, *, backwards: bool = False, ignore_case: bool = False) -> int | None:
        file, index = self._opened(), self._index
        if file is None or not needle:
            return None
        limit = start_of(file, index, start)
        if backwards:
            offset = searching.find_last(file, Needle(needle, ignore_case=ignore_case), 0, limit)
        else:
            offset = searching.find_first(file, Needle(needle, ignore_case=ignore_case), limit, index.size)
        return None if offset is None else line_at(file, index, offset)

    def count(self, needle: bytes, *, stop: int | None = None, ignore_case: bool = False) -> int:
        file, index = self._opened(), self._index
        if file is None or not needle:
            return 0
        word = Needle(needle, ignore_case=ignore_case)
        if stop is not None:
            return searching.Counter(word).count(file, start_of(file, index, stop))
        if self._counter is None or not self._counter.is_for(word):
            self._counter = searching.Counter(word)
        return self._counter.count(file, index.size)

    def find_error(self, start: int) -> int | None:
        file, index = self._opened(), self._index
        if file is None:
            return None
        offset = searching.find_error(file, start_of(file, index, start), index.size)
        return None if offset is None else line_at(file, index, offset)

    def save(self, target: Path) -> Path:
        """Copy everything to a new file; one that is there already is left alone and the name gets a number.

        Returns the file's path. Raises OSError.
        """
        file = self._opened()
        if file is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))
        copy, path = _new_file(target)
        with copy:
            offset = 0
            while data := file.read(LONGEST_TAIL, offset):
                copy.write(data)
                offset += len(data)
        return path

    def close(self) -> None:
        """Let go of the file; a read that is under way ends first."""
        self._file = None
        self._buffer = None

    def _opened(self) -> LogFile | None:
        if self._file is None:
            try:
                self._file = LogFile(self.path)
            except OSError:
                return None
        return self._file

    def _index_step(self, file: LogFile) -> bool:
        """Index one step. False at the end of the file."""
        index = self._index
        if self._buffer is None:
            self._buffer = bytearray(STEP)
        buffer = self._buffer
        length = file.read_into(buffer, STEP - index.size % STEP, index.size)
        index.add(buffer, length)
        if length:
            self.is_complete = False
        return length > 0

    def _at_end(self, file: LogFile) -> bool:
        """Look at what else may have happened to the file. True when there is more to index after all."""
        if file.has_failed:
            self.fault = LineFault.UNREADABLE
            self.is_complete = self._is_final()
            return False
        if file.size < self._index.size:
            self._index, self._counter = LineIndex(), None
            self.fault = LineFault.TRUNCATED
            return True
        try:
            if not file.is_at(self.path):
                self.fault = LineFault.REPLACED
        except OSError:
            self.fault = LineFault.REMOVED
        # The last bytes come before the verdict: ask for it, then look once more.
        is_final = self._is_final()
        if file.size > self._index.size:
            return True
        self.is_complete = is_final
        if is_final:
            self._buffer = None
        return False


def _read_tail(file: LogFile, count: int) -> tuple[int, bytes]:
    """The end of the file with its offset: so many whole lines, unless they are very long."""
    size, want = file.size, BLOCK
    while True:
        start = max(0, size - want)
        data = file.read(size - start, start)
        if start == 0 or want >= LONGEST_TAIL or data.count(b"\n") > count:
            return start, data
        want *= 4


def _last_begins(data: bytes, count: int) -> list[int]:
    """Where the last lines begin; the first of them at 0, where it began even earlier."""
    begins: list[int] = []
    end = len(data) - data.endswith(b"\n")
    while data and len(begins) < count and end >= 0:
        end = data.rfind(b"\n", 0, end)
        begins.append(end + 1)
    return begins[::-1]


def _new_file(target: Path) -> tuple[BinaryIO, Path]:
    path, number = target, 1
    while True:
        try:
            return path.open("xb"), path
        except FileExistsError:
            number += 1
            path = target.with_stem(f"{target.stem}-{number}")
