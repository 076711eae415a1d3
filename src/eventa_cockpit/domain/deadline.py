"""Escalation deadlines: who must know by when, and what else runs out. Pure; the clock is passed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from eventa_cockpit.domain.event import DeadlineActed

if TYPE_CHECKING:
    from eventa_cockpit.domain.event import Event
    from eventa_cockpit.domain.incident import Incident
    from eventa_cockpit.domain.runbook import EscalationRule

WARNED_BEFORE = timedelta(minutes=2)
"""How long before its moment a deadline is warned of."""


SOON_EMPTY = timedelta(days=1)
"""From when on an empty error budget is a deadline."""


class DeadlineKind(StrEnum):
    POLICY = "policy"
    """A rule of the team's own escalation policy."""
    PAGING = "paging"
    """The paging service's own next step (PagerDuty's `pending_actions`)."""
    UPDATE = "update"
    """A status update that was promised."""
    BUDGET = "budget"
    """The error budget is empty then, if nothing changes."""


class DeadlineState(StrEnum):
    RUNNING = "running"
    NEAR = "near"
    """Due within two minutes."""
    OVERDUE = "overdue"
    STOOD_DOWN = "stood_down"
    """What it waited for has happened."""
    ACTED = "acted"
    """Whoever it names was told."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One moment by which something must have happened."""

    key: str
    """The same in every cockpit, so that it is acted on once: kind, delay and target."""
    kind: DeadlineKind
    due: datetime
    """In UTC."""
    target: str = ""
    """Who must know, in the policy's own words."""
    text: str = ""
    stood_down_at: datetime | None = None
    stood_down_by: str = ""
    acted_at: datetime | None = None
    acted_by: str = ""

    def remaining(self, now: datetime) -> timedelta:
        """Negative when it has passed."""
        return self.due - now

    def state(self, now: datetime) -> DeadlineState:
        if self.acted_at is not None:
            return DeadlineState.ACTED
        if self.stood_down_at is not None:
            return DeadlineState.STOOD_DOWN
        left = self.remaining(now)
        if left <= timedelta():
            return DeadlineState.OVERDUE
        return DeadlineState.NEAR if left <= WARNED_BEFORE else DeadlineState.RUNNING

    def wants_action(self, now: datetime) -> bool:
        return self.state(now) is DeadlineState.OVERDUE


def policy_deadlines(incident: Incident, rules: Iterable[EscalationRule]) -> tuple[Deadline, ...]:
    """The team's policy applied to one incident; its clocks run from when it began to hurt.

    A rule that waits for an acknowledgement stands down with it, every rule with the end of the incident. An outage is
    taken to last as long as the incident is open: nothing else tells it apart, and a report too many harms nobody.
    """
    began = incident.began_at or incident.declared_at
    if began is None:
        return ()
    return tuple(
        sorted((_of_rule(incident, rule, began) for rule in rules), key=lambda deadline: (deadline.due, deadline.key))
    )


def update_deadline(incident: Incident) -> Deadline | None:
    """The next status update that was promised."""
    due = incident.response.next_update_due
    if due is None or not incident.is_open:
        return None
    return Deadline(f"{DeadlineKind.UPDATE}/{due.isoformat()}", DeadlineKind.UPDATE, due)


def budget_deadline(incident: Incident, time_to_empty: timedelta | None, now: datetime) -> Deadline | None:
    """When the error budget is empty at the present rate; None without a burn, or without an open incident.

    A budget that lasts for longer than a day is no clock of this incident.
    """
    if time_to_empty is None or time_to_empty > SOON_EMPTY or not incident.is_open:
        return None
    return Deadline(DeadlineKind.BUDGET, DeadlineKind.BUDGET, now + time_to_empty)


def upcoming(deadlines: Iterable[Deadline], now: datetime) -> tuple[Deadline, ...]:
    """Those that still matter, the most urgent first."""
    waiting = {DeadlineState.RUNNING, DeadlineState.NEAR, DeadlineState.OVERDUE}
    return tuple(sorted((each for each in deadlines if each.state(now) in waiting), key=lambda each: each.due))


def _of_rule(incident: Incident, rule: EscalationRule, began: datetime) -> Deadline:
    key = f"{DeadlineKind.POLICY}/{round(rule.after.total_seconds())}s/{rule.target}"
    due = began + rule.after
    acted = next(_acted(incident, key), None)
    stood_down_at, stood_down_by = _stood_down(incident, rule)
    return Deadline(
        key,
        DeadlineKind.POLICY,
        due,
        rule.target,
        rule.text,
        stood_down_at,
        stood_down_by,
        acted.at if acted is not None else None,
        acted.name if acted is not None else "",
    )


def _acted(incident: Incident, key: str) -> Iterator[Event]:
    return (event for event in incident.timeline if isinstance(event.fact, DeadlineActed) and event.fact.key == key)


def _stood_down(incident: Incident, rule: EscalationRule) -> tuple[datetime | None, str]:
    if rule.condition == "unacknowledged" and incident.response.acknowledged_at is not None:
        return incident.response.acknowledged_at, incident.response.acknowledged_by
    return incident.closed_at, ""
