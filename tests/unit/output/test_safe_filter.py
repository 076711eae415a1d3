"""Nothing that is no text gets past the filter, and nothing that is text is touched."""

from __future__ import annotations

import unicodedata
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import Color

from eventa_cockpit.widgets.safe_filter import SAFE_FILTER

BLACK = Color(0, 0, 0)


def filtered(*segments: Segment) -> list[Segment]:
    return SAFE_FILTER.apply(list(segments), BLACK)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_control_character_or_direction_mark_is_left(text: str) -> None:
    left = filtered(Segment(text))[0].text
    assert not any(unicodedata.category(character) == "Cc" for character in left)
    assert not any(
        unicodedata.bidirectional(character) in {"LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "FSI", "PDI"}
        for character in left
    )
    assert "\u200b" not in left


@given(st.text(max_size=30))
def test_the_row_keeps_its_width(text: str) -> None:
    left = filtered(Segment(text))[0].text
    assert cell_len(left) == cell_len(
        "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    )


@pytest.mark.parametrize("text", ["plain", "決済に失敗 ✗ 95% ░▒▓ ⠿", "é̂ ﾊﾟ"])
def test_text_stays_the_same_object(text: str) -> None:
    segments = [Segment(text, Style(bold=True))]
    assert SAFE_FILTER.apply(segments, BLACK) is segments


def test_a_control_segment_is_dropped() -> None:
    assert filtered(Segment("\x1b]52;c;AAAA\x07", None, [(ControlType.BELL,)]), Segment("x")) == [Segment("x")]


@pytest.mark.parametrize(
    "link",
    ["http://example.org", "javascript:alert(1)", "file:///etc/passwd", "https://x\x1b\\", "https://x y", "https://é"],
)
def test_a_link_that_is_not_https_is_text(link: str) -> None:
    (segment,) = filtered(Segment("here", Style(link=link, bold=True)))
    assert segment.style is not None
    assert segment.style.link is None
    assert segment.style.bold


def test_an_https_link_stays() -> None:
    (segment,) = filtered(Segment("here", Style(link="https://eventa.app/runbook?x=1#y")))
    assert segment.style is not None
    assert segment.style.link == "https://eventa.app/runbook?x=1#y"


STORM = "\u0335\u0321" * 40
COLOURED = [Segment(mark, Style(color=f"color({number})")) for number, mark in enumerate(STORM)]


@pytest.mark.parametrize(
    "segments",
    [
        [Segment("Z" + STORM + "end")],
        [Segment("Z"), *COLOURED, Segment("end")],
        [Segment("決済" + STORM + "é̂"), Segment(STORM), Segment("end")],
    ],
    ids=["in one piece", "a colour each", "twice"],
)  # fmt: skip
def test_a_storm_of_marks_stays_within_its_row(segments: list[Segment]) -> None:
    left = "".join(segment.text for segment in filtered(*segments))

    assert max(len(list(run)) for marked, run in groupby(left, lambda c: unicodedata.combining(c) > 0) if marked) <= 4
    assert left.startswith(segments[0].text[:1])
    assert left.endswith("end")
    assert cell_len(left) == cell_len("".join(segment.text for segment in segments))
