"""What is searched for, prepared so that most of a text is passed over at the speed of memory.

A library's search for a word looks at every few bytes; one for a single byte uses the processor's vector instructions
and is ten times as fast. So the rarest byte of the word is looked for, and the word only around it, as `grep` does.
Where no byte of it is rare in the text at hand, the plain search is the better one.
"""

from __future__ import annotations

from collections.abc import Iterator

SAMPLE = 1 << 15
"""Bytes that show how common a byte is."""
RARE = 512
"""A byte counts as rare when it is one in this many: checking one place costs as much as passing over these."""


class Needle:
    """One word and how to look for it in blocks of the same text. Not for several threads."""

    def __init__(self, word: bytes, *, ignore_case: bool = False) -> None:
        self.word = word.lower() if ignore_case else word
        self.ignores_case = ignore_case
        self._rare: tuple[int, tuple[bytes, ...]] | None = None
        """Place in the word of its rarest byte, and that byte in each case; None to search plainly."""
        self._is_prepared = False

    def __len__(self) -> int:
        return len(self.word)

    def first(self, text: bytearray, start: int, end: int) -> int:
        """Where it begins for the first time within `start` and `end`; -1 if nowhere."""
        self._prepare(text, start, end)
        if self._rare is None:
            return self._folded(text).find(self.word, start, end)
        return next(self._places(text, start, end), -1)

    def last(self, text: bytearray, start: int, end: int) -> int:
        """Where it begins for the last time within `start` and `end`; -1 if nowhere."""
        self._prepare(text, start, end)
        if self._rare is None:
            return self._folded(text).rfind(self.word, start, end)
        offset, spellings = self._rare
        low, high = start + offset, end - len(self.word) + offset + 1
        while (found := max(text.rfind(byte, low, high) for byte in spellings)) >= 0:
            if self._is_at(text, found - offset):
                return found - offset
            high = found
        return -1

    def count(self, text: bytearray, start: int, end: int) -> int:
        """How often it is there without overlaps, from the left."""
        self._prepare(text, start, end)
        if self._rare is None:
            return self._folded(text).count(self.word, start, end)
        count, free = 0, start
        for place in self._places(text, start, end):
            if place >= free:
                count += 1
                free = place + len(self.word)
        return count

    def _places(self, text: bytearray, start: int, end: int) -> Iterator[int]:
        """Everywhere it begins, in order, overlaps included."""
        assert self._rare is not None
        offset, spellings = self._rare
        stop = end - len(self.word) + offset + 1
        nexts = [text.find(byte, start + offset, stop) for byte in spellings]
        while candidates := [found for found in nexts if found >= 0]:
            found = min(candidates)
            if self._is_at(text, found - offset):
                yield found - offset
            which = nexts.index(found)
            nexts[which] = text.find(spellings[which], found + 1, stop)

    def _is_at(self, text: bytearray, place: int) -> bool:
        if not self.ignores_case:
            return text.startswith(self.word, place)
        return text[place : place + len(self.word)].lower() == self.word

    def _folded(self, text: bytearray) -> bytearray:
        return text.lower() if self.ignores_case else text

    def _prepare(self, text: bytearray, start: int, end: int) -> None:
        """Choose the byte to look for by the first block that is long enough to say."""
        if self._is_prepared or end - start < SAMPLE:
            return
        self._is_prepared = True
        commonness = {
            offset: sum(text.count(byte, start, start + SAMPLE) for byte in self._spellings(offset))
            for offset in range(min(len(self.word), 32))
        }
        rarest = min(commonness, key=commonness.__getitem__)
        if commonness[rarest] * RARE < SAMPLE:
            self._rare = rarest, self._spellings(rarest)

    def _spellings(self, offset: int) -> tuple[bytes, ...]:
        byte = self.word[offset : offset + 1]
        return tuple({byte, byte.upper()}) if self.ignores_case else (byte,)
