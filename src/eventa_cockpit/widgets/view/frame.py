"""A pane's frame: key, title and freshness on top; what is out of sight at the bottom; rows between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eventa_cockpit.widgets.view.lines import Line, Role, Span, Spans, cell_len, cut_spans, fit, span, width_of

MARGIN = 4
"""Cells of a row that belong to the frame: a side and a space left and right."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands in the frame itself."""

    key: str
    """What brings the pane to the front."""
    title: str
    summary: Spans = ()
    """After the title: how many, how bad."""
    badge: Spans = ()
    """At the right end of the top: how fresh."""
    hint: Spans = ()
    """In the bottom: keys that matter here."""
    is_focused: bool = False


def rows(frame: Frame, body: Sequence[Line], hidden: tuple[int, int], width: int, height: int) -> list[Line]:
    """The whole pane; `hidden` is how much is out of sight above and below the body."""
    inside = max(height - 2, 0)
    shown = list(body[:inside])
    shown.extend([Line()] * (inside - len(shown)))
    return [
        _top(frame, width),
        *(_row(frame, content, width) for content in shown),
        _bottom(frame, *hidden, width),
    ][:height]


def _top(frame: Frame, width: int) -> Line:
    side = _side(frame)
    title_role = Role.KEY if frame.is_focused else Role.STRONG
    left: Spans = (span(f" {frame.key} ", Role.KEY), span(frame.title, title_role), span(" "))
    if frame.summary:
        left = (*left, span(" "), *frame.summary, span(" "))
    badge: Spans = (span(" "), *frame.badge, span(" ")) if frame.badge else ()
    room = width - 4
    badge = badge if width_of(badge) <= room // 2 + 4 else ()
    left = cut_spans(left, max(room - width_of(badge), 0))
    rule = "─" * max(room - width_of(left) - width_of(badge), 0)
    return Line((span("╭─", side), *left, span(rule, side), *badge, span("─╮", side)))


def _bottom(frame: Frame, above: int, below: int, width: int) -> Line:
    side = _side(frame)
    out_of_sight = " ".join(part for part in (f"▴ {above:,}" if above else "", f"▾ {below:,}" if below else "") if part)
    position: Spans = (span(f" {out_of_sight} ", Role.MUTED),) if out_of_sight else ()
    hint: Spans = (span(" "), *frame.hint, span(" ")) if frame.hint and frame.is_focused else ()
    room = width - 4
    hint = cut_spans(hint, max(room - width_of(position), 0))
    rule = "─" * max(room - width_of(hint) - width_of(position), 0)
    return Line((span("╰─", side), *hint, span(rule, side), *position, span("─╯", side)))


def _row(frame: Frame, content: Line, width: int) -> Line:
    side = _side(frame)
    marker = span("›", Role.KEY if frame.is_focused else Role.MUTED) if content.is_selected else span(" ")
    inner = fit(content, max(width - MARGIN, 0))
    is_lit = content.is_selected and frame.is_focused
    return replace(
        content,
        left=(Span("│", side), marker, *inner, Span(" ", Role.TEXT), Span("│", side)),
        right=(),
        is_selected=is_lit,
    )


def _side(frame: Frame) -> Role:
    return Role.FRAME_FOCUS if frame.is_focused else Role.FRAME


def keys(pairs: Sequence[tuple[str, str]]) -> Spans:
    """`Enter run  s skip`: keys and what they do."""
    return tuple(
        item
        for index, (key, label) in enumerate(pairs)
        for item in (span("  " if index else ""), span(key, Role.KEY), span(" " + label, Role.MUTED))
        if item.text
    )


def keys_that_fit(pairs: Sequence[tuple[str, str]], width: int) -> Spans:
    """As many of the pairs as fit whole, from the first on."""
    kept: list[tuple[str, str]] = []
    used = 0
    for key, label in pairs:
        size = cell_len(key) + 1 + cell_len(label) + (2 if kept else 0)
        if used + size > width:
            break
        kept.append((key, label))
        used += size
    return keys(kept)
