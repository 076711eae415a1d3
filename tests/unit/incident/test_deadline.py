"""Deadlines: the team's policy against an incident's clock, whatever the clock does."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.incident.events import BEGAN, Writing

from eventa_cockpit.domain.deadline import (
    WARNED_BEFORE,
    Deadline,
    DeadlineState,
    budget_deadline,
    policy_deadlines,
    upcoming,
    update_deadline,
)
from eventa_cockpit.domain.event import DeadlineActed, Fact, IncidentClosed, IncidentDeclared
from eventa_cockpit.domain.incident import Incident, fold
from eventa_cockpit.domain.response import Acknowledged, StatusUpdated
from eventa_cockpit.domain.runbook import EscalationRule

SECONDARY = EscalationRule(timedelta(minutes=15), "二次担当", "15 分以内に応答がなければ", "unacknowledged")
LEAD = EscalationRule(timedelta(minutes=30), "技術責任者", "30 分以内に解決しなければ", "unresolved")
EXECUTIVES = EscalationRule(timedelta(minutes=60), "経営陣", "停止が 60 分を超えたら", "outage")
POLICY = (LEAD, EXECUTIVES, SECONDARY)
DECLARED = IncidentDeclared("payments fail", "prod", began_at=BEGAN)


def incident(*more: Fact) -> Incident:
    writing = Writing()
    writing.by("sato", DECLARED, *more)
    return fold(writing.events)


def targets(deadlines: tuple[Deadline, ...]) -> list[str]:
    return [each.target for each in deadlines]


def test_the_policy_runs_from_when_it_began_to_hurt() -> None:
    deadlines = policy_deadlines(incident(), POLICY)
    assert targets(deadlines) == ["二次担当", "技術責任者", "経営陣"]
    assert [each.due - BEGAN for each in deadlines] == [SECONDARY.after, LEAD.after, EXECUTIVES.after]


def test_an_acknowledgement_stands_down_only_what_waited_for_it() -> None:
    deadlines = policy_deadlines(incident(Acknowledged()), POLICY)
    now = BEGAN + timedelta(minutes=16)
    assert [each.state(now) for each in deadlines] == [
        DeadlineState.STOOD_DOWN,
        DeadlineState.RUNNING,
        DeadlineState.RUNNING,
    ]
    assert deadlines[0].stood_down_by == "sato"


def test_a_closed_incident_has_no_deadline_left() -> None:
    deadlines = policy_deadlines(incident(IncidentClosed("done")), POLICY)
    assert upcoming(deadlines, BEGAN + timedelta(hours=9)) == ()


def test_a_deadline_is_near_two_minutes_before_and_overdue_at_its_moment() -> None:
    (lead,) = policy_deadlines(incident(), (LEAD,))
    assert lead.state(lead.due - WARNED_BEFORE - timedelta(seconds=1)) is DeadlineState.RUNNING
    assert lead.state(lead.due - WARNED_BEFORE) is DeadlineState.NEAR
    assert lead.state(lead.due) is DeadlineState.OVERDUE


def test_a_deadline_that_was_acted_on_wants_nothing_more() -> None:
    key = policy_deadlines(incident(), (LEAD,))[0].key
    (lead,) = policy_deadlines(incident(DeadlineActed(key, LEAD.target, "mentioned in #incidents")), (LEAD,))
    assert (lead.state(BEGAN + timedelta(hours=1)), lead.acted_by) == (DeadlineState.ACTED, "sato")


def test_the_promised_update_is_a_deadline_of_its_own() -> None:
    due = BEGAN + timedelta(minutes=20)
    found = update_deadline(incident(StatusUpdated("looking", due)))
    assert found is not None
    assert found.due == due
    assert update_deadline(incident(StatusUpdated("looking", due), IncidentClosed("done"))) is None


def test_an_empty_budget_is_a_deadline_while_it_burns() -> None:
    now = BEGAN + timedelta(minutes=5)
    found = budget_deadline(incident(), timedelta(minutes=38), now)
    assert found is not None
    assert found.due == BEGAN + timedelta(minutes=43)
    assert budget_deadline(incident(), None, now) is None
    assert budget_deadline(incident(), timedelta(days=18), now) is None


def test_the_most_urgent_comes_first() -> None:
    deadlines = policy_deadlines(incident(), POLICY)
    assert targets(upcoming(reversed(deadlines), BEGAN)) == ["二次担当", "技術責任者", "経営陣"]


MOMENTS = st.integers(-3 * 86400, 3 * 86400).map(lambda seconds: BEGAN + timedelta(seconds=seconds))


@given(MOMENTS, MOMENTS)
def test_a_clock_that_jumps_back_never_takes_back_what_was_done(first: datetime, second: datetime) -> None:
    key = policy_deadlines(incident(), (LEAD,))[0].key
    (acted,) = policy_deadlines(incident(DeadlineActed(key, LEAD.target)), (LEAD,))
    assert not acted.wants_action(first)
    assert not acted.wants_action(second)


@given(st.lists(st.integers(1, 600), min_size=1, max_size=6), MOMENTS)
def test_every_rule_wants_action_exactly_from_its_moment_on(minutes: list[int], now: datetime) -> None:
    rules = [EscalationRule(timedelta(minutes=each), f"t{each}", "", "unresolved") for each in minutes]
    for deadline in policy_deadlines(incident(), rules):
        assert deadline.wants_action(now) == (now >= deadline.due)
