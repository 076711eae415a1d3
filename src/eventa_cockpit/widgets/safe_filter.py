"""The last net under everything that is drawn: what could steer the terminal is gone, whoever let it through."""

from __future__ import annotations

import re

from rich.cells import cell_len, get_character_cell_size, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from eventa_cockpit.cleaning import MARKS_AT_ONCE, is_mark, is_stormy

HARMFUL = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters, C0 and C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"  # zero width, fillers, direction marks
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # separators, overrides, selectors
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # half characters, tags
    "]+"
)
SAFE_LINK = re.compile(r"https://[!-~]+")
"""No blanks, no control characters: nothing that could end the sequence that carries the link (OSC 8)."""


class SafeFilter(LineFilter):
    """Takes out of every segment what is no text. A segment keeps its width, so the rest of the row stays in place."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - LineFilter's signature
        if not all(_is_safe(segment) for segment in segments):
            segments = [_made_safe(segment) for segment in segments if not segment.control]
        text = "".join([segment.text for segment in segments])
        return segments if text.isascii() or not is_stormy(text) else _calm(segments)


SAFE_FILTER = SafeFilter()
"""Give it to the application: `get_line_filters` returns its own filters and then this one."""


def _is_safe(segment: Segment) -> bool:
    text, style, control = segment
    if control or (style is not None and style.link is not None):
        return False
    if text.isascii():
        return text.isprintable()
    return HARMFUL.search(text) is None


def _made_safe(segment: Segment) -> Segment:
    text, style, _ = segment
    if HARMFUL.search(text):
        text = set_cell_size(HARMFUL.sub("", text), _width(text))
    return Segment(text, _without_odd_link(style))


def _calm(segments: list[Segment]) -> list[Segment]:
    """At most `MARKS_AT_ONCE` marks on a character, also where a change of colour stands between them."""
    calm: list[Segment] = []
    marks = 0
    for text, style, control in segments:
        kept: list[str] = []
        for character in text:
            marks = marks + 1 if is_mark(character) and not get_character_cell_size(character) else 0
            if marks <= MARKS_AT_ONCE:
                kept.append(character)
        calm.append(Segment("".join(kept), style, control))
    return calm


def _width(text: str) -> int:
    """Cells that were counted for the text when the row was laid out."""
    return cell_len(SURROGATES.sub("\ufffd", text))


SURROGATES = re.compile("[\ud800-\udfff]")


def _without_odd_link(style: Style | None) -> Style | None:
    if style is None or style.link is None or SAFE_LINK.fullmatch(style.link):
        return style
    return style.update_link(None)
