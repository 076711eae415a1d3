"""Searches through a file of any size in small reads: an occurrence, how many there are, a line that says error.

Every call into C is short, and the interpreter's lock is let go between two of them, so that a search in another
thread never holds up a key.
"""

from __future__ import annotations

import re
from typing import Protocol

from eventa_cockpit.runner.needle import Needle

STEP = 1 << 18
"""Bytes looked at in one go; they stay in the processor's cache between the read and the look."""

JAPANESE = tuple(word.encode() for word in ("エラー", "失敗", "例外", "異常終了", "タイムアウト"))
STEMS = (
    *(b"error", b"fatal", b"panic", b"exception", b"traceback", b"fail", b"denied", b"refused", b"timed out"),
    *JAPANESE,
)
"""A line without any of these, in lower case, reports no error."""

ERROR = re.compile(
    rb"(?i)(?<![\w/-])"
    rb"(?:\w*errors?|fatal|panic|\w*exception|traceback|fail(?:ed|ure|ures|s)?|denied|refused|timed out)"
    rb"(?![\w/-]|\.\w)|" + b"|".join(JAPANESE)
)
HARMLESS = re.compile(
    rb"(?i)\b(?:0|no|zero|without)\s+(?:\w+\s+)?(?:errors?|failures?|failed|exceptions?)\b"
    rb"|\b(?:errors?|failures?|failed|exceptions?)\"?\s*[=:]\s*\"?(?:0+\b(?!\.)|none|false|null|no\b)"
)
"""Words of a good result: `0 errors`, `failed=0`, `"error": null`."""


class Reader(Protocol):
    def read_into(self, buffer: bytearray, count: int, offset: int) -> int:
        """Bytes put into `buffer` from `offset` on: fewer than `count` at the end only."""


def find_first(reader: Reader, needle: Needle, start: int, end: int) -> int | None:
    """Offset of the first occurrence that lies within `start` and `end`."""
    buffer, step = _buffer_for(needle)
    while start < end:
        length = reader.read_into(buffer, min(step, end - start), start)
        found = needle.first(buffer, 0, length)
        if found >= 0:
            return start + found
        if length < step:
            return None
        start += length - len(needle) + 1
    return None


def find_last(reader: Reader, needle: Needle, start: int, end: int) -> int | None:
    """Offset of the last occurrence that lies within `start` and `end`."""
    buffer, step = _buffer_for(needle)
    while end - start >= len(needle):
        begin = max(start, end - step)
        length = reader.read_into(buffer, end - begin, begin)
        found = needle.last(buffer, 0, length)
        if found >= 0:
            return begin + found
        end = begin + len(needle) - 1
        if begin == start:
            return None
    return None


def find_error(reader: Reader, start: int, end: int) -> int | None:
    """Offset within the first line that reports an error. `start` is a line's start."""
    buffer = bytearray(STEP)
    while start < end:
        length = reader.read_into(buffer, min(STEP, end - start), start)
        if not length:
            return None
        whole = buffer.rfind(b"\n", 0, length) + 1 if start + length < end else length
        whole = whole or length
        low = buffer[:whole].lower()
        if any(stem in low for stem in STEMS):
            found = _error_within(bytes(buffer[:whole]))
            if found is not None:
                return start + found
        start += whole
    return None


def reports_error(line: bytes) -> bool:
    return ERROR.search(HARMLESS.sub(b"", line)) is not None


def _error_within(text: bytes) -> int | None:
    position = 0
    while found := ERROR.search(text, position):
        begin = text.rfind(b"\n", 0, found.start()) + 1
        end = text.find(b"\n", found.end())
        end = len(text) if end < 0 else end
        if reports_error(text[begin:end]):
            return begin
        position = end
    return None


class Counter:
    """How often a needle occurs, without overlaps, from the start of a file on; looks at new bytes only."""

    def __init__(self, needle: Needle) -> None:
        self._needle = needle
        self._counted = 0
        """Occurrences before `_done`, which is the start of a line or just after an occurrence."""
        self._done = 0

    def is_for(self, needle: Needle) -> bool:
        return self._needle.word == needle.word and self._needle.ignores_case == needle.ignores_case

    def count(self, reader: Reader, end: int) -> int:
        """Occurrences before `end`, which is not before what was asked last."""
        buffer, step = _buffer_for(self._needle)
        while True:
            length = reader.read_into(buffer, min(step, end - self._done), self._done) if self._done < end else 0
            whole = buffer.rfind(b"\n", 0, length) + 1
            is_last = self._done + length >= end or length == 0
            if whole:
                self._counted += self._needle.count(buffer, 0, whole)
            elif not is_last:
                whole = self._count_within_line(buffer, length)
            self._done += whole
            if is_last:
                return self._counted + self._needle.count(buffer, whole, length)

    def _count_within_line(self, buffer: bytearray, length: int) -> int:
        """Part of a very long line, one by one: where the next part begins depends on where the last one ended."""
        position, size = 0, len(self._needle)
        while (found := self._needle.first(buffer, position, length)) >= 0:
            self._counted += 1
            position = found + size
        return max(position, length - size + 1)


def _buffer_for(needle: Needle) -> tuple[bytearray, int]:
    step = max(STEP, 4 * len(needle))
    return bytearray(step), step
