"""What a pane says of the things it lists: how to find, sort, show and open one. The machinery is the pane's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import Line, Role, Span, cell_len, pad, pad_left, span
from eventa_cockpit.widgets.view.places import shared

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene

T = TypeVar("T")

Facts = Sequence[tuple[str, str]]
"""What is known of one thing: name (translated) and text; a fact without a text is left out."""
UPSTREAM_ORDER = mark("urgency")
_GAP = 2


class Cell(NamedTuple):
    text: str
    role: Role = Role.TEXT


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of the full view."""

    heading: str
    """English message, for `_`."""
    cell: Callable[[T, Scene], Cell]
    width: int
    """Cells; a wider heading widens it."""
    share: int = 0
    """Of what is left once all columns have their width."""
    is_right: bool = False
    rank: int = 0
    """Where there is no room, the columns with the highest rank are left out first; rank 0 always stays."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One sort of thing."""

    key: Callable[[T], str]
    words: Callable[[T], str]
    """Everything by which one can be found."""
    columns: tuple[Column[T], ...]
    brief: Callable[[T, Scene, int], Sequence[Line]]
    """Its rows where the pane is one of many."""
    facts: Callable[[T, Scene], Facts]
    link: Callable[[T], str] = lambda _thing: ""
    orders: tuple[Order[T], ...] = (Order(UPSTREAM_ORDER),)


class Table(Generic[T]):
    """The columns that fit a width, and what each gets of it."""

    def __init__(self, columns: Sequence[Column[T]], width: int) -> None:
        kept = list(columns)
        while len(kept) > 1 and _least(kept) > width and max(column.rank for column in kept):
            kept.remove(max(reversed(kept), key=lambda column: column.rank))
        left = max(width - _least(kept), 0)
        more = shared(left, [column.share for column in kept]) if any(column.share for column in kept) else []
        self._columns = [
            (column, _own(column) + extra) for column, extra in zip(kept, more or [0] * len(kept), strict=True)
        ]

    def heading(self) -> Line:
        return self._line([Cell(_(column.heading), Role.MUTED) for column, _width in self._columns])

    def row(self, thing: T, scene: Scene, key: str) -> Line:
        return self._line([column.cell(thing, scene) for column, _width in self._columns], key)

    def _line(self, cells: Sequence[Cell], key: str = "") -> Line:
        spans: list[Span] = []
        for (column, width), cell in zip(self._columns, cells, strict=True):
            text = pad_left(cell.text, width) if column.is_right else pad(cell.text, width)
            spans.append(span((" " * _GAP if spans else "") + text, cell.role))
        return Line(tuple(spans), key=key)


def known(facts: Facts) -> list[tuple[str, str]]:
    return [(name, text) for name, text in facts if text]


def as_text(facts: Facts) -> str:
    """For the clipboard: a fact a line."""
    return "\n".join(f"{name}: {text}" for name, text in known(facts))


def _own(column: Column[T]) -> int:
    return max(column.width, cell_len(_(column.heading)))


def _least(columns: Sequence[Column[T]]) -> int:
    return sum(map(_own, columns)) + _GAP * (len(columns) - 1)
