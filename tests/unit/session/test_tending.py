"""Incidents without a screen: an alert that nobody answers, and what is tended, whoever else looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.board import ALERTS, Board, Feed
from eventa_cockpit.domain.runbook import EscalationRule
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.incidents import Incidents, IncidentSummary, new_responder
from eventa_cockpit.services.tending import is_answered, name_of, unanswered

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
RULES = (EscalationRule(timedelta(minutes=30), "lead", ""), EscalationRule(timedelta(minutes=15), "secondary", ""))
ALERT = Alert("3f9c", "PaymentFailureRateHigh", Severity.CRITICAL, AlertState.FIRING, NOW - timedelta(minutes=13))


def board(*alerts: Alert, age: timedelta = timedelta()) -> Board:
    feed = Feed(ALERTS, stale_after=timedelta(seconds=30), value=AlertList(alerts), at=NOW - age)
    return Board(MappingProxyType({ALERTS: feed}))


def summary(**changes: object) -> IncidentSummary:
    known = IncidentSummary("INC-1", "x", "prod", NOW, "aya", is_open=False, is_drill=False)
    return replace(known, **changes)  # type: ignore[arg-type]


def test_a_critical_alert_waits_until_shortly_before_the_first_rule() -> None:
    assert list(unanswered(board(ALERT), RULES, NOW)) == [ALERT]
    younger = replace(ALERT, since=NOW - timedelta(minutes=12))
    assert not list(unanswered(board(younger), RULES, NOW))


@pytest.mark.parametrize(
    "alert",
    [replace(ALERT, severity=Severity.WARNING), replace(ALERT, state=AlertState.SILENCED)],
    ids=["a warning", "a silenced one"],
)
def test_what_hurts_nobody_is_left_alone(alert: Alert) -> None:
    assert not list(unanswered(board(alert), RULES, NOW))


def test_nothing_is_declared_from_stale_alerts_or_without_a_policy() -> None:
    assert not list(unanswered(board(ALERT, age=timedelta(minutes=5)), RULES, NOW))
    assert not list(unanswered(board(ALERT), (), NOW))
    assert not list(unanswered(Board(), RULES, NOW))


def test_an_alert_is_answered_by_any_open_incident_and_by_its_own_closed_one() -> None:
    assert is_answered(ALERT, [summary(is_open=True)])
    assert is_answered(ALERT, [summary(alert_fingerprint="3f9c")])
    before = summary(alert_fingerprint="3f9c", declared_at=ALERT.since - timedelta(hours=1))
    assert not is_answered(ALERT, [before, summary(alert_fingerprint="other")])


async def test_all_who_declare_for_an_alert_declare_one_incident(tmp_path: Path) -> None:
    config = Config(environments={"prod": EnvironmentConfig()}, environment="prod")
    watches = [Incidents(tmp_path, config, Runner(), new_responder("watch")) for _each in range(3)]
    sessions = [await each.declare_unanswered(ALERT, name_of(ALERT)) for each in watches]
    (found,) = watches[0].list()
    assert found.id == sessions[2].incident.id
    assert found.alert_fingerprint == "3f9c"
    assert sessions[0].incident.began_at == ALERT.since
    for session in sessions:
        session.close()
