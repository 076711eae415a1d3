"""Placeholders that a writer left for a person to fill: `<pod name>`, `{{name}}`, `[NAME]`, `YOUR_X`.

They are found in the text before the shell is parsed, since a shell would read `<pod>` as two redirections, and hidden
behind a word of the same length, so that every offset stays true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One place in a script, by offsets into its UTF-8 bytes."""

    text: str
    """As written: `<pod name>`."""
    name: str
    """The words inside."""
    start: int
    end: int


_ANGLE = re.compile(r"<([^\W_](?:[^<>\n$`;&|(){}\"'\\=!]*[^\s<>$`;&|(){}\"'\\=!])?)>(?!\()")
_TEMPLATE = re.compile(r"\{\{\s*([^\W\d][\w-]*(?: [\w-]+){0,3})\s*\}\}")
_BRACKET = re.compile(r"\[([A-Z][A-Z0-9]*(?:[ _-][A-Z0-9]+)*)\]")
_YOUR = re.compile(
    r"(?<![\w$\{])YOUR[_-][A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*(?!\w|=)|(?<![\w$\{-])your(?:-[a-z0-9]+){1,4}(?![\w-])"
)

_GO_WORDS = frozenset(
    "range end if else with json index printf print println len template block define not and or eq ne lt le gt ge "
    "break continue html js urlquery call slice toJson".split()
)
_NOT_NAMES = frozenset({"A-Z", "ERROR", "INFO", "WARN", "WARNING", "DEBUG", "FATAL", "OK", "FAIL", "PASS", "Y", "N"})


def find_placeholders(script: str) -> tuple[Placeholder, ...]:
    """All placeholders in the text, in order, none inside another. Says nothing of quotes; the shell's parser does."""
    found = [
        *((match, match[1]) for match in _ANGLE.finditer(script) if _is_angle(script, match)),
        *((match, match[1]) for match in _TEMPLATE.finditer(script) if match[1].split()[0] not in _GO_WORDS),
        *((match, match[1]) for match in _BRACKET.finditer(script) if _is_bracket(script, match)),
        *((match, match[0]) for match in _YOUR.finditer(script) if not _is_variable(script, match[0])),
    ]
    kept: list[Placeholder] = []
    reached = 0
    for match, name in sorted(found, key=lambda entry: (entry[0].start(), -entry[0].end())):
        if match.start() < reached:
            continue
        reached = match.end()
        start = len(script[: match.start()].encode())
        kept.append(Placeholder(match[0], " ".join(name.split()), start, start + len(match[0].encode())))
    return tuple(kept)


def hide(script: str, placeholders: tuple[Placeholder, ...]) -> bytes:
    """The script with each placeholder as a plain word of the same number of bytes."""
    data = bytearray(script.encode())
    for placeholder in placeholders:
        data[placeholder.start : placeholder.end] = b"P" * (placeholder.end - placeholder.start)
    return bytes(data)


def _is_angle(script: str, match: re.Match[str]) -> bool:
    """Not a here-document (`<<EOF`), a redirection (`<in >out` keeps its space), or a pair of tags in a quoted text."""
    inside, before = match[1], script[: match.start()]
    if before.endswith("<") or inside.isdigit() or len(inside) > 80:
        return False
    if f"</{inside.split()[0]}>" in script:
        return False
    return not re.search(r"(?:^|\s)\d$", before)


def _is_bracket(script: str, match: re.Match[str]) -> bool:
    """Not an index, a pattern's character class, a test or a log level."""
    inside = match[1]
    if len(inside) < 3 or inside in _NOT_NAMES or re.fullmatch(r"[A-Z0-9]-[A-Z0-9]", inside):
        return False
    before, after = script[: match.start()][-1:], script[match.end() :][:1]
    return not (before and (before.isalnum() or before in "_$\\]).[^}")) and after not in {"*", "+", "?", "{", "["}


def _is_variable(script: str, name: str) -> bool:
    """A name that the script uses as a variable is one, wherever it stands."""
    return re.search(rf"\$\{{?{re.escape(name)}\b|\b{re.escape(name)}=", script) is not None
