"""Any value that a feed of the board can hold, made from its type alone."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType, NoneType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from eventa_cockpit.domain.values import VALUE_TYPES, value_type
from eventa_cockpit.integrations.distrust import harmless

KEYS = [f"{key}any" if key.endswith(":") else key for key in VALUE_TYPES]

ODD_TEXTS = ["決済失敗率が高い", "a\x1b[2Jb", "two\nlines", "‮evil", "https://example.test/x?y=z"]
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.one_of(st.text(max_size=12), st.sampled_from(ODD_TEXTS)),
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    NoneType: st.none(),
    datetime: st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    timedelta: st.timedeltas(timedelta(days=-1000), timedelta(days=1000)),
}


def any_value(key: str) -> st.SearchStrategy[Any]:
    kind = value_type(key)
    assert kind is not None
    return anything(kind).map(harmless)


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any instance of a type that a value may be made of; another type is against the rules."""
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) is tuple and get_args(kind)[1:] == (...,):
        return st.lists(st.deferred(lambda: anything(get_args(kind)[0])), max_size=3).map(tuple)
    if get_origin(kind) is tuple:
        return st.tuples(*map(anything, get_args(kind)))
    if get_origin(kind) is Mapping:
        keys, values = st.text(string.ascii_letters, max_size=8), anything(get_args(kind)[1])
        return st.dictionaries(keys, values, max_size=3).map(MappingProxyType)
    if get_args(kind):
        return st.one_of(*map(anything, get_args(kind)))
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert dataclasses.is_dataclass(kind), f"{kind} is not one of the plain types that a value may be made of"
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: anything(hints[field.name]) for field in dataclasses.fields(kind)})
