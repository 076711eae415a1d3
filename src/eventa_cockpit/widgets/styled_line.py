"""One decoded line: text in runs of one style each, to be marked, cut into rows, and made into a strip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

PLAIN = Style.null()


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a line that stands out: a match, the selection."""

    start: int
    """First character."""
    end: int
    """One past the last."""
    style: Style


@dataclass(frozen=True, slots=True)
class StyledLine:
    """Harmless text, without a control character, and how each stretch of it looks."""

    runs: tuple[tuple[str, Style], ...]
    text: str
    """All runs' text in one."""

    @classmethod
    def plain(cls, text: str) -> StyledLine:
        return cls(((text, PLAIN),) if text else (), text)

    @classmethod
    def of(cls, runs: Iterable[tuple[str, Style]]) -> StyledLine:
        kept = tuple(run for run in runs if run[0])
        return cls(kept, "".join(text for text, _ in kept))

    def part(self, start: int, end: int | None = None) -> StyledLine:
        """The characters from `start` up to `end`."""
        end = len(self.text) if end is None else min(end, len(self.text))
        if start <= 0 and end == len(self.text):
            return self
        return StyledLine.of(self._cut(start, end))

    def marked(self, marks: Sequence[Mark]) -> StyledLine:
        """With the marks' styles laid over its own; a later mark lies over an earlier one."""
        if not marks:
            return self
        size = len(self.text)
        edges = {0, size, *(min(edge, size) for mark in marks for edge in (mark.start, mark.end))}
        runs: list[tuple[str, Style]] = []
        for start, end in pairwise(sorted(edges)):
            over = sum((mark.style for mark in marks if mark.start <= start and end <= mark.end), start=PLAIN)
            runs += [(text, style + over) for text, style in self._cut(start, end)]
        return StyledLine.of(runs)

    def row_starts(self, width: int) -> tuple[int, ...]:
        """First characters of the rows that the line fills at `width` cells; no character is cut in two."""
        if self.text.isascii():
            return tuple(range(0, len(self.text), width)) or (0,)
        starts, used = [0], 0
        for index, character in enumerate(self.text):
            cells = get_character_cell_size(character)
            if used + cells > width and used:
                starts.append(index)
                used = 0
            used += cells
        return tuple(starts)

    def character_at(self, cell: int) -> tuple[int, int]:
        """The first character at or after a cell, and how many cells further it begins."""
        if self.text.isascii():
            return min(cell, len(self.text)), 0
        used = 0
        for index, character in enumerate(self.text):
            if used >= cell:
                return index, used - cell
            used += get_character_cell_size(character)
        return len(self.text), 0

    def strip(self, base: Style, width: int, *, indent: int = 0) -> Strip:
        """A row of exactly `width` cells."""
        blank = [(" " * indent, PLAIN)] if indent else []
        segments = [Segment(text, base + style) for text, style in (*blank, *self.runs)]
        used = indent + cell_len(self.text)
        if used < width:
            segments.append(Segment(" " * (width - used), base))
        strip = Strip(segments, max(used, width))
        return strip.crop(0, width) if used > width else strip

    def _cut(self, start: int, end: int) -> Iterator[tuple[str, Style]]:
        position = 0
        for text, style in self.runs:
            left, right = max(start - position, 0), end - position
            position += len(text)
            if right <= 0:
                return
            if left < len(text):
                yield text[left:right], style
