"""The output of a run, read from its file: lines by number, the tail at once, searches; memory stays what it was.

Reads are positioned and bounded. One thread at a time calls `poll`; everything else may be called from any thread.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from eventa_cockpit.domain.lines import LineFault
from eventa_cockpit.runner import searching
from eventa_cockpit.runner.line_index import BLOCK, LineIndex, position_of_newline
from eventa_cockpit.runner.needle import Needle
from eventa_cockpit.runner.observing import status

STEP = 4 * BLOCK
"""Bytes indexed at a time: small enough (under a quarter of a millisecond) that a waiting key is never late."""

LONGEST_TAIL = 1 << 20
"""Bytes read at most to find the last lines."""


class OutputFile:
    """An open file, closed when the last one who holds it lets go: no thread ever reads another file's number."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(self.number).st_mode):
            raise OSError(f"{path} is not a regular file")

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):
            os.close(self.number)

    @property
    def size(self) -> int:
        return os.fstat(self.number).st_size

    def read(self, count: int, offset: int) -> bytes:
        return os.pread(self.number, count, offset)

    def read_into(self, buffer: bytearray, count: int, offset: int) -> int:
        with memoryview(buffer)[:count] as view:
            return os.preadv(self.number, [view], offset)

    def is_at(self, path: Path) -> bool:
        """Whether `path` still leads to this very file. Raises FileNotFoundError when it leads nowhere."""
        there, here = path.stat(), os.fstat(self.number)
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


class OutputLog:
    """A file that only grows, as numbered lines (`LineSource`). It need not exist yet."""

    def __init__(self, path: Path, *, is_final: Callable[[], bool] = lambda: True) -> None:
        self.path = path
        self._is_final = is_final
        """Whether its writer is done; asked only when everything written so far has been read."""
        self._file: OutputFile | None = None
        self._index = LineIndex()
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
        try:
            while self._index_step(file):
                if time.perf_counter() > deadline:
                    return True
            return self._at_end(file)
        except OSError:
            self.fault = LineFault.UNREADABLE
            self.is_complete = self._is_final()
            return False

    def lines(self, first: int, count: int, *, max_bytes: int = 4096) -> Sequence[bytes]:
        index, file = self._index, self._opened()
        count = min(count, index.line_count - first)
        if file is None or count <= 0 or first < 0:
            return []
        return _read_lines(file, index, first, count, max_bytes)

    def tail(self, count: int, *, max_bytes: int = 4096) -> Sequence[bytes]:
        file = self._opened()
        if file is None or count <= 0:
            return []
        size, want = file.size, BLOCK
        while True:
            start = max(0, size - want)
            data = file.read(size - start, start)
            if start == 0 or want >= LONGEST_TAIL or data.count(b"\n") > count:
                break
            want *= 4
        lines = data.removesuffix(b"\n").split(b"\n")[-count:] if data else []
        return [cut(line, max_bytes) for line in lines]

    def find(self, needle: bytes, start: int, *, backwards: bool = False, ignore_case: bool = False) -> int | None:
        file, index = self._opened(), self._index
        if file is None or not needle:
            return None
        limit = _start_of(file, index, start)
        if backwards:
            offset = searching.find_last(file, Needle(needle, ignore_case=ignore_case), 0, limit)
        else:
            offset = searching.find_first(file, Needle(needle, ignore_case=ignore_case), limit, index.size)
        return None if offset is None else _line_at(file, index, offset)

    def count(self, needle: bytes, *, stop: int | None = None, ignore_case: bool = False) -> int:
        file, index = self._opened(), self._index
        if file is None or not needle:
            return 0
        word = Needle(needle, ignore_case=ignore_case)
        if stop is not None:
            return searching.Counter(word).count(file, _start_of(file, index, stop))
        if self._counter is None or not self._counter.is_for(word):
            self._counter = searching.Counter(word)
        return self._counter.count(file, index.size)

    def find_error(self, start: int) -> int | None:
        file, index = self._opened(), self._index
        if file is None:
            return None
        offset = searching.find_error(file, _start_of(file, index, start), index.size)
        return None if offset is None else _line_at(file, index, offset)

    def close(self) -> None:
        """Let go of the file; a read that is under way ends first."""
        self._file = None
        self._buffer = None

    def _opened(self) -> OutputFile | None:
        if self._file is None:
            try:
                self._file = OutputFile(self.path)
            except OSError:
                return None
        return self._file

    def _index_step(self, file: OutputFile) -> bool:
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

    def _at_end(self, file: OutputFile) -> bool:
        """Look at what else may have happened to the file. True when there is more to index after all."""
        if file.size < self._index.size:
            self._index, self._counter = LineIndex(), None
            self.fault = LineFault.TRUNCATED
            return True
        try:
            if not file.is_at(self.path):
                self.fault = LineFault.REPLACED
        except FileNotFoundError:
            self.fault = LineFault.REMOVED
        # The last bytes come before the verdict: ask for it, then look once more.
        is_final = self._is_final()
        if file.size > self._index.size:
            return True
        self.is_complete = is_final
        if is_final:
            self._buffer = None
        return False


