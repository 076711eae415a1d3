"""The arithmetic of error budgets: the SRE Workbook's figures, and what holds for any record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventa_cockpit.domain.objective import Objective, Weighting
from eventa_cockpit.domain.slo import (
    DAY,
    HOUR,
    MINUTE,
    RULES,
    WINDOWS,
    Budget,
    Burn,
    ObjectiveStatus,
    Record,
    Slice,
    SloReport,
    SloState,
    budget_of,
    burn_of,
    state_of,
    status_of,
    time_to_empty,
)

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MONTH = 30 * DAY
GOAL = Objective("availability", 0.999)


def record(
    bad: dict[int, float] | None = None, *, minutes: int = 30 * 1440, requests: float = 600.0, minimum: float = 100.0
) -> Record:
    """A month of minutes with so many requests each; `bad` gives the bad share by age in minutes."""
    shares = bad or {}
    slices = [
        Slice(NOW - age * MINUTE, MINUTE, requests * shares.get(age, 0.0), requests)
        for age in range(minutes - 1, -1, -1)
    ]
    return Record(slices, minimum=minimum)


def outage(minutes: int, share: float = 1.0) -> dict[int, float]:
    """Bad for so long until now."""
    return dict.fromkeys(range(minutes), share)


def minutes_of(span: timedelta) -> float:
    return span / MINUTE


@pytest.mark.parametrize(("days", "minutes"), [(28, 40.32), (30, 43.2), (31, 44.64)])
def test_three_nines_of_a_month_are_as_many_minutes_as_it_has_days(days: int, minutes: float) -> None:
    assert minutes_of(budget_of(0.999, days * DAY)) == pytest.approx(minutes)


def test_the_thresholds_are_the_workbooks_and_scale_with_the_window() -> None:
    assert [rule.threshold(MONTH) for rule in RULES] == pytest.approx([14.4, 6, 3, 1])
    assert [rule.threshold(28 * DAY) for rule in RULES] == pytest.approx([13.44, 5.6, 2.8, 28 / 30])
    assert [rule.threshold(7 * DAY) for rule in RULES] == pytest.approx([3.36, 1.4, 0.7, 7 / 30])


def test_a_total_outage_empties_the_budget_at_minute_43_before_the_executives_hear_of_it() -> None:
    before, after = (status_of(GOAL, record(outage(minutes)), NOW).budget for minutes in (43, 44))
    assert before is not None
    assert after is not None
    assert 0 < before.remaining < 0.01
    assert after.left < timedelta()


def test_under_a_minute_of_total_outage_exceeds_the_fastest_threshold() -> None:
    fastest = RULES[0].threshold(MONTH)
    assert burn_of(51.7 / 3600, GOAL.target) < fastest < burn_of(51.9 / 3600, GOAL.target)
    assert status_of(GOAL, record(outage(1)), NOW).state is SloState.PAGE


def test_a_budget_that_is_left_empties_in_what_the_last_hour_says() -> None:
    # The header's own example: 61 % left, 22 times as fast as allowed.
    span = time_to_empty(0.61, MONTH, 22)
    assert span is not None
    assert timedelta(hours=19, minutes=57) < span < timedelta(hours=19, minutes=59)
    assert time_to_empty(0.61, MONTH, 0) is None
    assert time_to_empty(0.61, MONTH, None) is None
    assert time_to_empty(-0.1, MONTH, 22) == timedelta()


def test_an_outage_that_is_over_pages_no_more_while_its_hour_still_burns() -> None:
    over = dict.fromkeys(range(10, 20), 1.0)
    status = status_of(GOAL, record(over), NOW)
    assert (status.burn(HOUR) or 0) > 14.4
    assert status.burn(5 * MINUTE) == 0
    assert status.state is SloState.PAGE  # six hours and thirty minutes burn on
    assert status_of(GOAL, record(dict.fromkeys(range(40, 50), 1.0)), NOW).state is not SloState.PAGE


def test_a_slow_burn_is_a_ticket() -> None:
    assert status_of(GOAL, record(outage(4 * 1440, 0.0015)), NOW).state is SloState.TICKET
    assert status_of(GOAL, record(outage(4 * 1440, 0.0009)), NOW).state is SloState.NONE


def test_a_spike_of_sales_burns_a_budget_of_requests_faster_than_one_of_minutes() -> None:
    slices = [*record().slices[:-10], *(Slice(NOW - age * MINUTE, MINUTE, 3000, 30_000) for age in range(9, -1, -1))]
    status = status_of(GOAL, Record(slices), NOW)
    burn = next(burn for burn in status.burns if burn.window == HOUR)
    assert burn.minutes == pytest.approx(10 * 0.1 / 60 / 0.001)
    assert burn.requests == pytest.approx(30_000 / (50 * 600 + 300_000) / 0.001)
    by_requests, by_minutes = status.budgets
    assert by_requests.spent > by_minutes.spent


def test_a_latency_objective_can_burn_twenty_times_at_most() -> None:
    late = Objective("latency", 0.95, is_latency=True)
    status = status_of(late, record(outage(90)), NOW)
    assert status.burn(HOUR) == pytest.approx(20)
    assert status.state is SloState.PAGE


@pytest.mark.parametrize(
    "measured",
    [
        Record(),
        record(requests=0.0),
        record(requests=0.5, minutes=60),
        record(minutes=2),
    ],
    ids=["nothing", "no traffic", "too little traffic", "two minutes of an hour"],
)
def test_too_little_is_insufficient_data_and_never_a_full_budget(measured: Record) -> None:
    status = status_of(GOAL, measured, NOW)
    assert status.state is SloState.INSUFFICIENT
    assert status.budget is None
    assert status.empty_in is None


def test_a_quiet_night_keeps_its_budget_but_its_last_minutes_say_nothing() -> None:
    slices = [*record().slices[:-10], *(Slice(NOW - age * MINUTE, MINUTE, 1, 2) for age in range(9, -1, -1))]
    status = status_of(GOAL, Record(slices), NOW)
    assert status.burn(5 * MINUTE) is None
    assert status.budget is not None
    assert status.state is SloState.NONE  # each rule's long window is below its threshold


def test_a_rule_is_decided_by_the_window_that_is_below_it() -> None:
    def burns(**rates: float | None) -> list[Burn]:
        names = dict(zip(("m5", "m30", "h1", "h2", "h6", "d1", "d3"), WINDOWS, strict=True))
        return [Burn(names[name], rate, rate) for name, rate in rates.items()]

    quiet = {"m5": 0.0, "m30": 0.0, "h2": 0.0, "h6": 0.0}
    assert state_of(burns(**quiet), Weighting.REQUESTS, MONTH) is SloState.NONE
    unknown = {**quiet, "m5": None, "h1": 20.0}
    assert state_of(burns(**unknown), Weighting.REQUESTS, MONTH) is SloState.INSUFFICIENT
    paging = {**quiet, "m5": 20.0, "h1": 20.0, "m30": None}
    assert state_of(burns(**paging), Weighting.REQUESTS, MONTH) is SloState.PAGE


def test_shares_without_counts_are_weighted_by_minutes_only() -> None:
    slices = [Slice(NOW - age * MINUTE, MINUTE, 0.001, 1.0) for age in range(30 * 1440 - 1, -1, -1)]
    status = status_of(GOAL, Record(slices, counts_requests=False), NOW)
    assert status.weighting is Weighting.MINUTES
    assert [budget.weighting for budget in status.budgets] == [Weighting.MINUTES]
    assert status.burn(HOUR) == pytest.approx(1.0)


def test_the_objective_to_look_at_first_is_the_gravest_then_the_emptiest() -> None:
    def status(name: str, state: SloState, spent: float) -> ObjectiveStatus:
        budget = Budget(Weighting.REQUESTS, timedelta(minutes=43), spent)
        return ObjectiveStatus(name, 0.999, MONTH, Weighting.REQUESTS, state, (budget,))

    calm, empty, paging = (
        status("a", SloState.NONE, 0.1),
        status("b", SloState.NONE, 0.9),
        status("c", SloState.PAGE, 0),
    )
    assert SloReport((calm, empty, paging)).worst == paging
    assert SloReport((calm, empty)).worst == empty
    assert SloReport().worst is None


counts = st.tuples(st.floats(0, 1), st.floats(0, 1000), st.integers(1, 6)).map(
    lambda drawn: (drawn[0] * drawn[1], drawn[1], drawn[2])
)
"""Bad, total, and minutes of a slice."""
targets = st.floats(0.5, 0.9999)


def laid_out(drawn: list[tuple[float, float, int]]) -> list[Slice]:
    """Slices one after another until now."""
    end, found = NOW, []
    for bad, total, minutes in reversed(drawn):
        found.append(Slice(end, minutes * MINUTE, bad, total))
        end -= minutes * MINUTE
    return found[::-1]


@given(st.lists(counts, max_size=60), st.integers(0, 200), st.integers(0, 200))
def test_two_windows_side_by_side_are_the_window_over_both(
    drawn: list[tuple[float, float, int]], first: int, second: int
) -> None:
    found = Record(laid_out(drawn))
    middle = NOW - first * MINUTE / 3
    start = middle - second * MINUTE / 3
    left, right, whole = found.tally(start, middle), found.tally(middle, NOW), found.tally(start, NOW)
    assert left.bad + right.bad == pytest.approx(whole.bad, abs=1e-6)
    assert left.total + right.total == pytest.approx(whole.total, abs=1e-6)
    assert abs(left.covered + right.covered - whole.covered) < timedelta(milliseconds=1)
    assert abs(left.bad_time + right.bad_time - whole.bad_time) < timedelta(milliseconds=1)


@settings(deadline=None)
@given(st.lists(counts, max_size=60), targets, st.sampled_from(Weighting))
def test_no_record_gives_more_than_the_whole_budget_or_burns_faster_than_everything_bad(
    drawn: list[tuple[float, float, int]], target: float, weighting: Weighting
) -> None:
    goal = Objective("any", target, window=HOUR, weighting=weighting)
    status = status_of(goal, Record(laid_out(drawn), minimum=1), NOW)
    for budget in status.budgets:
        assert 0 <= budget.spent <= 1 / (1 - target) * (1 + 1e-9)
        assert budget.left <= budget.total
    for burn in status.burns:
        for rate in (burn.requests, burn.minutes):
            assert rate is None or 0 <= rate <= 1 / (1 - target) * (1 + 1e-9)


@settings(deadline=None)
@given(st.lists(counts, min_size=1, max_size=60), targets, st.sampled_from(Weighting))
def test_another_error_never_gives_budget_back(
    drawn: list[tuple[float, float, int]], target: float, weighting: Weighting
) -> None:
    goal = Objective("any", target, window=HOUR, weighting=weighting)
    worse = [*drawn[:-1], (drawn[-1][1], drawn[-1][1], drawn[-1][2])]
    one, other = (status_of(goal, Record(laid_out(each), minimum=1), NOW).budget for each in (drawn, worse))
    assert (one is None) is (other is None)
    if one is not None and other is not None:
        assert other.spent >= one.spent - 1e-9


@settings(deadline=None)
@given(share=st.floats(0, 1), target=targets)
def test_even_traffic_and_even_errors_are_the_same_by_requests_and_by_minutes(share: float, target: float) -> None:
    slices = [Slice(NOW - age * MINUTE, MINUTE, 100 * share, 100) for age in range(59, -1, -1)]
    status = status_of(Objective("any", target, window=HOUR), Record(slices), NOW)
    by_requests, by_minutes = status.budgets
    assert by_requests.spent == pytest.approx(by_minutes.spent, rel=1e-5, abs=1e-4)
    assert by_requests.spent == pytest.approx(burn_of(share, target), rel=1e-5, abs=1e-4)


@given(remaining=st.floats(0.01, 1), burn=st.floats(0.02, 1000))
def test_what_burns_twice_as_fast_is_empty_in_half_the_time(remaining: float, burn: float) -> None:
    slow, fast = time_to_empty(remaining, MONTH, burn), time_to_empty(remaining, MONTH, 2 * burn)
    assert slow is not None
    assert fast is not None
    assert fast / slow == pytest.approx(0.5, rel=1e-3)
