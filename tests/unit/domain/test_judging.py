"""How bad a value is: the worst in it speaks, and what is not known is never good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.error_report import ErrorReport
from eventa_cockpit.domain.judging import level_of
from eventa_cockpit.domain.reading import Bound, Level, Point, Reading
from eventa_cockpit.domain.rollout import Deployment, RolloutList, RolloutState
from eventa_cockpit.domain.service_status import ServiceState, ServiceStatus

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def firing(severity: Severity, state: AlertState = AlertState.FIRING) -> AlertList:
    return AlertList((Alert("f", "A", severity, state, NOW),))


def database(*values: float | None) -> DatabaseReadings:
    points = [() if value is None else (Point(NOW, value),) for value in values]
    return DatabaseReadings("db", tuple(Reading("CPU", "%", found, Bound(80)) for found in points))


def deployments(state: RolloutState) -> RolloutList:
    return RolloutList((Deployment("default", "api", state, 3, 3, 3, 1),))


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (AlertList(), Level.GOOD),
        (firing(Severity.CRITICAL), Level.CRITICAL),
        (firing(Severity.WARNING), Level.WARNING),
        (firing(Severity.INFO), Level.GOOD),
        (firing(Severity.CRITICAL, AlertState.SILENCED), Level.GOOD),
        (AlertList(unreachable=("am-1 does not answer.",)), Level.UNKNOWN),
        (database(10.0, 20.0), Level.GOOD),
        (database(10.0, 90.0), Level.CRITICAL),
        (database(10.0, None), Level.UNKNOWN),
        (ErrorReport("fe", timedelta(minutes=15), 20, 10), Level.CRITICAL),
        (ErrorReport("fe", timedelta(minutes=15), 11, 10), Level.GOOD),
        (deployments(RolloutState.COMPLETE), Level.GOOD),
        (deployments(RolloutState.STUCK), Level.CRITICAL),
        (ServiceStatus("Stripe", ServiceState.UNKNOWN), Level.UNKNOWN),
        (ServiceStatus("Stripe", ServiceState.MAJOR_OUTAGE), Level.CRITICAL),
        ((), None),
    ],
)
def test_the_worst_in_a_value_speaks_for_it(value: Any, level: Level | None) -> None:
    assert level_of(value) is level
