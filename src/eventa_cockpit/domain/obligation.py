"""Obligations: what must be undone before the incident may close. The ledger is a fold of runs and of what is said.

A run that changed something and names its inverse opens one; so does a silence, and a word by hand. It is settled by
the inverse, by its own end, or by hand, and waived only with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from eventa_cockpit.domain.step_record import Attempt, StepState

if TYPE_CHECKING:
    from eventa_cockpit.domain.event import Event


class ObligationKind(StrEnum):
    """Where it comes from."""

    UNDO = "undo"
    """A run whose runbook names, or whose text implies, what reverses it."""
    SILENCE = "silence"
    """An alert is held back."""
    MANUAL = "manual"


class ObligationState(StrEnum):
    OPEN = "open"
    UNCLEAR = "unclear"
    """The run that may have changed something ended badly: somebody has to look."""
    SETTLED = "settled"
    WAIVED = "waived"

    @property
    def is_due(self) -> bool:
        return self in {ObligationState.OPEN, ObligationState.UNCLEAR}


@dataclass(frozen=True, slots=True)
class ObligationOpened:
    """Said by hand, or by an integration whose write has to be taken back."""

    id: str
    text: str
    kind: str = ObligationKind.MANUAL
    inverse: str = ""
    """Text of the command that takes it back, where there is one."""
    expires_at: datetime | None = None
    """When it ends by itself."""


@dataclass(frozen=True, slots=True)
class ObligationSettled:
    id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ObligationWaived:
    """It stays as it is; somebody says why."""

    id: str
    reason: str


ObligationFact = ObligationOpened | ObligationSettled | ObligationWaived


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing that must be undone."""

    id: str
    """Of the run that opened it, or as given by hand: unique in its incident."""
    kind: str
    """An `ObligationKind`."""
    text: str
    opened_at: datetime
    opened_by: str
    runbook: str = ""
    step: str = ""
    undo: str = ""
    """Name of the command of the same runbook that reverses it."""
    inverse: str = ""
    """Text of the command that reverses it, where no runbook names one."""
    expires_at: datetime | None = None
    state: ObligationState = ObligationState.OPEN
    ended_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""
    """How it was settled, or why it was waived."""

    def is_due(self, now: datetime) -> bool:
        """Still to be undone: neither settled nor waived, nor over by itself."""
        return self.state.is_due and (self.expires_at is None or now < self.expires_at)

    def age(self, now: datetime) -> timedelta:
        return max(now - self.opened_at, timedelta())


@dataclass(frozen=True, slots=True)
class Ledger:
    """All obligations of an incident, oldest first."""

    obligations: tuple[Obligation, ...] = ()

    def due(self, now: datetime) -> tuple[Obligation, ...]:
        """What stands between now and a closed incident."""
        return tuple(entry for entry in self.obligations if entry.is_due(now))

    def obligation(self, obligation_id: str) -> Obligation | None:
        return next((entry for entry in self.obligations if entry.id == obligation_id), None)


class LedgerDraft:
    """What was said of obligations; the runs come in with `ledger`."""

    def __init__(self) -> None:
        self._said: dict[str, Obligation] = {}
        self._ends: dict[str, tuple[ObligationState, Event, str]] = {}
        self.apply: dict[type, Callable[[Event, Any], None]] = {
            ObligationOpened: self._open,
            ObligationSettled: self._settle,
            ObligationWaived: self._waive,
        }

    def ledger(self, attempts: Iterable[Attempt]) -> Ledger:
        """`attempts` are the runs of all steps."""
        found = [*_of_runs(attempts), *self._said.values()]
        return Ledger(tuple(sorted(map(self._ended, found), key=lambda entry: (entry.opened_at, entry.id))))

    def _ended(self, obligation: Obligation) -> Obligation:
        if not obligation.state.is_due or obligation.id not in self._ends:
            return obligation
        state, event, reason = self._ends[obligation.id]
        return replace(obligation, state=state, ended_at=event.at, ended_by=event.name, reason=reason)

    def _open(self, event: Event, fact: ObligationOpened) -> None:
        opened = Obligation(
            fact.id, fact.kind, fact.text, event.at, event.name, inverse=fact.inverse, expires_at=fact.expires_at
        )
        known = self._said.get(fact.id)
        if known is not None:  # said again, such as a silence that was extended: its age stays
            opened = replace(opened, opened_at=known.opened_at, opened_by=known.opened_by)
        self._said[fact.id] = opened

    def _settle(self, event: Event, fact: ObligationSettled) -> None:
        self._ends[fact.id] = (ObligationState.SETTLED, event, fact.note)

    def _waive(self, event: Event, fact: ObligationWaived) -> None:
        self._ends[fact.id] = (ObligationState.WAIVED, event, fact.reason)


UNTOUCHED_BY = ("recover.", "rollback.")
"""How the ids of steps begin whose own inverse nobody owes: they bring things back to how they should be."""


def _of_runs(attempts: Iterable[Attempt]) -> list[Obligation]:
    """One obligation for each thing that is to be undone, however often it was done."""
    entries: list[Obligation] = []
    started = [attempt for attempt in attempts if attempt.started_at is not None]
    for attempt in sorted(started, key=lambda attempt: (attempt.started_at, attempt.run_id)):
        settled = next((place for place, entry in enumerate(entries) if _settles(attempt, entry)), None)
        if settled is not None:
            if attempt.has_succeeded:
                entries[settled] = replace(
                    entries[settled],
                    state=ObligationState.SETTLED,
                    ended_at=attempt.ended_at,
                    ended_by=attempt.by,
                    reason=attempt.run_id,
                )
            continue
        opened = _opened(attempt)
        if opened is not None and not any(_is_same(opened, entry) for entry in entries):
            entries.append(opened)
    return entries


def _settles(attempt: Attempt, entry: Obligation) -> bool:
    if not entry.state.is_due:
        return False
    return attempt.settles == entry.id or bool(
        entry.undo and attempt.name == entry.undo and attempt.runbook == entry.runbook
    )


def _is_same(one: Obligation, other: Obligation) -> bool:
    return other.state.is_due and (one.runbook, one.undo, one.inverse) == (other.runbook, other.undo, other.inverse)


def _opened(attempt: Attempt) -> Obligation | None:
    """What a run owes: nothing while it goes on, or when it never began or only read."""
    if attempt.started_at is None or attempt.is_running or not attempt.has_started or attempt.risk == "read":
        return None
    if not (attempt.undo or attempt.inverse) or attempt.step.startswith(UNTOUCHED_BY):
        return None
    is_certain = attempt.has_succeeded or attempt.state is StepState.UNEXPECTED
    return Obligation(
        attempt.run_id,
        ObligationKind.UNDO,
        attempt.title or attempt.command,
        attempt.started_at,
        attempt.by,
        attempt.runbook,
        attempt.step,
        attempt.undo,
        attempt.inverse,
        state=ObligationState.OPEN if is_certain else ObligationState.UNCLEAR,
    )
