"""The sparse index of a log: how many line feeds precede each block. Positions only; it never reads."""

from __future__ import annotations

from array import array
from bisect import bisect_left

BLOCK = 1 << 16
"""Bytes an entry stands for: 1 GB costs 16,000 entries, and one short read finds any line."""


class LineIndex:
    """Grows at its end only. One thread adds; others may read at any time and see a state that was true."""

    def __init__(self) -> None:
        self._before = array("Q", [0])
        """Line feeds in all blocks before this one; the last entry belongs to the block that is still growing."""
        self.size = 0
        """Bytes added."""
        self.newlines = 0
        self.line_count = 0
        """Lines begun: the line feeds, and one more where text follows the last of them."""

    def add(self, data: bytes | bytearray, length: int) -> None:
        """The next `length` bytes of the log, from the start of `data`."""
        offset, newlines, size = 0, self.newlines, self.size
        while offset < length:
            end = min(length, offset + BLOCK - (size + offset) % BLOCK)
            newlines += data.count(b"\n", offset, end)
            offset = end
            if (size + offset) % BLOCK == 0:
                self._before.append(newlines)
        if length:
            # Readers look at line_count first: it is published last.
            self.size = size + length
            self.newlines = newlines
            self.line_count = newlines + (data[length - 1] != 0x0A)

    def place_of_newline(self, number: int) -> tuple[int, int]:
        """The block's offset that holds the `number`-th line feed (1-based), and its number within that block."""
        block = bisect_left(self._before, number) - 1
        return block * BLOCK, number - self._before[block]

    def newlines_before(self, offset: int) -> tuple[int, int]:
        """Start of the block around `offset`, and the number of line feeds before that start."""
        block = min(offset // BLOCK, len(self._before) - 1)
        return block * BLOCK, self._before[block]


def position_of_newline(block: bytes, number: int) -> int:
    """Offset of the `number`-th line feed (1-based) in `block`, by halving: a block of empty lines has 65,536."""
    low, high = 0, len(block)
    while high - low > 1:
        middle = (low + high) // 2
        inside = block.count(b"\n", low, middle)
        if number <= inside:
            high = middle
        else:
            number -= inside
            low = middle
    return low
