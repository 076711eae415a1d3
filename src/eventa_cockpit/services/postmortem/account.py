"""The account: what a postmortem says, as plain values. Nothing in it is guessed; what nobody knows stays empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventa_cockpit.domain.change import Change
from eventa_cockpit.domain.deadline import Deadline, policy_deadlines
from eventa_cockpit.domain.event import Event, NoteAdded, StepFinished, StepStarted
from eventa_cockpit.domain.evidence import Evidence, Movement
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.obligation import Obligation
from eventa_cockpit.domain.response import LinkAdded
from eventa_cockpit.domain.runbook import Library, Risk
from eventa_cockpit.domain.step_record import Attempt


@dataclass(frozen=True, slots=True)
class Budget:
    """What it cost of the error budget."""

    budget: timedelta
    """Of the whole window."""
    spent: timedelta
    """By this incident, if it was an outage from its beginning to its end: at most so much."""

    @property
    def share(self) -> float:
        return self.spent / self.budget if self.budget else 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """One command that was run."""

    attempt: Attempt
    title: str
    evidence: Evidence

    @property
    def movements(self) -> tuple[Movement, ...]:
        """Readings that moved by a twentieth at least, or that are known on one side only."""
        return tuple(each for each in self.evidence.movements if each.change is None or abs(each.change) >= 0.05)


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that the record knows of one incident."""

    incident: Incident
    now: datetime
    runs: tuple[Run, ...] = ()
    """Oldest first."""
    deadlines: tuple[Deadline, ...] = ()
    changes: tuple[Change, ...] = ()
    """What was changed in the hours before and during it, oldest first."""
    budget: Budget | None = None
    affected_users: int | None = None
    """At least so many people, as the errors' upstream counted them at worst."""
    error_events: int | None = None

    @property
    def began_at(self) -> datetime:
        return self.incident.began_at or self.incident.declared_at or self.now

    @property
    def ended_at(self) -> datetime | None:
        return self.incident.closed_at

    @property
    def lasted(self) -> timedelta:
        return (self.ended_at or self.now) - self.began_at

    @property
    def time_to_declare(self) -> timedelta | None:
        return _after(self.began_at, self.incident.declared_at)

    @property
    def time_to_acknowledge(self) -> timedelta | None:
        return _after(self.began_at, self.incident.response.acknowledged_at)

    @property
    def time_to_mitigate(self) -> timedelta | None:
        """Until the first successful change; None while there was none."""
        changes = (run.attempt for run in self.runs if run.attempt.risk != Risk.READ and run.attempt.has_succeeded)
        return _after(self.began_at, next((attempt.ended_at for attempt in changes), None))

    @property
    def events(self) -> tuple[Event, ...]:
        """The timeline without what only machines say."""
        return tuple(event for event in self.incident.timeline if not isinstance(event.fact, _SILENT))

    @property
    def missed(self) -> tuple[Deadline, ...]:
        """Deadlines that passed without anybody having been told."""
        end = self.ended_at or self.now
        return tuple(each for each in self.deadlines if each.due < end and _was_missed(each))

    @property
    def owed(self) -> tuple[Obligation, ...]:
        return self.incident.ledger.obligations

    @property
    def notes(self) -> tuple[Event, ...]:
        return tuple(event for event in self.incident.timeline if isinstance(event.fact, NoteAdded))

    @property
    def links(self) -> tuple[LinkAdded, ...]:
        return self.incident.response.links


_SILENT = (StepFinished,)
"""Told with the run that it ends."""


def account_of(
    incident: Incident,
    library: Library,
    now: datetime,
    *,
    changes: tuple[Change, ...] = (),
    budget: timedelta | None = None,
    affected_users: int | None = None,
    error_events: int | None = None,
) -> Account:
    """`changes` and the counts come from the board, while there is one; without it they stay unknown."""
    began = incident.began_at or incident.declared_at or now
    lasted = (incident.closed_at or now) - began
    total = budget or library.objectives.error_budget
    return Account(
        incident,
        now,
        runs=tuple(_runs(incident)),
        deadlines=policy_deadlines(incident, library.escalation),
        changes=changes,
        budget=Budget(total, max(lasted, timedelta())) if total else None,
        affected_users=affected_users,
        error_events=error_events,
    )


def _runs(incident: Incident) -> Iterator[Run]:
    starts = (event for event in incident.timeline if isinstance(event.fact, StepStarted))
    for event in starts:
        fact = event.fact
        assert isinstance(fact, StepStarted)
        attempt = incident.attempt(fact.run_id)
        if attempt is None:
            continue
        record = incident.step(fact.runbook, fact.step)
        is_newest = record.run_id == fact.run_id
        evidence = incident.evidence_of(fact.runbook, fact.step) if is_newest else Evidence()
        yield Run(attempt, fact.title or fact.step, evidence)


def _after(began: datetime, moment: datetime | None) -> timedelta | None:
    return max(moment - began, timedelta()) if moment is not None else None


def _was_missed(deadline: Deadline) -> bool:
    """Nobody was told, and what it waited for had not happened; the end of the incident came after its moment."""
    stood_down = deadline.stood_down_at
    return deadline.acted_at is None and (stood_down is None or stood_down > deadline.due)
