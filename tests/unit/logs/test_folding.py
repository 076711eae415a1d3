"""Lines that say the same are one row, whatever numbers and ids stand in them."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventa_cockpit.domain.log_folding import GAP, folded, pattern_of
from eventa_cockpit.domain.log_stream import LogLevel, LogLine

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)

WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=7).filter(lambda word: not set(word) <= set("abcdef"))
HEX = "0123456789abcdef"
VARIABLE = {
    "number": st.integers(0, 10**12).map(str),
    "milliseconds": st.integers(0, 10**9).map("{}ms".format),
    "decimal": st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda pair: f"{pair[0]}.{pair[1]}"),
    "uuid": st.uuids().map(str),
    "address": st.ip_addresses(v=4).map(str),
    "address with port": st.tuples(st.ip_addresses(v=4), st.integers(1, 65535)).map(
        lambda pair: f"{pair[0]}:{pair[1]}"
    ),
    "pointer": st.integers(0, 2**64).map(hex),
    "trace": st.text(HEX, min_size=32, max_size=32).filter(lambda text: not text.isalpha() and not text.isdecimal()),
    "moment": st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.isoformat(timespec="milliseconds")
    ),
    "payment": st.text(string.ascii_letters + string.digits, min_size=24, max_size=24)
    .filter(lambda text: not text.isalpha() and not text.isdecimal())
    .map("pi_{}".format),
}
"""Kinds of things that differ from one line to the next of the same kind."""


@st.composite
def twins(draw: st.DrawFn) -> tuple[str, str]:
    """Two lines that a program may print one after the other."""
    kinds = draw(st.lists(st.sampled_from(sorted(VARIABLE)), min_size=1, max_size=5))
    words = draw(st.lists(WORDS, min_size=len(kinds), max_size=len(kinds)))
    one, other = ([draw(VARIABLE[kind]) for kind in kinds] for _time in range(2))
    return tuple(" ".join(f"{word} {part}" for word, part in zip(words, parts, strict=True)) for parts in (one, other))  # type: ignore[return-value]


@given(twins())
def test_lines_that_differ_only_in_what_varies_have_one_pattern(pair: tuple[str, str]) -> None:
    one, other = pair
    assert pattern_of(one) == pattern_of(other)


@given(st.lists(WORDS, min_size=1, max_size=6), st.lists(WORDS, min_size=1, max_size=6))
def test_lines_of_different_words_have_different_patterns(one: list[str], other: list[str]) -> None:
    assert (pattern_of(" ".join(one)) == pattern_of(" ".join(other))) is (one == other)


@given(st.text(max_size=300))
@example("status=500status=500 1status=404")
@example("-abcdef12-x2z4q-abcdef12-x2z4q")
def test_a_pattern_is_its_own_pattern(text: str) -> None:
    assert pattern_of(pattern_of(text)) == pattern_of(text)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ('10.0.0.1 "GET /events/48213 HTTP/1.1" 500 12', '# "GET /events/# HTTP/1.1" 500 #'),
        ("status=503 ms=8000", "status=503 ms=#"),
        ('{"status": 404, "n": 404}', '{"status": 404, "n": #}'),
        ("pod eventa-api-7d9f8c6b5-x2z4q died", "pod eventa-api-# died"),
        ("upgrade to utf8", "upgrade to utf#"),
        ("fe80::1:2ff sent 1,204 bytes at 12:30:45", "# sent # bytes at #"),
    ],
)
def test_what_varies_is_taken_out_and_a_status_is_not(text: str, pattern: str) -> None:
    assert pattern_of(text) == pattern


def lines_of(ages: list[tuple[int, int]]) -> list[LogLine]:
    """`(seconds ago, number of the pattern)`, in the order of their time."""
    return [
        LogLine(NOW - timedelta(seconds=age), f"{kind}", LogLevel.INFO, "api", f"pattern {kind}")
        for age, kind in sorted(ages, reverse=True)
    ]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 4))))
def test_folding_loses_no_line_and_adds_none(ages: list[tuple[int, int]]) -> None:
    lines = lines_of(ages)
    groups = folded(lines)
    assert sum(group.count for group in groups) == len(lines)
    assert {group.newest.pattern for group in groups} == {line.pattern for line in lines}
    assert list(groups) == sorted(groups, key=lambda group: group.newest.at, reverse=True)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 4))))
def test_a_pattern_begins_anew_only_after_a_silence(ages: list[tuple[int, int]]) -> None:
    groups = folded(lines_of(ages))
    for pattern in {group.newest.pattern for group in groups}:
        same = [group for group in groups if group.newest.pattern == pattern]
        for newer, older in pairwise(same):
            assert newer.first_at - older.newest.at > GAP


def test_another_level_or_writer_is_another_row() -> None:
    lines = [
        LogLine(NOW, "x", LogLevel.INFO, "api", "x"),
        LogLine(NOW, "x", LogLevel.ERROR, "api", "x"),
        LogLine(NOW, "x", LogLevel.INFO, "worker", "x"),
    ]
    assert len(folded(lines)) == 3
