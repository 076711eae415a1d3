"""A prepared needle finds exactly what the plain search finds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventa_cockpit.runner.needle import SAMPLE, Needle

FILLER = bytes(random.Random(4).choices(b"abcdefgh \n", k=2 * SAMPLE))
WORDS = st.sampled_from([b"Zap", b"zAP", b"aa", b"aZa", b"Z", b"ZZ", "エラー".encode(), b"nowhere", b"a", b"gh \n"])


@settings(max_examples=150, deadline=None)
@given(
    word=WORDS,
    planted=st.lists(st.tuples(st.integers(0, 2 * SAMPLE), WORDS), max_size=6),
    cut=st.tuples(st.integers(0, 900), st.integers(0, 900)),
    ignore_case=st.booleans(),
)
def test_it_agrees_with_the_plain_search(
    word: bytes, planted: list[tuple[int, bytes]], cut: tuple[int, int], *, ignore_case: bool
) -> None:
    text = bytearray(FILLER)
    for place, other in planted:
        text[place : place + len(other)] = other
    start, end = cut[0], len(text) - cut[1]
    plain = text.lower() if ignore_case else text
    sought = word.lower() if ignore_case else word
    needle = Needle(word, ignore_case=ignore_case)

    assert needle.first(text, start, end) == plain.find(sought, start, end)
    assert needle.last(text, start, end) == plain.rfind(sought, start, end)
    assert needle.count(text, start, end) == plain.count(sought, start, end)


@pytest.mark.parametrize("text", [b"", b"Za", b"Zap", b"xxZap", b"Zapxx"])
def test_short_texts_are_searched_plainly(text: bytes) -> None:
    assert Needle(b"Zap").first(bytearray(text), 0, len(text)) == text.find(b"Zap")
