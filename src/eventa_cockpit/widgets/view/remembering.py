"""Answers about large values, worked out once while the value stays the same object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def of_the_same(work: Callable[[T], R]) -> Callable[[T], R]:
    """Remembers the answer for the newest argument. Compared by identity: comparing ten thousand alerts costs more."""
    last: list[tuple[T, R]] = []

    @wraps(work)
    def answer(value: T) -> R:
        if not last or last[0][0] is not value:
            last[:] = [(value, work(value))]
        return last[0][1]

    return answer
