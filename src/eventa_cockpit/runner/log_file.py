"""Lines of an open log file by their numbers: positioned, bounded reads, with the index to say where."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from eventa_cockpit.runner.line_index import BLOCK, LineIndex, position_of_newline


class LogFile:
    """An open file, closed when the last one who holds it lets go: no thread ever reads another file's number.

    Where the disk fails, reads end as at the end of the file, and `has_failed` says so.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError, also for anything but a regular file."""
        self._number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        self.has_failed = False
        if not stat.S_ISREG(os.fstat(self._number).st_mode):
            raise OSError(f"{path} is not a regular file")

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):
            os.close(self._number)

    @property
    def size(self) -> int:
        return os.fstat(self._number).st_size

    def read(self, count: int, offset: int) -> bytes:
        try:
            return os.pread(self._number, max(0, count), offset)
        except OSError:
            self.has_failed = True
            return b""

    def read_into(self, buffer: bytearray, count: int, offset: int) -> int:
        try:
            with memoryview(buffer)[:count] as view:
                return os.preadv(self._number, [view], offset)
        except OSError:
            self.has_failed = True
            return 0

    def is_at(self, path: Path) -> bool:
        """Whether `path` still leads to this very file. Raises OSError when it leads nowhere."""
        there, here = path.stat(), os.fstat(self._number)
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def read_lines(file: LogFile, index: LineIndex, first: int, count: int, max_bytes: int) -> list[bytes]:
    """Up to `count` lines from `first` on, each cut to `max_bytes`."""
    found: list[bytes] = []
    start = start_of(file, index, first)
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


def _read_long_line(file: LogFile, data: bytes, start: int, end: int, max_bytes: int) -> bytes:
    """The line between `start` and `end`, cut; `data` is what was read at its start."""
    if end - start <= len(data):
        return cut(data[: end - start], max_bytes)
    return _cut_ends(data[:max_bytes], file.read(max_bytes, end - max_bytes))


def start_of(file: LogFile, index: LineIndex, line: int) -> int:
    """Offset of a line's first byte; the end of the index for a line that is not there yet."""
    if line <= 0:
        return 0
    if line > index.newlines:
        return index.size
    offset, number = index.place_of_newline(line)
    return offset + position_of_newline(file.read(BLOCK, offset), number) + 1


def _end_of(file: LogFile, index: LineIndex, line: int) -> int:
    """Offset just after a line's last byte, its line feed not counted."""
    return index.size if line >= index.newlines else start_of(file, index, line + 1) - 1


def line_at(file: LogFile, index: LineIndex, offset: int) -> int:
    """Number of the line around an offset."""
    start, newlines = index.newlines_before(offset)
    return newlines + file.read(offset - start, start).count(b"\n")


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
