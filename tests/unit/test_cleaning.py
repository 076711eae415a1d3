"""Nothing that a terminal would act on, and nothing that an eye would miss, gets past `clean`."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.cleaning import COLOUR, clean, clean_line, suspicious

HOSTILE = {
    "clear screen": "\x1b[2J\x1b[H",
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "title, 8 bit": "\x9d0;owned\x9c",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "link": "\x1b]8;;https://evil.test\x1b\\click\x1b]8;;\x1b\\",
    "unended string": "\x1b]0;never ends",
    "device control": "\x1bP+q544e\x1b\\",
    "answerback": "\x1b[c\x1b[6n\x05",
    "8 bit control": "\x9b31m",
    "reset": "\x1bc",
    "lone escape": "end\x1b",
    "backspaces": "rm\b\bls",
    "carriage return": "safe command\rrm -rf /",
    "bell": "\x07",
    "nul": "a\0b",
    "bidi override": "access\u202egpj.exe",
    "isolates": "\u2066x\u2069",
    "zero width": "pay\u200bpal",
    "tags": "hi\U000e0041\U000e007f",
    "soft hyphen": "ad\u00admin",
    "byte order mark": "\ufeffx",
    "line separator": "a\u2028b",
    "surrogate": "a\udcffb",
    "filler": "a\u3164b",
}
MARKS = set("\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad\u3164")


def is_harmless(text: str) -> bool:
    text.encode()
    return not any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in text) and not (
        MARKS & set(text)
    )


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_payload_is_made_harmless_and_stays_visible(payload):
    cleaned = clean(f"before {payload} after")

    assert is_harmless(cleaned)
    assert cleaned.startswith("before ")
    assert len(cleaned) > len("before ")
    assert cleaned != f"before {payload} after"
    assert clean_line(payload.encode("utf-8", "surrogatepass")).isprintable()


@given(st.text())
def test_whatever_comes_is_harmless_and_cleaning_again_changes_nothing(text):
    cleaned = clean(text)

    assert is_harmless(cleaned)
    assert clean(cleaned) == cleaned


@given(st.binary())
def test_bytes_of_any_kind_are_cleaned(data):
    assert is_harmless(clean(data))
    assert "\n" not in clean_line(data)


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Po", "Zs", "Sc"], exclude_characters=MARKS)))
def test_ordinary_text_in_any_script_is_left_as_it_is(text):
    if "\u3164" not in text and not set(text) & set("\u115f\u1160\u17b4\u17b5\uffa0"):
        assert clean(text) == text


@given(
    st.lists(st.sampled_from([*HOSTILE.values(), "\x1b", "[", "31", "m", "]", "\x07", "\\", "x", "\n"])).map("".join)
)
def test_payloads_that_are_put_together_stay_harmless(text):
    assert is_harmless(clean(text))
    assert is_harmless(COLOUR.sub("", clean(text, keep_colours=True)))


def test_lines_and_tabs_stay_in_a_text_and_become_blanks_in_a_line():
    assert clean("a\tb\r\nc\n") == "a\tb\nc\n"
    assert clean_line("a\tb\r\nc\n") == "a b c "


def test_colours_can_be_kept_and_nothing_else():
    assert clean("\x1b[1;31mred\x1b[0m\x1b[2J", keep_colours=True) == "\x1b[1;31mred\x1b[0m␛"


def test_an_unended_string_does_not_swallow_the_next_line():
    assert clean("\x1b]0;title\nnext line") == "␛\nnext line"


def test_emoji_and_joined_scripts_are_left_whole():
    for text in ("👩‍💻 ok", "می‌خواهم", "が\u3099", "ｅｖｅｎｔａ"):
        assert clean(text) == text


def test_a_storm_of_marks_is_cut_to_what_a_script_may_need_and_says_so():
    assert clean("Z" + "\u0335\u0321\u0336" * 30 + "!") == "Z\u0335\u0321\u0336\u0335⟨+86⟩!"
    assert clean_line("ส" + "\u0e47" * 7) == "ส" + "\u0e47" * 4 + "⟨+3⟩"


@pytest.mark.parametrize(
    "text",
    ["Vie\u0323\u0302t", "ที่นี่", "בְּרֵאשִׁ֖ית", "مُحَمَّدٌ", "क्षत्रिय", "が\u3099", "e\u0302\u0301\u0323", "།༄༅་" * 9, "─━│✗" * 9],
)
def test_marks_that_people_write_are_left_alone(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kubectl rollout undo deployment/payment", ()),
        ("決済を止める --env=本番", ()),
        ("echo Grüße; echo привет", ()),
        ("rm \x1b[8m-rf\x1b[0m", ("control",)),
        ("ls # \u202ecod.exe", ("direction", "invisible")),
        ("pay\u200bpal", ("invisible",)),
        ("curl https://аpi.eventa.app", ("mixed-scripts:аpi",)),
        ("curl https://еventa.app", ("mixed-scripts:еventa",)),
        ("ｋｕｂｅｃｔｌ delete", ("full-width:ｋｕｂｅｃｔｌ",)),
        ("\ue000", ("unassigned",)),
    ],
)
def test_what_is_odd_about_a_command_is_named(text, reason):
    assert suspicious(text) == reason