def cut(line: bytes, max_bytes: int) -> bytes:
    """What a terminal would still show of a line that is too long: its start, or what follows a carriage return."""
    if len(line) <= max_bytes:
        return line
    return _cut_ends(line[:max_bytes], line[-max_bytes:])


def _cut_ends(head: bytes, tail: bytes) -> bytes:
    returned = tail.rstrip(b"\r").find(b"\r")
    if returned >= 0:
        return tail[returned:]
    # A character that is cut in two would show as broken although it is not.
    for back in range(1, min(4, len(head)) + 1):
        if head[-back] & 0xC0 == 0x80:
            continue
        is_whole = back >= _length_by_lead(head[-back])
        return head if is_whole else head[:-back]
    return head


def _length_by_lead(byte: int) -> int:
    """Bytes of the UTF-8 character that begins with `byte` (RFC 3629, section 3)."""
    return 1 + (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0)


def _read_lines(file: OutputFile, index: LineIndex, first: int, count: int, max_bytes: int) -> list[bytes]:
    found: list[bytes] = []
    start = _start_of(file, index, first)
    while len(found) < count:
        data = file.read(max(BLOCK, max_bytes), start)
        whole = data.split(b"\n", count - len(found))[:-1]
        if whole:
            found += [cut(line, max_bytes) for line in whole]
            start += sum(map(len, whole)) + len(whole)
            continue
        # Unfinished, or longer than the window: then the index knows its end, and nothing between is read.
        end = _end_of(file, index, first + len(found))
        if not data or end <= start:
            break
        found.append(_read_long_line(file, data, start, end, max_bytes))
        start = end + 1
    return found


def _read_long_line(file: OutputFile, data: bytes, start: int, end: int, max_bytes: int) -> bytes:
    """The line between `start` and `end`, cut; `data` is what was read at its start."""
    if end - start <= len(data):
        return cut(data[: end - start], max_bytes)
    return _cut_ends(data[:max_bytes], file.read(max_bytes, end - max_bytes))


def _start_of(file: OutputFile, index: LineIndex, line: int) -> int:
    """Offset of a line's first byte; the end of the index for a line that is not there yet."""
    if line <= 0:
        return 0
    if line > index.newlines:
        return index.size
    offset, number = index.place_of_newline(line)
    return offset + position_of_newline(file.read(BLOCK, offset), number) + 1


def _end_of(file: OutputFile, index: LineIndex, line: int) -> int:
    """Offset just after a line's last byte, its line feed not counted."""
    return index.size if line >= index.newlines else _start_of(file, index, line + 1) - 1


def _line_at(file: OutputFile, index: LineIndex, offset: int) -> int:
    start, newlines = index.newlines_before(offset)
    return newlines + file.read(offset - start, start).count(b"\n")
