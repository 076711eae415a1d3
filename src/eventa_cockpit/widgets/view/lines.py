"""Lines of spans: text with a role instead of a colour, measured in terminal cells rather than characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len as cell_len  # the one measure of width, for every view
from rich.cells import set_cell_size

ELLIPSIS = "…"
_CONTROLS = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "␡", **dict.fromkeys((0x09, 0x0A, 0x0D), " ")}
"""Pictures, so that a command that hides a control character does not look like one without it."""
_NEVER_FIRST = frozenset("、。，．・：；？！）」』】〕〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}%％")
_NEVER_LAST = frozenset("（「『【〔〈《([{")


class Role(StrEnum):
    """What a span is to the reader. The theme gives each role its colour; no state is told by colour alone."""

    TEXT = "text"
    STRONG = "strong"
    MUTED = "muted"
    ACCENT = "accent"
    KEY = "key"
    GOOD = "good"
    WARNING = "warning"
    CRITICAL = "critical"
    FRAME = "frame"
    FRAME_FOCUS = "frame-focus"
    PROD = "prod"
    STAGING = "staging"
    DRILL = "drill"
    READ_ONLY = "read-only"
    IN_CONTROL = "in-control"
    READ = "read"
    CHANGE = "change"
    DESTRUCTIVE = "destructive"
    COMMAND = "command"
    VALUE = "value"
    SECRET = "secret"  # noqa: S105 - the name of a role
    MISSING = "missing"
    COMPUTED = "computed"


class Span(NamedTuple):
    text: str
    role: Role = Role.TEXT

    @property
    def cells(self) -> int:
        return cell_len(self.text)


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row: spans from the left, spans against the right edge, and what it stands for."""

    left: Spans = ()
    right: Spans = ()
    key: str = ""
    """Identity for the cursor; rows without one are passed over."""
    is_selected: bool = False

    @property
    def text(self) -> str:
        return "".join(span.text for span in (*self.left, *self.right))

    def keyed(self, key: str) -> Line:
        return replace(self, key=key)


BLANK = Line()


def span(text: str, role: Role = Role.TEXT) -> Span:
    """A span that cannot break its row: control characters become their pictures, tabs and line ends spaces."""
    return Span(text.translate(_CONTROLS), role)


def line(*parts: Span | str, right: Sequence[Span | str] = (), key: str = "") -> Line:
    """A line of spans; plain strings take the role of ordinary text."""
    return Line(_spans(parts), _spans(right), key)


def width_of(spans: Iterable[Span]) -> int:
    return sum(cell_len(item.text) for item in spans)


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def pad(text: str, width: int) -> str:
    """The text cut or filled on the right to exactly `width` cells."""
    return set_cell_size(cut(text, width), width)


def pad_left(text: str, width: int) -> str:
    shown = cut(text, width)
    return " " * (width - cell_len(shown)) + shown


def cut_spans(spans: Iterable[Span], width: int) -> Spans:
    """As much of the spans as fits, the last one ended by an ellipsis."""
    kept: list[Span] = []
    room = width
    for item in spans:
        size = cell_len(item.text)
        if size > room:
            shown = cut(item.text, room)
            if shown:
                kept.append(Span(shown, item.role))
            break
        kept.append(item)
        room -= size
    return tuple(kept)


def fit(content: Line, width: int) -> Spans:
    """Spans of exactly `width` cells. The right part is kept whole; the left part gives way."""
    right = cut_spans(content.right, width)
    right_width = width_of(right)
    gap = 1 if right and content.left else 0
    left = cut_spans(content.left, max(width - right_width - gap, 0))
    filler = width - width_of(left) - right_width
    return (*left, Span(" " * filler), *right) if filler > 0 else (*left, *right)


def wrap(text: str, width: int) -> list[str]:
    """Rows of at most `width` cells, broken at spaces or between wide characters, with the basic kinsoku rules."""
    rows: list[str] = []
    for paragraph in text.splitlines() or [""]:
        rows.extend(_wrap_paragraph(paragraph.translate(_CONTROLS).rstrip(), max(width, 2)))
    return rows


def _spans(parts: Iterable[Span | str]) -> Spans:
    return tuple(span(part.text, part.role) if isinstance(part, Span) else span(part) for part in parts if part)


def _wrap_paragraph(text: str, width: int) -> list[str]:
    rows: list[str] = []
    start = 0
    while cell_len(ahead := _ahead(text, start, width)) > width:
        index = _break_index(ahead, width)
        rows.append(ahead[:index].rstrip())
        start = _after_blanks(text, start + index)
    rest = text[start:]
    return [*rows, rest] if rest or not rows else rows


def _ahead(text: str, start: int, width: int) -> str:
    """What follows from `start`: more than fits into a row, and not all of a line that fills a million rows."""
    size = width + 1
    while cell_len(ahead := text[start : start + size]) <= width and start + size < len(text):
        size *= 2
    return ahead


def _after_blanks(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _break_index(text: str, width: int) -> int:
    """Where to break so that the first part fits: the last good place, else the last possible one."""
    fits = len(set_cell_size(text, width).rstrip()) if cell_len(text) > width else len(text)
    fits = max(fits, 1)
    while fits > 1 and cell_len(text[:fits]) > width:
        fits -= 1
    for index in range(fits, max(fits // 2, 1), -1):
        before, after = text[index - 1], text[index : index + 1]
        if after == " " or before == " ":
            return index
        is_wide = cell_len(before) == 2 or (bool(after) and cell_len(after) == 2)
        if is_wide and after not in _NEVER_FIRST and before not in _NEVER_LAST:
            return index
    return fits
