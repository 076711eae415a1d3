"""A value that came from outside our own integrations (another cockpit, a plug-in), made as harmless as theirs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from eventa_cockpit.cleaning import clean
from eventa_cockpit.integrations.decoding import utc, web_link

T = TypeVar("T")


def harmless(value: T) -> T:
    """The same value with every text cleaned, every link a web link and every moment in UTC; the same object if it
    was all that already. Raises ValueError for a number that is none."""
    return _harmless(value)  # type: ignore[no-any-return]


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return value if type(value) is not str else clean(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("not a finite number")
        return value
    if isinstance(value, datetime):
        return value if value.tzinfo is UTC else utc(value)
    if isinstance(value, tuple):
        parts = tuple(_harmless(part) for part in value)
        return value if _are_same(parts, value) else parts
    if isinstance(value, Mapping):
        return MappingProxyType({_harmless(key): _harmless(entry) for key, entry in value.items()})
    if dataclasses.is_dataclass(value):
        return _harmless_record(value)
    return value


def _harmless_record(value: Any) -> Any:
    kind: Any = type(value)
    names = _fields(kind)
    old = [getattr(value, name) for name in names]
    new = [
        web_link(part) if isinstance(part, str) and _is_link(name) else _harmless(part)
        for name, part in zip(names, old, strict=True)
    ]
    if _are_same(new, old):
        return value
    return kind(**dict(zip(names, new, strict=True)))


def _is_link(name: str) -> bool:
    return name == "link" or name.endswith(("_link", "_url"))


def _are_same(new: Any, old: Any) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))
