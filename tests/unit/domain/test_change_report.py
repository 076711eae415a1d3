"""Changes against the first alert: which are suspicious, and in what order they are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.change import Change, ChangeKind
from eventa_cockpit.domain.change_report import change_report, changes_by_team, first_alert
from eventa_cockpit.domain.event import Event, Fact, NoteAdded, StepFinished, StepStarted

NOW = datetime(2026, 11, 23, 18, 21, tzinfo=UTC)
ALERT = NOW - timedelta(minutes=17)


def change(minutes: float, title: str = "", kind: ChangeKind = ChangeKind.DEPLOYMENT) -> Change:
    """So many minutes before the first alert; negative after it."""
    return Change(ALERT - timedelta(minutes=minutes), kind, title or f"{minutes:g}", "Kubernetes")


def alerts(*ages: float, state: AlertState = AlertState.FIRING) -> AlertList:
    return AlertList(
        tuple(Alert(str(age), "X", Severity.CRITICAL, state, NOW - timedelta(minutes=age)) for age in ages)
    )


def test_the_closest_before_the_first_alert_comes_first_and_then_the_newest() -> None:
    found = change_report([change(200), change(23), change(6), change(-3), change(61)], ALERT, NOW)
    assert [each.title for each in found.suspects] == ["6", "23"]
    assert [each.title for each in found.others] == ["-3", "61", "200"]
    assert found.reach == timedelta(minutes=23)


@pytest.mark.parametrize(
    ("minutes", "is_suspect"), [(60, True), (60.5, False), (0, True), (-0.5, True), (-1.5, False), (-10, False)]
)
def test_suspicious_is_what_came_within_the_hour_before_or_at_the_same_time(minutes: float, is_suspect: bool) -> None:
    assert bool(change_report([change(minutes)], ALERT, NOW).suspects) is is_suspect


def test_nothing_is_suspicious_while_nothing_is_wrong() -> None:
    found = change_report([change(6), change(23)], None, NOW)
    assert found.suspects == ()
    assert [each.title for each in found.others] == ["6", "23"]
    assert found.reach == timedelta()


def test_what_was_changed_more_than_a_day_before_is_left_out() -> None:
    assert change_report([change(24 * 60 + 1)], ALERT, NOW).changes == ()
    assert change_report([change(24 * 60 - 10)], None, NOW).changes == ()


@pytest.mark.parametrize(
    ("ages", "began", "first"),
    [
        ([17], None, 17),
        ([17, 20, 45], None, 45),
        ([17, 20, 60 * 24 * 3], None, 20),
        ([17], 25, 25),
        ([17, 40], 25, 40),
        ([17], 5, 17),
        ([], 25, 25),
        ([], None, None),
    ],
)
def test_the_first_alert_is_that_of_this_outage(ages: list[float], began: float | None, first: float | None) -> None:
    found = first_alert(alerts(*ages), NOW - timedelta(minutes=began) if began is not None else None)
    assert found == (NOW - timedelta(minutes=first) if first is not None else None)


def test_a_silenced_alert_begins_no_outage() -> None:
    assert first_alert(alerts(17, state=AlertState.SILENCED)) is None
    assert first_alert(None) is None


def event(number: int, fact: Fact) -> Event:
    return Event("INC-1", "s", number, number, 1, "kudo", NOW, "b", timedelta(), fact)


def started(run_id: str, risk: str) -> StepStarted:
    return StepStarted("book", "mitigate.1", run_id, "x", risk=risk, title=f"Do {run_id}")


def test_the_teams_own_steps_are_changes_unless_they_only_read_or_never_ran() -> None:
    timeline = [
        event(1, started("a", "read")),
        event(2, started("b", "change")),
        event(3, started("c", "destructive")),
        event(4, StepFinished("book", "mitigate.1", "c", "failed", has_started=False)),
        event(5, StepFinished("book", "mitigate.1", "b", "failed", exit_code=1)),
        event(6, NoteAdded("x")),
    ]
    assert changes_by_team(timeline) == (Change(NOW, ChangeKind.STEP, "Do b", "eventa-cockpit", "kudo"),)


moments = st.integers(-60 * 30, 60 * 30).map(lambda minutes: NOW + timedelta(minutes=minutes / 2))
many = st.lists(st.builds(Change, moments, st.sampled_from(ChangeKind), st.sampled_from("ab"), st.just("X")))


@given(many, st.none() | moments, st.randoms(use_true_random=False))
def test_whatever_the_order_each_change_of_the_window_is_told_once(
    many: list[Change], first: datetime | None, random: object
) -> None:
    found = change_report(many, first, NOW)
    shuffled = list(many)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert change_report(shuffled + many, first, NOW) == found
    assert len(found.changes) == len(set(found.changes))
    assert set(found.changes) <= set(many)
    assert not set(found.suspects) & set(found.others)


@given(many, moments)
def test_suspects_move_away_from_the_alert_and_reach_no_further_than_is_said(
    many: list[Change], first: datetime
) -> None:
    found = change_report(many, first, NOW)
    gaps = [first - each.at for each in found.suspects]
    assert gaps == sorted(gaps)
    assert all(gap <= found.reach for gap in gaps)
    assert found.reach <= timedelta(hours=1)


@given(many, moments, st.integers(-10_000, 10_000))
def test_another_day_makes_no_difference(many: list[Change], first: datetime, minutes: int) -> None:
    shift = timedelta(minutes=minutes)
    moved = [Change(each.at + shift, each.kind, each.title, each.vendor) for each in many]
    here, there = change_report(many, first, NOW), change_report(moved, first + shift, NOW + shift)
    assert [each.at + shift for each in here.changes] == [each.at for each in there.changes]
