"""Outside text made harmless where it enters: no escape sequence, control character or invisible mark gets further.

What is taken out leaves a visible trace, because a text that tried to hide something should look like it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

ESCAPE = "␛"
"""Stands where an escape sequence was."""

SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences (ECMA-48, 5.4)
    r"|(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, … strings
    r"|\x1b[ -/]*[0-~]?"  # other escapes, and a lone ESC
)
COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
INVISIBLE = re.compile(
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Mongolian selectors
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # zero width, direction marks and overrides, separators
    "\u3164\ufeff\uffa0\ufff0-\ufffb"  # fillers, byte order mark, interlinear marks
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # musical formatting, tags and further selectors
    "]"
)
JOINERS = re.compile("[\u200c\u200d]")
"""Zero width, but part of how emoji and several scripts are written: kept in text, suspicious in a command."""
SURROGATES = re.compile("[\ud800-\udfff]")

MARKS_AT_ONCE = 4
"""Combining marks on one character: no living script needs more, and a storm of them covers the rows around it."""
_SIGNS = re.compile(rf"[^\w\s\x00-\x7f\u2100-\u2bff\u3000-\u3029\u3030-\u3098]{{{MARKS_AT_ONCE + 1},}}")
"""Neither letters nor blanks nor drawn lines: the only place where so many marks in a row can be."""

VISIBLE = {code: chr(0x2400 + code) for code in range(0x20)}
"""Control characters as their pictures; tab and line feed stay what they are."""
VISIBLE |= {0x7F: "␡", **dict.fromkeys(range(0x80, 0xA0), "\ufffd")}
del VISIBLE[0x09], VISIBLE[0x0A]
ONE_LINE = {**VISIBLE, 0x09: " ", 0x0A: " "}

PLAIN = re.compile(r"[\t\n -~]*")
"""Text of which nothing has to be looked at."""


def clean(text: str | bytes, *, keep_colours: bool = False) -> str:
    """Harmless text, of as many lines as it had. Colours (SGR) can be kept for a widget that understands them."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if PLAIN.fullmatch(text):
        return text
    return _cleaned(text.replace("\r\n", "\n"), VISIBLE, keep_colours=keep_colours)


def clean_line(text: str | bytes) -> str:
    """Harmless text on one line: line ends and tabs become blanks."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if text.isascii() and text.isprintable():
        return text
    return _cleaned(text.replace("\r\n", "\n"), ONE_LINE, keep_colours=False)


def _cleaned(text: str, pictures: dict[int, str], *, keep_colours: bool) -> str:
    parts: list[str] = []
    done = 0
    for found in SEQUENCES.finditer(text):
        parts.append(_harmless(text[done : found.start()], pictures))
        parts.append(found[0] if keep_colours and COLOUR.fullmatch(found[0]) else ESCAPE)
        done = found.end()
    parts.append(_harmless(text[done:], pictures))
    return "".join(parts)


def _harmless(text: str, pictures: dict[int, str]) -> str:
    text = INVISIBLE.sub(lambda found: f"⟨{ord(found[0]):04X}⟩", text)
    text = _SIGNS.sub(lambda found: _calmed(found[0]), text)
    return SURROGATES.sub("\ufffd", text).translate(pictures)


def is_mark(character: str) -> bool:
    """Whether it is drawn over the character before it."""
    return unicodedata.category(character)[0] == "M"


def is_stormy(text: str) -> bool:
    """Whether more marks than `MARKS_AT_ONCE` stand on one character."""
    return any(len(list(run)) > MARKS_AT_ONCE for marks, run in _runs(text) if marks)


def _runs(text: str) -> Iterator[tuple[bool, Iterator[str]]]:
    return (run for found in _SIGNS.finditer(text) for run in groupby(found[0], is_mark))


def _calmed(signs: str) -> str:
    """Of each storm the first marks, and how many there were besides."""
    parts: list[str] = []
    for are_marks, run in groupby(signs, is_mark):
        characters = "".join(run)
        surplus = len(characters) - MARKS_AT_ONCE
        if are_marks and surplus > 0:
            characters = f"{characters[:MARKS_AT_ONCE]}⟨+{surplus}⟩"
        parts.append(characters)
    return "".join(parts)


LOOK_ALIKES = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"}
"""Scripts whose letters pass for one another's."""


def suspicious(text: str) -> tuple[str, ...]:
    """Identifiers of what is odd about a text that is to be trusted, such as a command; empty when nothing is.

    `control`, `invisible`, `direction`, `unassigned`, `mixed-scripts:WORD`, `full-width:WORD`.
    """
    if PLAIN.fullmatch(text):
        return ()
    found: list[str] = []
    if SEQUENCES.search(text) or any(ord(character) in VISIBLE for character in text):
        found.append("control")
    if re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text):
        found.append("direction")
    if INVISIBLE.search(text) or JOINERS.search(text):
        found.append("invisible")
    if any(unicodedata.category(character) in {"Cn", "Co", "Cs"} for character in text):
        found.append("unassigned")
    words = dict.fromkeys(re.findall(r"\w+", text))
    found += [f"{reason}:{word}" for word in words if (reason := _odd_word(word))]
    return tuple(found)


def _odd_word(word: str) -> str:
    if word.isascii():
        return ""
    names = [unicodedata.name(character, "?") for character in word if character.isalnum()]
    scripts = {name.split()[0] for name in names} & LOOK_ALIKES
    if len(scripts) > 1 or (scripts - {"LATIN"} and any(character.isascii() for character in word)):
        return "mixed-scripts"
    if any(name.startswith("FULLWIDTH ") for name in names):
        return "full-width"
    if any(name.startswith("MATHEMATICAL ") for name in names):
        return "mixed-scripts"
    return ""
