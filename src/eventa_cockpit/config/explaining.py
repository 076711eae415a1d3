"""Says what does not fit in a configuration file: the first key at fault, its line, and what it should be. Only
called when decoding has failed, so it may take its time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from eventa_cockpit.config.shapes import Config
from eventa_cockpit.locale import _, mark

Problem = tuple[tuple[str, ...], str]
"""Path of a key, and a sentence about it."""

HEADER = re.compile(r"^\s*\[\[?(?P<name>[^\]]+)\]")
ASSIGNMENT = re.compile(r"""^\s*(?P<name>"[^"]*"|'[^']*'|[\w.-]+)\s*=""")
NOT_KEYS = {"path"}

KINDS = {
    str: mark('a text in quotes, such as "…"'),
    bool: mark("true or false"),
    float: mark("a number"),
    int: mark("a whole number"),
    list: mark('a list of texts, such as ["…", "…"]'),
    dict: mark("a table of its own, such as [{key}]"),
    Path: mark('a path in quotes, such as "/var/lib/eventa-cockpit"'),
}
FOUND = {
    str: mark("a text"),
    bool: mark("true or false"),
    int: mark("a number"),
    float: mark("a number"),
    list: mark("a list"),
    dict: mark("a table"),
}


def explain(file: Path, text: str, data: Mapping[str, Any], otherwise: str) -> str:
    """The sentence about the first key that does not fit; `otherwise` is the decoder's own words, for the rest."""
    key, sentence = next(problems_of(Config, data, ()), ((), otherwise))
    return at_key(file, text, key, sentence)


def at_key(file: Path, text: str, key: tuple[str, ...], sentence: str) -> str:
    """`file:line: key: sentence`, as far as line and key are known."""
    line = line_of(text, key)
    place = f"{file}:{line}" if line else f"{file}"
    return ": ".join(part for part in (place, ".".join(key), sentence) if part)


def sentence_at(file: Path | None, key: tuple[str, ...], sentence: str) -> str:
    """The same of a file that was read some time ago, and may be gone by now; or of no file at all."""
    if file is None:
        return ": ".join((".".join(key), sentence))
    try:
        text = file.read_text("utf-8", "replace")
    except OSError:
        text = ""
    return at_key(file, text, key, sentence)


def nearest(name: str, known: Collection[str]) -> str:
    """` Did you mean "…"?`, or nothing when no known name is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return " " + _('Did you mean "{name}"?').format(name=near[0]) if near else ""


def problems_of(shape: type[msgspec.Struct], data: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Problem]:
    """Unknown keys first, for a misspelt one is why another is missing; then missing keys, then values."""
    fields = {field.name: field for field in msgspec.structs.fields(shape) if field.name not in NOT_KEYS}
    for name in data:
        if name not in fields:
            yield (
                (*at, name),
                _("this key is unknown.{hint} Known here: {known}.").format(
                    hint=nearest(name, fields), known=", ".join(fields)
                ),
            )
    for name, field in fields.items():
        if name in data:
            yield from value_problems(field.type, data[name], (*at, name))
        elif field.required:
            yield (*at, name), _("this key is missing. Give it {kind}.").format(kind=kind_of(field.type, (*at, name)))


def value_problems(kind: Any, value: Any, at: tuple[str, ...]) -> Iterator[Problem]:
    plain = without_none(kind)
    if isinstance(plain, type) and issubclass(plain, msgspec.Struct) and isinstance(value, dict):
        yield from problems_of(plain, value, at)
    elif get_origin(plain) is dict and isinstance(value, dict):
        inner = get_args(plain)[1]
        for name, item in value.items():
            yield from value_problems(inner, item, (*at, name))
    elif not fits(plain, value):
        yield (
            at,
            _("this is {found}; it has to be {kind}.").format(
                found=_(FOUND.get(type(value), mark("a date or time"))), kind=kind_of(plain, at)
            ),
        )


def fits(kind: Any, value: Any) -> bool:
    if kind is Path:
        kind = str
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def without_none(kind: Any) -> Any:
    if get_origin(kind) in {Union, UnionType}:
        return next(inner for inner in get_args(kind) if inner is not type(None))
    return kind


def kind_of(kind: Any, at: tuple[str, ...]) -> str:
    plain = without_none(kind)
    origin = get_origin(plain) or plain
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        origin = dict
    return _(KINDS[origin]).format(key=".".join(at))


def line_of(text: str, key: tuple[str, ...]) -> int | None:
    """1-based line of the deepest part of `key` that is written down as a table's header or a key; None if none is."""
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header, assignment = HEADER.match(line), ASSIGNMENT.match(line)
        if header:
            table = written = parts_of(header["name"])
        elif assignment:
            written = (*table, *parts_of(assignment["name"]))
        else:
            continue
        if key[: len(written)] == written and (best is None or len(written) > best[0]):
            best = (len(written), number)
    return best[1] if best else None


def parts_of(name: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(r"""\s*("[^"]*"|'[^']*'|[^.\s]+)\s*\.?""", name))
