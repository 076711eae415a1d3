"""The form of a value type: a short name for its fields, their order and their types, all the way down.

Two versions of the cockpit that give a type the same form mean the same bytes by it.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints


@cache
def form_of(kind: type[object]) -> str:
    """Sixteen hexadecimal digits that change with any field of the type or of a type in it."""
    text = "\n".join(_lines(kind, set()))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _lines(kind: Any, seen: set[Any]) -> Iterator[str]:
    for inner in get_args(kind):
        yield from _lines(inner, seen)
    if not isinstance(kind, type) or get_origin(kind) is not None or kind in seen:
        return
    if issubclass(kind, Enum):
        seen.add(kind)
        yield f"{kind.__name__} = {', '.join(str(member.value) for member in kind)}"
    elif dataclasses.is_dataclass(kind):
        seen.add(kind)
        hints = get_type_hints(kind)
        for entry in dataclasses.fields(kind):
            yield f"{kind.__name__}.{entry.name}: {_name(hints[entry.name])}"
            yield from _lines(hints[entry.name], seen)


def _name(kind: Any) -> str:
    arguments = get_args(kind)
    own = getattr(get_origin(kind) or kind, "__name__", str(kind))
    return f"{own}[{', '.join(_name(inner) for inner in arguments)}]" if arguments else own
