"""Which of many things a list shows and in which order: narrowed while a filter is typed, sorted by what matters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Order(Generic[T]):
    """One way to sort a list."""

    name: str
    """English message, for `_`."""
    key: Callable[[T], Any] | None = None
    """None: as the upstream gives it, which is by urgency."""


class Choosing(Generic[T]):
    """Remembers what it found, so that another letter looks only among what the letters before it left."""

    def __init__(self, key: Callable[[T], str], words: Callable[[T], str], orders: Sequence[Order[T]]) -> None:
        """`words`: everything by which a thing can be found."""
        self._key = key
        self._words = words
        self.orders = tuple(orders)
        self.order = self.orders[0]
        self.text = ""
        """What is looked for: every word of it, in any order, small letters finding capital ones too."""
        self._things: Sequence[T] = ()
        self._folded: list[str] | None = None
        self._found: tuple[str, Sequence[int]] | None = None
        self._sorted: dict[Order[T], Sequence[int]] = {}
        self._shown: tuple[Order[T], str, Sequence[T], Mapping[str, int]] | None = None

    def turn(self) -> None:
        """On to the next order."""
        self.order = self.orders[(self.orders.index(self.order) + 1) % len(self.orders)]

    def of(self, things: Sequence[T]) -> tuple[Sequence[T], Mapping[str, int]]:
        """Those to show, in order, and the place of each by its key."""
        if things is not self._things:
            self._things, self._folded, self._found, self._shown = things, None, None, None
            self._sorted.clear()
        if self._shown is None or self._shown[:2] != (self.order, self.text):
            chosen = self._chosen()
            places = {self._key(thing): place for place, thing in enumerate(chosen)}
            self._shown = (self.order, self.text, chosen, places)
        return self._shown[2], self._shown[3]

    def _chosen(self) -> Sequence[T]:
        things = self._things
        if not self.text.strip():
            self._found = None
            return things if self.order.key is None else [things[index] for index in self._in_order()]
        found = self._matching()
        if self.order.key is not None:
            kept = set(found)
            found = [index for index in self._in_order() if index in kept]
        return [things[index] for index in found]

    def _in_order(self) -> Sequence[int]:
        order, key = self._sorted.get(self.order), self.order.key
        if order is None:
            assert key is not None
            order = sorted(range(len(self._things)), key=lambda index: key(self._things[index]))
            self._sorted[self.order] = order
        return order

    def _matching(self) -> Sequence[int]:
        if self._folded is None:
            self._folded = [folded(self._words(thing)) for thing in self._things]
        text, all_of_them = folded(self.text), self._folded
        among: Sequence[int] = range(len(all_of_them))
        if self._found is not None and text.startswith(self._found[0]):
            among = self._found[1]
        for word in text.split():
            among = [index for index in among if word in all_of_them[index]]
        self._found = (text, among)
        return among


def folded(text: str) -> str:
    """Without the differences that nobody types: capitals, full-width letters."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
