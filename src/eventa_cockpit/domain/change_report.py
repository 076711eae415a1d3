"""What changed, set against the first alert: what was changed just before it is its likeliest cause. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from eventa_cockpit.domain.change import Change, ChangeKind
from eventa_cockpit.domain.event import Event, StepFinished, StepStarted

if TYPE_CHECKING:
    from eventa_cockpit.domain.alert import AlertList

WINDOW = timedelta(hours=24)
"""Of changes that are told: the working day before a night is in it."""
SUSPICIOUS = timedelta(hours=1)
"""A change so shortly before the first alert may be its cause."""
TOLERANCE = timedelta(minutes=1)
"""Between the clocks of those who tell of changes and of alerts."""
ONE_OUTAGE = timedelta(minutes=30)
"""Alerts that follow one another no later than this belong together; one that has been firing for days does not."""


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """The changes of the last hours, and which of them are suspicious."""

    first_alert: datetime | None = None
    """Of this outage; None while nothing is wrong."""
    suspects: tuple[Change, ...] = ()
    """The closest before the first alert first."""
    others: tuple[Change, ...] = ()
    """The newest first."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """All, in the order in which they should be looked at."""
        return (*self.suspects, *self.others)

    @property
    def reach(self) -> timedelta:
        """How long before the first alert the earliest of the suspects was, in whole minutes, one at least."""
        if self.first_alert is None or not self.suspects:
            return timedelta()
        span = self.first_alert - min(change.at for change in self.suspects)
        return timedelta(minutes=max(-(-span // timedelta(minutes=1)), 1))


def change_report(changes: Iterable[Change], first: datetime | None, now: datetime) -> ChangeReport:
    """Changes older than a day before the first alert, or before now, are left out; each is told once."""
    told = {change for change in changes if (min(first, now) if first is not None else now) - change.at <= WINDOW}
    suspects = {change for change in told if first is not None and is_suspect(change, first)}
    return ChangeReport(
        first,
        tuple(sorted(suspects, key=lambda change: (-change.at.timestamp(), change.kind, change.title))),
        tuple(sorted(told - suspects, key=lambda change: (-change.at.timestamp(), change.kind, change.title))),
    )


def is_suspect(change: Change, first: datetime) -> bool:
    return -TOLERANCE <= first - change.at <= SUSPICIOUS


def first_alert(alerts: AlertList | None, began_at: datetime | None = None) -> datetime | None:
    """When this outage was first alerted of: from the incident's beginning, or the newest alert, back along alerts
    that follow one another closely."""
    moments = sorted((alert.since for alert in alerts.firing), reverse=True) if alerts is not None else []
    first = began_at or next(iter(moments), None)
    if first is None:
        return None
    for moment in moments:
        if timedelta() <= first - moment <= ONE_OUTAGE:
            first = moment
    return first


def changes_by_team(timeline: Iterable[Event]) -> tuple[Change, ...]:
    """The responders' own runs that may have changed something, oldest first; what never ran is not among them."""
    found: dict[str, Change] = {}
    for event in timeline:
        fact = event.fact
        if isinstance(fact, StepStarted) and fact.risk != "read":
            found.setdefault(fact.run_id, _own(event, fact))
        elif isinstance(fact, StepFinished) and not fact.has_started:
            found.pop(fact.run_id, None)
    return tuple(found.values())


def _own(event: Event, fact: StepStarted) -> Change:
    return Change(event.at, ChangeKind.STEP, fact.title or f"{fact.runbook} {fact.step}", "eventa-cockpit", event.name)
