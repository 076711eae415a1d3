"""How good or bad a feed's value is, whatever its kind. A value that has a `level` of its own says so itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Any

from eventa_cockpit.domain.alert import AlertList, Severity
from eventa_cockpit.domain.database_state import DatabaseState
from eventa_cockpit.domain.error_report import ErrorReport
from eventa_cockpit.domain.page import Page, PageList, PageStatus, PageUrgency
from eventa_cockpit.domain.reading import Level
from eventa_cockpit.domain.rollout import RolloutList, RolloutState
from eventa_cockpit.domain.service_status import ServiceState, ServiceStatus
from eventa_cockpit.domain.slo import SloReport, SloState

GRAVEST_FIRST = (Level.CRITICAL, Level.UNKNOWN, Level.WARNING, Level.GOOD)

SEVERITIES = {
    Severity.CRITICAL: Level.CRITICAL,
    Severity.WARNING: Level.WARNING,
    Severity.INFO: Level.GOOD,
    Severity.UNKNOWN: Level.WARNING,
}
ROLLOUTS = {
    RolloutState.STUCK: Level.CRITICAL,
    RolloutState.DEGRADED: Level.WARNING,
    RolloutState.PAUSED: Level.WARNING,
}
SERVICES = {
    ServiceState.OPERATIONAL: Level.GOOD,
    ServiceState.MAINTENANCE: Level.WARNING,
    ServiceState.DEGRADED: Level.WARNING,
    ServiceState.PARTIAL_OUTAGE: Level.CRITICAL,
    ServiceState.MAJOR_OUTAGE: Level.CRITICAL,
}


OBJECTIVES = {
    SloState.PAGE: Level.CRITICAL,
    SloState.TICKET: Level.WARNING,
    SloState.NONE: Level.GOOD,
}
PAGES = {
    PageStatus.TRIGGERED: Level.CRITICAL,
    PageStatus.ACKNOWLEDGED: Level.WARNING,
    PageStatus.RESOLVED: Level.GOOD,
}


@singledispatch
def level_of(value: Any) -> Level | None:
    """None for a value that has nothing to judge, such as a list of changes."""
    return worst(part.level for part in judged_parts(value))


@level_of.register
def _of_alerts(value: AlertList) -> Level | None:
    firing = [SEVERITIES[alert.severity] for alert in value.firing]
    return worst([*firing, Level.GOOD if value.is_whole else Level.UNKNOWN])


@level_of.register
def _of_errors(value: ErrorReport) -> Level | None:
    return Level.CRITICAL if value.is_alarming else Level.GOOD


@level_of.register
def _of_rollouts(value: RolloutList) -> Level | None:
    return worst([Level.GOOD, *(ROLLOUTS.get(entry.state, Level.GOOD) for entry in value.deployments)])


@level_of.register
def _of_service(value: ServiceStatus) -> Level | None:
    return SERVICES.get(value.state, Level.UNKNOWN)


@level_of.register
def _of_objectives(value: SloReport) -> Level | None:
    levels = [OBJECTIVES.get(each.state, Level.UNKNOWN) for each in value.objectives]
    return worst([*levels, *([Level.UNKNOWN] if value.problems else [])])


@level_of.register
def _of_pages(value: PageList) -> Level | None:
    return worst([Level.GOOD, *map(_of_page, value.pages)])


def _of_page(page: Page) -> Level:
    level = PAGES.get(page.status, Level.UNKNOWN)
    return Level.WARNING if level is Level.CRITICAL and page.urgency is PageUrgency.LOW else level


@level_of.register
def _of_database_state(value: DatabaseState) -> Level | None:
    """As on the screen: what is not available is being seen to, and the readings say how bad that is."""
    members = [Level.GOOD if member.is_available else Level.WARNING for member in value.members]
    return worst([*members, *([Level.UNKNOWN] if value.unread else [])])


def worst(levels: Iterable[Level]) -> Level | None:
    """The level that speaks for all of them; None when there are none."""
    found = set(levels)
    return next((level for level in GRAVEST_FIRST if level in found), None)


def judged_parts(value: Any) -> Iterator[Any]:
    """The value itself if it has a level, else all parts of it that have one."""
    if isinstance(getattr(value, "level", None), Level):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from judged_parts(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from judged_parts(getattr(value, field.name))
