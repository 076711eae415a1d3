"""A line of output looks as a terminal would leave it, and nothing in it can steer the terminal."""

from __future__ import annotations

import re
import unicodedata

import pyte
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style

from eventa_cockpit.widgets.ansi import decode
from eventa_cockpit.widgets.sgr import NORMAL, styled
from eventa_cockpit.widgets.styled_line import Mark, StyledLine


def style_of(line: bytes, text: str) -> Style:
    return next(style for run, style in decode(line).runs if text in run)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"plain", "plain"),
        ("決済に失敗".encode(), "決済に失敗"),
        (b"ends\r", "ends"),
        (b"ends\r\r", "ends"),
        (b"  1%\r 50%\r100%", "100%"),
        (b"a long word\rshort", "shortg word"),
        (b"abc\b\bX", "aXc"),
        (b"a\tb\tc", "a       b       c"),
        ("あ\tb".encode(), "あ      b"),
        (b"12345678\tx", "12345678        x"),
        (b"downloading 10%\r\x1b[Kdone", "done"),
        (b"downloading\x1b[2K\rdone", "done"),
        (b"abc\x1b[1Kd", "   d"),
        (b"abc\x1b[2Dx", "axc"),
        (b"abc\x1b[5Gd", "abc d"),
        (b"abc\x1b[2Cd", "abc  d"),
        (b"abcdef\x1b[3G\x1b[2Xz", "abz ef"),
        (b"abcdef\r\x1b[2Pz", "zdef"),
        ("ああ\rx".encode(), "x あ"),
        ("ああ\r\x1b[1Cx".encode(), " xあ"),
        ("か\u3099".encode(), "か\u3099"),
        (b"\x1b[31mred\x1b[0m plain", "red plain"),
        (b"tput\x1b(B\x1b[m sgr0", "tput sgr0"),
        (b"\x1b]0;title\x07text", "text"),
        (b"\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1b[?25lhidden cursor\x1b[?25h", "hidden cursor"),
        (b"\x1b[2Aup", "up"),
        (b"\x1b[99999999999Cx", " x"),
        (b"\x1b[20000C" + b"\x1b[20000C" + b"x", " " * 20_000 + "x"),
        ("👨\u200d👩\u200d👧".encode(), "👨👩👧"),
        ("⚠\ufe0f".encode(), "⚠"),
    ],
)
def test_a_line_looks_as_a_terminal_leaves_it(line: bytes, text: str) -> None:
    assert decode(line).text == text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"\x1b]52;c;cm0gLXJmIC8=\x07x", "␛x"),
        (b"\x1b]52;c;cm0gLXJmIC8=", "␛"),
        (b"\x1bP$q\x1b\\x", "␛x"),
        (b"\x1b", "␛"),
        (b"bell\x07", "bell␇"),
        (b"\x00\x01", "␀␁"),
        ("a\u202egpj.exe".encode(), "a⟨202E⟩gpj.exe"),
        ("a\u200bb".encode(), "a⟨200B⟩b"),
        ("\x9b31mx".encode(), "␛x"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x\x1b[31", "x␛31"),
    ],
)
def test_what_could_do_harm_stays_visible(line: bytes, text: str) -> None:
    assert decode(line).text == text


COLOURS = [
    ("31", Style(color=Color.from_ansi(1))),
    ("97;44", Style(color=Color.from_ansi(15), bgcolor=Color.from_ansi(4))),
    ("38;5;208", Style(color=Color.from_ansi(208))),
    ("38;2;1;2;3", Style(color=Color.from_rgb(1, 2, 3))),
    ("38:2::1:2:3", Style(color=Color.from_rgb(1, 2, 3))),
    ("48:5:17;1", Style(bgcolor=Color.from_ansi(17), bold=True)),
    ("1;2;3;4;7;9", Style(bold=True, dim=True, italic=True, underline=True, reverse=True, strike=True)),
    ("1;31;22;39", Style()),
    ("4:3;4:0", Style()),
    ("1;0;31", Style(color=Color.from_ansi(1))),
    ("31;", Style()),
    ("", Style()),
    ("5;8", Style()),
    ("38;5", Style()),
    ("38;2;300;0;0", Style()),
    (">4;2", Style()),
    ("999999999999", Style()),
    (";;;;", Style()),
]


