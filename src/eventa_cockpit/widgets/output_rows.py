"""Which rows of a log are on the screen: lines cut or wrapped to a width, and positions that move by rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.style import Style

from eventa_cockpit.domain.lines import LineSource
from eventa_cockpit.widgets.ansi import decode
from eventa_cockpit.widgets.styled_line import StyledLine

WRAPPED_BYTES = 1 << 14
"""Of a longer line only this much is wrapped; the file has the rest."""
UNWRAPPED_BYTES = 1 << 12
CUT_MARK, CUT_STYLE = "…", Style(reverse=True)
"""Ends a line of which the rest is not shown."""
WIDEST_BYTES = 1 << 20
"""How far a line can be scrolled to the right, in bytes."""


class Position(NamedTuple):
    """A row: a line's number, and which of its wrapped rows."""

    line: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the screen and where it comes from."""

    position: Position
    line: StyledLine
    """The whole decoded line."""
    start: int
    """First character of the line that the row shows."""
    end: int
    """One past the last."""
    indent: int = 0
    """Blank cells before it, where a wide character lies half outside on the left."""


@dataclass(frozen=True, slots=True)
class RowLayout:
    """A source seen through a window: `width` cells from column `left` on, or wrapped at `width`."""

    source: LineSource
    width: int
    is_wrapped: bool = False
    left: int = 0

    @property
    def max_bytes(self) -> int:
        if self.is_wrapped:
            return WRAPPED_BYTES
        return min(WIDEST_BYTES, max(UNWRAPPED_BYTES, (self.left + self.width) * 8))

    def rows(self, top: Position, height: int) -> list[Row]:
        """Rows from `top` on, as many as there are up to `height`."""
        lines = self.source.lines(top.line, height, max_bytes=self.max_bytes)
        found: list[Row] = []
        for number, data in enumerate(lines, top.line):
            found += self._rows_of(number, data)
            if len(found) - top.part >= height:
                break
        return found[top.part : top.part + height]

    def last_rows(self, height: int) -> list[Row]:
        """The end of what is written, also where the index has not come that far; their numbers are estimates then."""
        lines = self.source.tail(height, max_bytes=self.max_bytes)
        first = max(0, self.source.line_count - len(lines))
        found: list[Row] = []
        for number, data in enumerate(lines, first):
            found += self._rows_of(number, data)
        return found[-height:]

    def end(self, height: int) -> Position:
        """The top of the window when the last row is at its bottom."""
        count = self.source.line_count
        if not self.is_wrapped:
            return Position(max(0, count - height))
        return self.moved(Position(count), -height)

    def moved(self, top: Position, rows: int) -> Position:
        """The position `rows` further down, or up where negative; never before the first row nor past the last."""
        return self._down(top, rows) if rows > 0 else self._up(top, -rows)

    def _down(self, top: Position, rows: int) -> Position:
        last = max(0, self.source.line_count - 1)
        if not self.is_wrapped:
            return Position(min(top.line + rows, last))
        wanted = top.part + rows
        height = 1
        for height, number in self._heights(range(top.line, min(top.line + wanted, last) + 1)):
            if wanted < height:
                return Position(number, wanted)
            wanted -= height
        return Position(last, height - 1)

    def _up(self, top: Position, rows: int) -> Position:
        if not self.is_wrapped:
            return Position(max(0, top.line - rows))
        wanted = rows - top.part
        if wanted <= 0:
            return Position(top.line, -wanted)
        numbers = range(max(0, top.line - wanted), top.line)
        for height, number in reversed([*self._heights(numbers)]):
            wanted -= height
            if wanted <= 0:
                return Position(number, -wanted)
        return Position(0)

    def _heights(self, numbers: range) -> Iterator[tuple[int, int]]:
        """How many rows each of these lines has, with its number."""
        lines = self.source.lines(numbers.start, len(numbers), max_bytes=self.max_bytes)
        for number, data in zip(numbers, lines, strict=False):
            yield len(self._decoded(data).row_starts(self.width)), number

    def _rows_of(self, number: int, data: bytes) -> Sequence[Row]:
        line = self._decoded(data)
        if not self.is_wrapped:
            start, indent = line.character_at(self.left)
            # Enough for every cell, even where many characters share one.
            return (Row(Position(number), line, start, start + 4 * self.width, indent),)
        starts = line.row_starts(self.width)
        ends = (*starts[1:], len(line.text))
        return [
            Row(Position(number, part), line, start, end)
            for part, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]

    def _decoded(self, data: bytes) -> StyledLine:
        line = decode(data)
        if len(data) < self.max_bytes or data.startswith(b"\r"):
            return line
        return StyledLine.of((*line.runs, (CUT_MARK, CUT_STYLE)))
