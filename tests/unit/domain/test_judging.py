"""How bad a value is: the worst in it speaks, and what is not known is never good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.database_state import DatabaseState, Member, MemberRole
from eventa_cockpit.domain.error_report import ErrorReport
from eventa_cockpit.domain.judging import level_of
from eventa_cockpit.domain.objective import Weighting
from eventa_cockpit.domain.page import Page, PageList, PageStatus, PageUrgency
from eventa_cockpit.domain.reading import Bound, Level, Point, Reading
from eventa_cockpit.domain.rollout import Deployment, RolloutList, RolloutState
from eventa_cockpit.domain.service_status import ServiceState, ServiceStatus
from eventa_cockpit.domain.slo import ObjectiveStatus, SloReport, SloState

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def firing(severity: Severity, state: AlertState = AlertState.FIRING) -> AlertList:
    return AlertList((Alert("f", "A", severity, state, NOW),))


def database(*values: float | None) -> DatabaseReadings:
    points = [() if value is None else (Point(NOW, value),) for value in values]
    return DatabaseReadings("db", tuple(Reading("CPU", "%", found, Bound(80)) for found in points))


def deployments(state: RolloutState) -> RolloutList:
    return RolloutList((Deployment("default", "api", state, 3, 3, 3, 1),))


def objectives(*states: SloState) -> SloReport:
    month = timedelta(days=30)
    return SloReport(tuple(ObjectiveStatus("checkout", 0.999, month, Weighting.REQUESTS, state) for state in states))


def pages(status: PageStatus, urgency: PageUrgency = PageUrgency.HIGH) -> PageList:
    return PageList((Page("P1", 1, "Payments fail", "eventa", urgency, status, NOW),))


def instance(status: str) -> DatabaseState:
    return DatabaseState("db", "mysql 8.0", "db.r6g.large", (Member("db", MemberRole("primary"), status),))


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
        (objectives(SloState.PAGE, SloState.NONE), Level.CRITICAL),
        (objectives(SloState.TICKET), Level.WARNING),
        (objectives(SloState.NONE), Level.GOOD),
        (objectives(SloState.NONE, SloState.INSUFFICIENT), Level.UNKNOWN),
        (SloReport(problems=("slo.yml cannot be read.",)), Level.UNKNOWN),
        (PageList(), Level.GOOD),
        (pages(PageStatus.TRIGGERED), Level.CRITICAL),
        (pages(PageStatus.TRIGGERED, PageUrgency.LOW), Level.WARNING),
        (pages(PageStatus.ACKNOWLEDGED), Level.WARNING),
        (pages(PageStatus.UNKNOWN), Level.UNKNOWN),
        (instance("available"), Level.GOOD),
        (instance("rebooting"), Level.WARNING),
        ((), None),
    ],
)
def test_the_worst_in_a_value_speaks_for_it(value: Any, level: Level | None) -> None:
    assert level_of(value) is level
