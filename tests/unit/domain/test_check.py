"""Conditions on live data: known, fresh and measured afterwards, or not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.domain.alert import AlertList
from eventa_cockpit.domain.board import ALERTS, DATABASE, ERRORS, METRICS, Board, Failure, FailureKind, Feed
from eventa_cockpit.domain.check import PATIENCE, judge_check
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.error_report import ErrorReport
from eventa_cockpit.domain.expectation import Judgement, Outcome
from eventa_cockpit.domain.metric import MetricReadings
from eventa_cockpit.domain.reading import Point, Reading
from eventa_cockpit.domain.runbook import Threshold
from eventa_cockpit.runbook.thresholds import parse_threshold

ENDED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FRESH = timedelta(seconds=45)


def database(value: float, at: datetime, metric: str = "ReadLatency", unit: str = "s") -> Feed[DatabaseReadings]:
    reading = Reading(metric, unit, (Point(at - MINUTE, 99.0), Point(at, value)))
    return Feed(DATABASE, FRESH, DatabaseReadings("db", (reading,)), at=at)


def board(*feeds: Feed[object]) -> Board:
    made = Board()
    for feed in feeds:
        made = made.with_feed(feed)
    return made


def threshold(text: str) -> Threshold:
    found = parse_threshold(text)
    assert found is not None
    return found


def outcome(text: str, feed: Feed[object], now: datetime | None = None) -> str | None:
    assert feed.at is not None
    judgement = judge_check(threshold(text), board(feed), ENDED, now or feed.at)
    return None if judgement is None else judgement.outcome


def test_a_check_that_holds_after_the_run_is_met() -> None:
    judgement = judge_check(
        threshold("read_latency < 0.1"), board(database(0.04, ENDED + MINUTE)), ENDED, ENDED + MINUTE
    )
    assert judgement == Judgement("check", Outcome.MET, "read_latency < 0.1", "0.04 s")


def test_what_was_measured_before_the_end_of_the_run_says_nothing() -> None:
    assert outcome("ReadLatency < 0.1", database(0.04, ENDED - MINUTE), ENDED) is None


def test_stale_data_says_nothing() -> None:
    fresh = database(0.04, ENDED + MINUTE)
    assert outcome("ReadLatency < 0.1", fresh, ENDED + 5 * MINUTE) is None
    failed = replace(fresh, failure=Failure(FailureKind.TIMEOUT, "", ENDED + MINUTE))
    assert outcome("ReadLatency < 0.1", failed) is None


@pytest.mark.parametrize("text", ["payment_failure_rate < 5%", "ReadLatency < 5%", "ReadLatency < 5 MB"])
def test_a_quantity_or_unit_that_the_board_does_not_know_says_nothing(text: str) -> None:
    assert outcome(text, database(0.04, ENDED + 60 * MINUTE)) is None


def test_metrics_get_time_to_follow_before_a_check_has_failed() -> None:
    assert outcome("ReadLatency < 0.1", database(0.5, ENDED + MINUTE)) is None
    assert outcome("ReadLatency < 0.1", database(0.5, ENDED + PATIENCE)) == Outcome.FAILED
    assert outcome("ReadLatency < 0.1", database(0.04, ENDED + PATIENCE)) == Outcome.MET


@pytest.mark.parametrize(
    ("text", "value", "unit", "expected"),
    [
        ("Read Latency < 100ms", 0.04, "s", Outcome.MET),
        ("read.latency < 30ms", 0.04, "s", Outcome.FAILED),
        ("readlatency >= 1 GiB", 2.0**31, "By", Outcome.MET),
        ("ReadLatency > 1GB", 0.5e9, "By", Outcome.FAILED),
        ("ReadLatency == 3 件", 3, "1", Outcome.MET),
        ("ReadLatency != 3", 3, "1", Outcome.FAILED),
        ("ReadLatency <= 80%", 80, "%", Outcome.MET),
    ],
)
def test_names_are_compared_without_case_and_separators_and_values_in_the_checks_unit(
    text: str, value: float, unit: str, expected: Outcome
) -> None:
    assert outcome(text, database(value, ENDED + PATIENCE, unit=unit)) == expected


def test_errors_are_counted_over_a_window_that_has_to_pass_first() -> None:
    window = timedelta(minutes=15)
    feed = Feed(ERRORS, FRESH, ErrorReport("web", window, count=40, previous_count=1), at=ENDED + PATIENCE)
    assert outcome("error_count < 10", feed) is None
    assert outcome("error_count < 10", replace(feed, at=ENDED + PATIENCE + window)) == Outcome.FAILED
    assert outcome("error_count < 50", feed) == Outcome.MET


def test_alerts_of_which_a_part_is_missing_are_not_counted() -> None:
    feed = Feed(ALERTS, FRESH, AlertList(), at=ENDED + MINUTE)
    assert outcome("firing_alerts == 0", feed) == Outcome.MET
    assert outcome("firing_alerts == 0", replace(feed, value=AlertList(unreachable=("one",)))) is None


@given(
    value=st.floats(0, 1e12),
    bound=st.floats(0, 1e12),
    operator=st.sampled_from(["<", "<=", ">", ">=", "==", "!=", "~"]),
    unit=st.sampled_from(["", "s", "ms", "%", "?", "GB"]),
    measured=st.timedeltas(-PATIENCE, 3 * PATIENCE),
    age=st.timedeltas(-FRESH, 3 * FRESH),
)
def test_an_answer_only_comes_from_fresh_data_of_afterwards(
    value: float, bound: float, operator: str, unit: str, measured: timedelta, age: timedelta
) -> None:
    feed = database(value, ENDED + measured)
    judgement = judge_check(Threshold("ReadLatency", operator, bound, unit), board(feed), ENDED, ENDED + measured + age)
    if judgement is not None:
        assert measured >= timedelta()
        assert age <= FRESH


def metrics(value: float, at: datetime, **more: Any) -> Feed[MetricReadings]:
    reading = Reading("payment_failure_rate", "%", (Point(at, value),), title="決済失敗率", **more)
    return Feed(METRICS, FRESH, MetricReadings((reading,)), at=at)


@pytest.mark.parametrize("name", ["payment_failure_rate", "Payment failure rate", "決済失敗率"])
def test_a_metric_of_the_team_is_named_by_its_name_or_title(name: str) -> None:
    assert outcome(f"{name} < 5%", metrics(1.2, ENDED + MINUTE)) == Outcome.MET


def test_a_metric_whose_target_is_gone_settles_nothing() -> None:
    dead = metrics(0.0, ENDED + MINUTE, problem="Nothing gives samples for it any more.")
    assert outcome("payment_failure_rate < 5%", dead) is None


def test_a_metric_over_a_long_window_has_as_much_longer_to_come_true() -> None:
    late = ENDED + PATIENCE + MINUTE
    assert outcome("payment_failure_rate < 5%", metrics(9, late)) == Outcome.FAILED
    assert outcome("payment_failure_rate < 5%", metrics(9, late, window=30 * MINUTE)) is None