@pytest.mark.parametrize(("parameters", "style"), COLOURS)
def test_every_kind_of_colour_and_attribute_is_understood(parameters: str, style: Style) -> None:
    assert styled(NORMAL, parameters).style == style


def test_colours_end_where_they_are_reset() -> None:
    line = b"a\x1b[1;31mERROR\x1b[0m b\x1b[42mok\x1b[49mc"
    assert style_of(line, "ERROR") == Style(bold=True, color=Color.from_ansi(1))
    assert style_of(line, "ok") == Style(bgcolor=Color.from_ansi(2))
    assert style_of(line, "c") == Style()


def test_colours_hold_also_where_a_line_is_overwritten() -> None:
    assert style_of(b"xxxxx\r\x1b[32mOK\x1b[0m", "OK") == Style(color=Color.from_ansi(2))


PIECES = st.lists(
    st.sampled_from(
        [
            b"ab",
            b"x y",
            b"\r",
            b"\b",
            b"\t",
            b"\x1b[31m",
            b"\x1b[0m",
            b"\x1b[K",
            b"\x1b[1K",
            b"\x1b[2K",
            b"\x1b[3D",
            b"\x1b[2C",
            b"\x1b[4G",
        ]
    ),
    max_size=14,
).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_overwriting_agrees_with_a_terminal_emulator(line: bytes) -> None:
    """Without wide characters, over which the emulator stumbles."""
    screen = pyte.Screen(200, 1)
    pyte.ByteStream(screen).feed(line.rstrip(b"\r"))
    assert decode(line).text.rstrip() == screen.display[0].rstrip()


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))))
@example(b"\x1b]8;;javascript:x\x1b\\here\x1b]8;;\x1b\\")
@example("\u2066\u202e\x85\x9d8;;x\x9c".encode())
@example(b"\x1b[38;2;\x1b[31mX\r\b\b\b\x1b[1P")
def test_no_bytes_whatever_leave_anything_but_text(line: bytes) -> None:
    decoded = decode(line.replace(b"\n", b""))
    assert decoded.text == "".join(text for text, _ in decoded.runs)
    for character in decoded.text:
        assert unicodedata.category(character) not in {"Cc", "Cs"}
        assert not re.match("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", character)
    for _, style in decoded.runs:
        assert style.link is None


@given(st.text(st.sampled_from("abc決済か\u3099e\u0301 "), max_size=60), st.integers(1, 12))
def test_wrapped_rows_are_the_line_and_fit(text: str, width: int) -> None:
    line = decode(text.encode())
    starts = line.row_starts(width)
    rows = [line.part(start, end).text for start, end in zip(starts, (*starts[1:], len(line.text)), strict=True)]
    assert "".join(rows) == line.text
    assert all(
        sum(1 if character.isascii() else cell_len(character) for character in row) <= max(width, 2) for row in rows
    )


@given(st.text(st.sampled_from("ab決"), max_size=30), st.integers(0, 40), st.integers(1, 20))
def test_a_row_scrolled_sideways_is_exactly_as_wide_as_asked(text: str, left: int, width: int) -> None:
    line = StyledLine.plain(text)
    start, indent = line.character_at(left)
    strip = line.part(start).strip(Style(), width, indent=indent)
    assert strip.cell_length == width
    assert cell_len(strip.text) == width


def test_marks_lie_over_the_lines_own_style() -> None:
    line = decode(b"an \x1b[31mERR\x1b[0mOR here").marked([Mark(3, 8, Style(bold=True))])
    assert [(text, style.bold) for text, style in line.runs] == [
        ("an ", None),
        ("ERR", True),
        ("OR", True),
        (" here", None),
    ]
    assert line.runs[1][1].color == Color.from_ansi(1)
