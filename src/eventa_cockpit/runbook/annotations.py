"""What may be added to a fence or a step: `{"name":"…"}`, `{name=… timeout=2m}`, `<!-- step: {…} -->`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from eventa_cockpit.domain.runbook import Annotation
from eventa_cockpit.runbook.thresholds import parse_threshold

_BRACES = re.compile(r"\{.*\}\s*$", re.DOTALL)
_STEP_COMMENT = re.compile(r"^\s*step\s*:\s*(\{.*\})\s*$", re.DOTALL)
_DURATION = re.compile(r"(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+(?:\.\d+)?)s?)?")
_MAX_LENGTH = 20_000
NO_ANNOTATION = Annotation()


class NotThisValueError(ValueError):
    """A known key with a value that it cannot have."""


def of_fence(info: str) -> Annotation:
    """The braces after a fence's language; without any, or when they cannot be read, nothing is added."""
    braces = _BRACES.search(info)
    if not braces or len(info) > _MAX_LENGTH:
        return NO_ANNOTATION
    pairs = _pairs(braces[0].strip())
    return NO_ANNOTATION if not pairs else _annotation(pairs)


def of_comment(comment: str) -> Annotation | None:
    """The annotation of an HTML comment, or None for a comment that is none."""
    found = _STEP_COMMENT.match(comment)
    if not found or len(comment) > _MAX_LENGTH:
        return None
    pairs = _pairs(found[1])
    return NO_ANNOTATION if not pairs else _annotation(pairs)


def _pairs(braces: str) -> Mapping[str, Any]:
    """JSON, or `key=value` words; under the empty key what is neither."""
    try:
        decoded = json.loads(braces)
    except (ValueError, RecursionError):
        return _words(braces[1:-1])
    return decoded if isinstance(decoded, dict) else {"": braces}


def _words(inside: str) -> Mapping[str, Any]:
    """`.bash` and `#id`, which other tools put there, add nothing."""
    try:
        words = shlex.split(inside.replace(",", " "))
    except ValueError:
        return {"": inside}
    pairs: dict[str, Any] = {}
    for word in words:
        key, has_value, value = word.partition("=")
        if has_value and key:
            pairs[key] = value
        elif not word.startswith((".", "#")):
            pairs[""] = inside
    return pairs


def _annotation(pairs: Mapping[str, Any]) -> Annotation:
    known: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for key, value in pairs.items():
        name, read = _KEYS.get(key, ("", _text))
        try:
            if name:
                known[name] = read(value)
            else:
                unknown[key] = value
        except NotThisValueError:
            unknown[key] = value
    if unknown:
        known["unknown"] = MappingProxyType(unknown)
    return Annotation(**known)


def _text(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise NotThisValueError


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in {"true", "false", "yes", "no"}:
        return value.casefold() in {"true", "yes"}
    raise NotThisValueError


def _count(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000:
        return value
    raise NotThisValueError


def _duration(value: Any) -> timedelta:
    """`90`, `"90s"`, `"2m"`, `"1h30m"`."""
    text = f"{value}".strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    found = _DURATION.fullmatch(text) if 0 < len(text) < 20 else None
    if not found or not any(found.groups()):
        raise NotThisValueError
    duration = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0), seconds=float(found[3] or 0))
    if not timedelta() < duration <= timedelta(days=7):
        raise NotThisValueError
    return duration


def _threshold(value: Any) -> Any:
    threshold = parse_threshold(value) if isinstance(value, str) else None
    if threshold is None:
        raise NotThisValueError
    return threshold


def _pattern(value: Any) -> str:
    text = _text(value)
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise NotThisValueError from error
    return text


def _names(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(_text(entry) for entry in values)


def _table(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise NotThisValueError
    return MappingProxyType({str(key): _text(entry) for key, entry in value.items()})


def _confirm(value: Any) -> str:
    if value in {"none", "enter", "yes", "typed"}:
        return str(value)
    raise NotThisValueError


def _link(value: Any) -> str:
    text = _text(value)
    if text.startswith(("https://", "http://")):
        return text
    raise NotThisValueError


_KEYS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", _text),
    "confirm": ("confirm", _confirm),
    "timeout": ("timeout", _duration),
    "retries": ("retries", _count),
    "undo": ("undo", _text),
    "verify": ("verify", _threshold),
    "expect": ("expect", _pattern),
    "env": ("environments", _names),
    "interactive": ("is_interactive", _flag),
    "background": ("is_background", _flag),
    "pty": ("uses_pty", _flag),
    "cwd": ("cwd", _text),
    "choices": ("choices", _table),
    "link": ("link", _link),
    "killer": ("is_killer", _flag),
}

KNOWN_KEYS = tuple(_KEYS)


def merged(first: Annotation, second: Annotation) -> Annotation:
    """Both together; where both say something, the second."""
    said = {
        entry.name: getattr(second, entry.name)
        for entry in fields(Annotation)
        if getattr(second, entry.name) != getattr(NO_ANNOTATION, entry.name)
    }
    kept = {entry.name: getattr(first, entry.name) for entry in fields(Annotation)}
    if first.unknown and second.unknown:
        said["unknown"] = MappingProxyType({**first.unknown, **second.unknown})
    return Annotation(**{**kept, **said})
