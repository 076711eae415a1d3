"""Retry-After and the vendors' rate limit headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.integrations.limits import LONGEST, retry_after, spent

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("1.5", 1.5),
        ("-5", 0),
        ("Mon, 23 Nov 2026 18:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 17:00:00 GMT", 0),
        ("Mon, 23 Nov 2026 18:00:30 -0000", 30),
        ("9999999999", LONGEST.total_seconds()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST.total_seconds()),
    ],
)
def test_seconds_and_dates_are_understood_and_bounded(value: str, seconds: float) -> None:
    assert retry_after(value, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", [None, "", "soon", "nan", "inf", "Mon, 99 Nov 2026 99:00:00 GMT", "1e999"])
def test_a_meaningless_value_is_none(value: str | None) -> None:
    assert retry_after(value, NOW) is None


@given(st.text(max_size=40))
def test_no_value_raises(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or timedelta() <= wait <= LONGEST


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-sentry-rate-limit-remaining": "0", "x-sentry-rate-limit-reset": str(int(NOW.timestamp()) + 9)}, 9),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "33"}, 33),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) - 9)}, 0),
    ],
)
def test_when_no_calls_are_left_the_reset_says_how_long(headers: dict[str, str], seconds: float) -> None:
    assert spent(headers, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ratelimit-remaining": "1", "ratelimit-reset": "33"},
        {"ratelimit-remaining": "0"},
        {"ratelimit-remaining": "0", "ratelimit-reset": "later"},
        {"ratelimit-reset": "33"},
    ],
)
def test_while_calls_are_left_or_nothing_is_said_there_is_no_wait(headers: dict[str, str]) -> None:
    assert spent(headers, NOW) is None
