"""Lines measured in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from eventa_cockpit.widgets.view import lines
from eventa_cockpit.widgets.view.lines import Line, Role, cut, fit, line, pad, pad_left, span, width_of, wrap

TEXTS = st.text(alphabet="abc 決済サービス障害、。（）%…✓", max_size=60)


@given(TEXTS, st.integers(min_value=0, max_value=40))
def test_cut_and_pad_never_exceed_their_width(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width
    assert cell_len(pad(text, width)) == width
    assert cell_len(pad_left(text, width)) == width


@given(TEXTS, TEXTS, st.integers(min_value=0, max_value=60))
def test_a_fitted_row_is_exactly_as_wide_as_asked(left: str, right: str, width: int) -> None:
    assert width_of(fit(line(span(left), right=(span(right),)), width)) == width


@given(TEXTS, st.integers(min_value=4, max_value=40))
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")


def test_a_row_never_begins_with_a_full_stop_or_a_closing_bracket() -> None:
    rows = wrap("決済が通らない。返金も（すべて）失敗する。購入者を待たせない。", 14)
    assert not any(row.startswith(("。", "）", "、")) for row in rows)


def test_the_right_part_survives_when_there_is_no_room_for_the_left() -> None:
    spans = fit(line(span("a very long title that does not fit"), right=(span("17m"),)), 12)
    assert "".join(item.text for item in spans).endswith("17m")


@pytest.mark.parametrize("hostile", ["a\nb", "a\x1b[31mb", "a\tb", "a\x7fb"])
def test_a_span_holds_no_control_character(hostile: str) -> None:
    assert not any(character < " " or character == "\x7f" for character in span(hostile).text)


def test_plain_words_become_ordinary_text() -> None:
    assert line("words").left == (span("words", Role.TEXT),)
    assert Line().text == ""


@pytest.mark.parametrize("word", ["x ", "決済", "x\u0301", "\u0301"], ids=["words", "wide", "marked", "no width"])
def test_a_very_long_line_is_measured_only_as_often_as_it_is_long(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = 0

    def counted(text: str) -> int:
        nonlocal measured
        measured += len(text)
        return cell_len(text)

    monkeypatch.setattr(lines, "cell_len", counted)
    text = word * (60_000 // len(word))

    rows = wrap(text, 60)

    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert measured < 40 * len(text)
