"""Windows of the calendar: months of any length, weeks, and the zone whose days count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.domain.objective import Calendar, Objective

TOKYO = ZoneInfo("Asia/Tokyo")
SECOND = timedelta(seconds=1)
MONTHLY = Calendar(datetime(2024, 1, 1, tzinfo=TOKYO), months=1)


def test_a_month_begins_at_midnight_of_its_own_zone() -> None:
    start, end = MONTHLY.period(datetime(2026, 11, 30, 15, 30, tzinfo=UTC))
    assert (start, end) == (datetime(2026, 12, 1, tzinfo=TOKYO), datetime(2027, 1, 1, tzinfo=TOKYO))


@pytest.mark.parametrize(("month", "days"), [(2, 28), (4, 30), (12, 31)])
def test_a_budget_is_as_long_as_its_month(month: int, days: int) -> None:
    goal = Objective("availability", 0.999, calendar=MONTHLY)
    start, end = goal.span(datetime(2026, month, 15, tzinfo=TOKYO))
    assert end - start == timedelta(days=days)


def test_a_quarter_that_begins_on_the_last_of_a_month_begins_on_the_last_of_a_shorter_one() -> None:
    quarterly = Calendar(datetime(2025, 8, 31, tzinfo=UTC), months=3)
    assert quarterly.period(datetime(2025, 12, 24, tzinfo=UTC)) == (
        datetime(2025, 11, 30, tzinfo=UTC),
        datetime(2026, 2, 28, tzinfo=UTC),
    )


moments = st.integers(0, 86_400 * 365 * 100).map(lambda seconds: datetime(1999, 1, 1, tzinfo=UTC) + seconds * SECOND)


@given(
    now=moments,
    anchor=moments,
    months=st.integers(0, 12),
    days=st.integers(1, 90),
)
def test_every_moment_lies_within_its_period(now: datetime, anchor: datetime, months: int, days: int) -> None:
    start, end = Calendar(anchor, months, timedelta(days=days)).period(now)
    assert start <= now < end
