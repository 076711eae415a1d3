"""What is being looked for in an output, where it was found, and how often it is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from eventa_cockpit.domain.lines import LineSource


@dataclass(frozen=True, slots=True)
class Search:
    """A search and its newest answer."""

    needle: str = ""
    ignores_case: bool = False
    is_for_errors: bool = False
    """Looks for lines that report an error instead of for `needle`."""
    line: int | None = None
    """Number of the line where it was found last."""
    number: int | None = None
    """Which match that is, from 1; None while it is being counted."""
    count: int | None = None
    """Matches there are; None while they are being counted."""
    is_under_way: bool = False
    has_wrapped: bool = False
    """It went on from the other end."""
    is_move: bool = False
    """This answer is the place to go to, not just numbers for it."""

    @classmethod
    def of(cls, needle: str) -> Search:
        """Small letters find capital ones too; with one capital letter, case counts."""
        return cls(needle, ignores_case=needle.isascii() and needle.islower())

    @classmethod
    def for_errors(cls) -> Search:
        return cls(is_for_errors=True)

    @property
    def is_empty(self) -> bool:
        return not self.needle and not self.is_for_errors

    @property
    def is_vain(self) -> bool:
        """It is over, and there is nothing."""
        return not self.is_empty and not self.is_under_way and self.line is None

    def spans(self, text: str, *, is_current: bool) -> Iterator[tuple[int, int]]:
        """Where a line's matches begin and end; of an error line, all of it."""
        if self.is_for_errors:
            if is_current:
                yield 0, len(text)
            return
        if not self.needle:
            return
        # Folding only what `bytes.lower` folds keeps every place where it was.
        text = text.translate(ASCII_LOWER) if self.ignores_case else text
        size, start = len(self.needle), text.find(self.needle)
        while start >= 0:
            yield start, start + size
            start = text.find(self.needle, start + size)

    def answers(self, source: LineSource, start: int, *, backwards: bool = False) -> Iterator[Search]:
        """The place first, the numbers second. May take as long as reading all of the source does."""
        line = self._next(source, start, backwards=backwards)
        has_wrapped = line is None
        if line is None:
            line = self._next(source, source.line_count if backwards else 0, backwards=backwards)
        found = replace(self, line=line, has_wrapped=has_wrapped, is_under_way=False, is_move=True)
        yield found
        if line is None or self.is_for_errors:
            return
        needle = self.needle.encode()
        number = source.count(needle, stop=line, ignore_case=self.ignores_case) + 1
        count = source.count(needle, ignore_case=self.ignores_case)
        yield replace(found, number=number, count=max(number, count), is_move=False)

    def _next(self, source: LineSource, start: int, *, backwards: bool) -> int | None:
        if self.is_for_errors:
            return source.find_error(start)
        return source.find(self.needle.encode(), start, backwards=backwards, ignore_case=self.ignores_case)


ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
NO_SEARCH = Search()
