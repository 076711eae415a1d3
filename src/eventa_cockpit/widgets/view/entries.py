"""The entries of a list: rows that belong together under one key, made only when they come in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Generic, NamedTuple, Protocol, TypeVar

from eventa_cockpit.widgets.view.lines import Line

T = TypeVar("T")


class Entries(Protocol):
    """What a window needs to know; an entry without a key is passed over by the cursor."""

    def __len__(self) -> int: ...

    @property
    def keys(self) -> Sequence[str]:
        """Of the entries that the cursor can stand on, in order."""

    def place(self, key: str) -> int | None:
        """Among the keys."""

    def index(self, key: str) -> int | None:
        """Among all entries."""

    def rows(self, index: int) -> Sequence[Line]: ...


class Written:
    """Entries of rows that are all there: a keyed row with what follows it, up to a blank or the next key."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._blocks = tuple(_blocks(lines))
        self._indices = {block[0].key: index for index, block in enumerate(self._blocks) if block[0].key}
        self.keys = tuple(self._indices)
        self._places: dict[str, int] = {}

    def having(self, text: str) -> Written:
        """Only the keyed entries in which every word of the text is found."""
        from eventa_cockpit.widgets.view.choosing import folded  # what the first paint does not need

        words = folded(text).split()
        kept = [
            block
            for block in self._blocks
            if block[0].key and all(word in folded(" ".join(line.text for line in block)) for word in words)
        ]
        return Written([line for block in kept for line in block])

    def __len__(self) -> int:
        return len(self._blocks)

    def place(self, key: str) -> int | None:
        if not self._places:
            self._places = {key: place for place, key in enumerate(self.keys)}
        return self._places.get(key)

    def index(self, key: str) -> int | None:
        return self._indices.get(key)

    def rows(self, index: int) -> Sequence[Line]:
        return self._blocks[index]


class Drawn(Generic[T]):
    """Entries of things that are drawn one by one; all of them have a key, and rows without one may follow."""

    def __init__(
        self,
        things: Sequence[T],
        places: Mapping[str, int],
        draw: Callable[[T], Sequence[Line]],
        below: Sequence[Line] = (),
    ) -> None:
        """`places`: key → index of the thing, in the order of the things."""
        self._things = things
        self._places = places
        self._draw = draw
        self._below = below
        self._keys: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self._things) + bool(self._below)

    @property
    def keys(self) -> Sequence[str]:
        if self._keys is None:
            self._keys = tuple(self._places)
        return self._keys

    def place(self, key: str) -> int | None:
        return self._places.get(key)

    def index(self, key: str) -> int | None:
        return self._places.get(key)

    def rows(self, index: int) -> Sequence[Line]:
        return self._draw(self._things[index]) if index < len(self._things) else self._below


class Window(NamedTuple):
    """What is in sight of a list."""

    top: int
    """Index of the first entry in sight."""
    rows: list[Line]
    above: int
    """Entries out of sight at the top."""
    below: int
    """Entries out of sight, or cut, at the bottom."""
    at: tuple[int, ...]
    """Of each row, the index of its entry."""


def window(entries: Entries, top: int, height: int, key: str) -> Window:
    """The rows in sight, moved as little as needed from `top` so that the chosen entry is among them."""
    last = max(len(entries) - 1, 0)
    top = min(max(top, 0), last)
    chosen = entries.index(key)
    if chosen is not None:
        top = _reaching(entries, min(top, chosen), chosen, height)
        if top and key == entries.keys[0]:
            top = _reaching(entries, 0, chosen, height)  # with what stands above the first of them
    top = min(top, _reaching(entries, 0, last, height))
    rows: list[Line] = []
    at: list[int] = []
    index = top
    while index < len(entries) and len(rows) < height:
        found = entries.rows(index)
        rows.extend(_selected(found) if index == chosen else found)
        at.extend([index] * len(found))
        index += 1
    cut = 1 if len(rows) > height else 0
    return Window(top, rows[:height], top, len(entries) - index + cut, tuple(at[:height]))


def settled(entries: Entries, key: str, before: int) -> str:
    """The chosen key after the entries changed: itself, else what is now at its place; the first of a new list."""
    keys = entries.keys
    if not keys or entries.place(key) is not None:
        return key if keys else ""
    return keys[min(before, len(keys) - 1)]


def moved(entries: Entries, key: str, step: int) -> str:
    """The key `step` places further, stopping at the ends."""
    keys = entries.keys
    if not keys:
        return ""
    return keys[min(max((entries.place(key) or 0) + step, 0), len(keys) - 1)]


def _reaching(entries: Entries, top: int, target: int, height: int) -> int:
    """The first entry from `top` on from which the whole target is in sight; itself, where it is too tall."""
    room = height - len(entries.rows(target)) if len(entries) else 0
    first = target
    while first > top and room - (size := len(entries.rows(first - 1))) >= 0:
        room -= size
        first -= 1
    return first


def _selected(rows: Sequence[Line]) -> list[Line]:
    return [replace(row, is_selected=True) if index == 0 else row for index, row in enumerate(rows)]


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    block: list[Line] = []
    for line in lines:
        if block and (line.key or not block[0].key or not line.left):
            yield tuple(block)
            block = []
        block.append(line)
    if block:
        yield tuple(block)
