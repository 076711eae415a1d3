"""The incident: the fold of all events, in one order, the same on every machine. Nothing else changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from eventa_cockpit.domain import event as facts
from eventa_cockpit.domain.event import Event
from eventa_cockpit.domain.evidence import Evidence, EvidenceDraft, Evidences
from eventa_cockpit.domain.expectation import Judgement
from eventa_cockpit.domain.message import Message, MessagesDraft
from eventa_cockpit.domain.obligation import Ledger, LedgerDraft
from eventa_cockpit.domain.response import IncidentMerged, IncidentReopened, Response, ResponseDraft
from eventa_cockpit.domain.step_record import VERDICTS, Attempt, Mark, StepRecord, StepState, judged, summed_up

__all__ = [
    "Attempt",
    "Fold",
    "Incident",
    "Mark",
    "Note",
    "OpenedRunbook",
    "Participant",
    "StepKey",
    "StepRecord",
    "StepState",
    "fold",
]

StepKey = tuple[str, str]
"""Runbook id and step id."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A session that said something in this incident."""

    session: str
    name: str
    uid: int
    joined_at: datetime
    last_at: datetime
    """Its newest event."""
    host: str = ""
    has_control: bool = False
    is_unattended: bool = False
    """A program: nobody to hand anything over to."""


@dataclass(frozen=True, slots=True)
class OpenedRunbook:
    """A runbook in use, as it was when it was last opened."""

    runbook: str
    title: str
    digest: str
    """SHA-256 of its file then."""
    file: str
    at: datetime
    """When it was first opened."""
    by: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something a responder wrote down, about a step or about the incident."""

    text: str
    at: datetime
    by: str
    runbook: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """Everything that is known about one incident."""

    id: str = ""
    title: str = ""
    environment: str = ""
    service: str = ""
    alert_fingerprint: str = ""
    declared_at: datetime | None = None
    """None until somebody declared it."""
    declared_by: str = ""
    began_at: datetime | None = None
    """Since when it hurts; when nobody said, when it was declared."""
    is_drill: bool = False
    closed_at: datetime | None = None
    close_reason: str = ""
    participants: Mapping[str, Participant] = field(default_factory=lambda: MappingProxyType({}))
    """Session → who it is, in the order in which they came."""
    runbooks: tuple[OpenedRunbook, ...] = ()
    """In the order in which they were first opened."""
    active_runbook: str = ""
    """Id of the one that was opened last."""
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    steps: Mapping[StepKey, StepRecord] = field(default_factory=lambda: MappingProxyType({}))
    """Only steps that somebody touched; `step()` answers for all."""
    response: Response = field(default_factory=Response)
    """Who leads, how bad it is judged to be, who was told."""
    ledger: Ledger = field(default_factory=Ledger)
    """What must be undone before it may close."""
    evidence: Evidences = field(default_factory=lambda: MappingProxyType({}))
    """(runbook, step) → what was measured around it, and whether it helped."""
    messages: tuple[Message, ...] = ()
    """What was told to people, or waits for it, oldest first."""
    timeline: tuple[Event, ...] = ()
    """All events in order, each once."""

    @property
    def is_open(self) -> bool:
        return self.declared_at is not None and self.closed_at is None

    @property
    def responders(self) -> tuple[str, ...]:
        """Names of all who took part, each once."""
        return tuple(dict.fromkeys(entry.name for entry in self.participants.values()))

    @property
    def running(self) -> tuple[Attempt, ...]:
        """Runs without a verdict, of all steps."""
        return tuple(attempt for record in self.steps.values() for attempt in record.running)

    @property
    def notes(self) -> tuple[Note, ...]:
        """All notes, oldest first."""
        return tuple(
            Note(event.fact.text, event.at, event.name, event.fact.runbook, event.fact.step)
            for event in self.timeline
            if isinstance(event.fact, facts.NoteAdded)
        )

    def step(self, runbook: str, step: str) -> StepRecord:
        """The record of a step; of an untouched one, an empty record."""
        return self.steps.get((runbook, step)) or StepRecord(runbook, step)

    def evidence_of(self, runbook: str, step: str) -> Evidence:
        return self.evidence.get((runbook, step)) or Evidence()

    def attempt(self, run_id: str) -> Attempt | None:
        return next(
            (attempt for record in self.steps.values() for attempt in record.attempts if attempt.run_id == run_id), None
        )


def fold(events: Iterable[Event]) -> Incident:
    """The incident that these events make, in whatever order they are given. Never raises."""
    folding = Fold()
    folding.add(events)
    return folding.incident


_ORDER = attrgetter("lamport", "session", "number")


class Fold:
    """A fold that can be continued: events that come late are put where they belong."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, int], Event] = {}
        self._draft = _Draft()
        self._incident: Incident | None = None

    def add(self, events: Iterable[Event]) -> bool:
        """Take in more events; returns whether there was one that is new."""
        fresh: list[Event] = []
        for event in events:
            identity = (event.session, event.number)
            if identity not in self._events:
                self._events[identity] = event
                fresh.append(event)
        if not fresh:
            return False
        fresh.sort(key=_ORDER)
        if self._draft.last is not None and _ORDER(fresh[0]) < self._draft.last:
            self._draft = _Draft()
            fresh = sorted(self._events.values(), key=_ORDER)
        for event in fresh:
            self._draft.add(event)
        self._draft.last = _ORDER(fresh[-1])
        self._incident = None
        return True

    @property
    def incident(self) -> Incident:
        if self._incident is None:
            self._incident = self._draft.incident()
        return self._incident


class _Draft:
    """The incident while it is being put together, event by event in order."""

    def __init__(self) -> None:
        self.last: tuple[int, str, int] | None = None
        self._facts: dict[str, Any] = {}
        self._first: dict[str, Event] = {}
        self._newest: dict[str, Event] = {}
        self._hosts: dict[str, str] = {}
        self._controls: set[str] = set()
        self._unattended: set[str] = set()
        self._runbooks: dict[str, OpenedRunbook] = {}
        self._parameters: dict[str, str] = {}
        self._histories: dict[StepKey, _History] = {}
        self._records: dict[StepKey, StepRecord] = {}
        self._touched: dict[StepKey, None] = {}
        self._timeline: list[Event] = []
        self._keys: set[str] = set()
        self._response, self._ledger = ResponseDraft(), LedgerDraft()
        self._evidence, self._messages = EvidenceDraft(), MessagesDraft()
        self._apply: dict[type, Callable[[Event, Any], None]] = {
            kind: partial(apply, self) for kind, apply in _APPLY.items()
        }
        for part in (self._response, self._ledger, self._evidence, self._messages):
            self._apply.update(part.apply)
        self._apply[IncidentReopened] = self.reopened
        self._apply[IncidentMerged] = self.merged

    def add(self, event: Event) -> None:
        if event.key:
            if event.key in self._keys:
                return
            self._keys.add(event.key)
        self._timeline.append(event)
        self._first.setdefault(event.session, event)
        self._newest[event.session] = event
        apply = self._apply.get(type(event.fact))
        if apply is not None:
            apply(event, event.fact)

    def incident(self) -> Incident:
        for key in self._touched:
            self._records[key] = self._histories[key].record(*key)
        self._touched.clear()
        return Incident(
            id=self._timeline[0].incident if self._timeline else "",
            participants=MappingProxyType({session: self._participant(session) for session in self._first}),
            runbooks=tuple(self._runbooks.values()),
            parameters=MappingProxyType(dict(self._parameters)),
            steps=MappingProxyType(dict(self._records)),
            response=self._response.response(),
            ledger=self._ledger.ledger(attempt for record in self._records.values() for attempt in record.attempts),
            evidence=self._evidence.evidence(),
            messages=self._messages.messages(),
            timeline=tuple(self._timeline),
            **self._facts,
        )

    def _participant(self, session: str) -> Participant:
        first, newest = self._first[session], self._newest[session]
        return Participant(
            session,
            newest.name,
            newest.uid,
            joined_at=first.at,
            last_at=newest.at,
            host=self._hosts.get(session, ""),
            has_control=session in self._controls,
            is_unattended=session in self._unattended,
        )

    def _history(self, runbook: str, step: str) -> _History:
        key = (runbook, step)
        self._touched[key] = None
        history = self._histories.get(key)
        if history is None:
            history = self._histories[key] = _History()
        return history

    def declared(self, event: Event, fact: facts.IncidentDeclared) -> None:
        if "declared_at" in self._facts:  # an incident is declared once; the first word counts
            return
        self._facts.update(
            title=fact.title,
            environment=fact.environment,
            service=fact.service,
            alert_fingerprint=fact.alert_fingerprint,
            declared_at=event.at,
            declared_by=event.name,
            began_at=fact.began_at or event.at,
            is_drill=fact.is_drill,
        )

    def closed(self, event: Event, fact: facts.IncidentClosed) -> None:
        self._facts.update(closed_at=event.at, close_reason=fact.reason)

    def reopened(self, event: Event, fact: IncidentReopened) -> None:
        self._facts.update(closed_at=None, close_reason="")
        self._response.apply[IncidentReopened](event, fact)

    def merged(self, event: Event, fact: IncidentMerged) -> None:
        self._facts.update(closed_at=event.at, close_reason=fact.reason)
        self._response.apply[IncidentMerged](event, fact)

    def joined(self, event: Event, fact: facts.ResponderJoined) -> None:
        self._hosts[event.session] = fact.host
        if fact.is_unattended:
            self._unattended.add(event.session)

    def took_control(self, event: Event, _fact: facts.ControlTaken) -> None:
        self._controls.add(event.session)

    def opened(self, event: Event, fact: facts.RunbookOpened) -> None:
        known = self._runbooks.get(fact.runbook)
        at, by = (known.at, known.by) if known else (event.at, event.name)
        self._runbooks[fact.runbook] = OpenedRunbook(fact.runbook, fact.title, fact.digest, fact.file, at, by)
        self._facts["active_runbook"] = fact.runbook

    def parameter_set(self, _event: Event, fact: facts.ParameterSet) -> None:
        self._parameters[fact.name] = fact.value

    def started(self, event: Event, fact: facts.StepStarted) -> None:
        run = self._history(fact.runbook, fact.step).run(fact.run_id)
        run.started = run.started or event

    def finished(self, event: Event, fact: facts.StepFinished) -> None:
        run = self._history(fact.runbook, fact.step).run(fact.run_id)
        run.finished = run.finished or event

    def judged(self, _event: Event, fact: facts.StepJudged) -> None:
        run = self._history(fact.runbook, fact.step).run(fact.run_id)
        run.judgements += fact.judgements

    def cancel_requested(self, event: Event, fact: facts.StepCancelRequested) -> None:
        run = self._history(fact.runbook, fact.step).run(fact.run_id)
        run.cancelled = run.cancelled or event

    def skipped(self, event: Event, fact: facts.StepSkipped) -> None:
        mark = Mark(StepState.SKIPPED, event.name, event.at, fact.reason)
        self._history(fact.runbook, fact.step).entries.append(mark)

    def done(self, event: Event, fact: facts.StepDone) -> None:
        mark = Mark(StepState.DONE, event.name, event.at, fact.note)
        self._history(fact.runbook, fact.step).entries.append(mark)

    def mark_undone(self, _event: Event, fact: facts.StepMarkUndone) -> None:
        """Only a mark that stands can be taken back; a run after it has made it history."""
        entries = self._history(fact.runbook, fact.step).entries
        if entries and isinstance(entries[-1], Mark):
            entries.pop()


class _Run:
    """What was said of one run. Its end may be on record without its beginning: a line can be lost, a clock can lie."""

    __slots__ = ("cancelled", "finished", "judgements", "run_id", "started")

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.started: Event | None = None
        self.cancelled: Event | None = None
        self.finished: Event | None = None
        self.judgements: tuple[Judgement, ...] = ()

    def attempt(self) -> Attempt:
        first, last = self.started, self.finished
        begun = first.fact if first is not None and isinstance(first.fact, facts.StepStarted) else _UNKNOWN_START
        ended = last.fact if last is not None and isinstance(last.fact, facts.StepFinished) else _NO_VERDICT
        state = VERDICTS.get(ended.state, StepState.LOST) if last else StepState.RUNNING
        return Attempt(
            run_id=self.run_id,
            by=first.name if first else "",
            uid=first.uid if first else -1,
            session=first.session if first else "",
            started_at=first.at if first else None,
            number=begun.attempt,
            command_index=begun.command_index,
            command=begun.command,
            risk=begun.risk,
            environment=begun.environment,
            state=judged(state, begun.expectation, self.judgements),
            ended_at=last.at if last else None,
            exit_code=ended.exit_code,
            signal=ended.signal,
            elapsed=ended.elapsed,
            cancel_requested_by=self.cancelled.name if self.cancelled else "",
            cancelled_by=ended.cancelled_by,
            reason=ended.reason,
            has_started=ended.has_started,
            expectation=begun.expectation,
            judgements=self.judgements,
            runbook=begun.runbook,
            step=begun.step,
            title=begun.title,
            name=begun.name,
            undo=begun.undo,
            inverse=begun.inverse,
            settles=begun.settles,
            edited=begun.edited,
        )


_UNKNOWN_START = facts.StepStarted("", "", "", "")
_NO_VERDICT = facts.StepFinished("", "", "", "")


class _History:
    """Runs and standing marks of one step, in the order in which they came."""

    def __init__(self) -> None:
        self.entries: list[_Run | Mark] = []
        self._runs: dict[str, _Run] = {}

    def run(self, run_id: str) -> _Run:
        run = self._runs.get(run_id)
        if run is None:
            run = self._runs[run_id] = _Run(run_id)
            self.entries.append(run)
        return run

    def record(self, runbook: str, step: str) -> StepRecord:
        entries = tuple(entry.attempt() if isinstance(entry, _Run) else entry for entry in self.entries)
        starts = [run.started.fact for run in self._runs.values() if run.started is not None]
        counts = [fact.command_count for fact in starts if isinstance(fact, facts.StepStarted)]
        return summed_up(runbook, step, entries, max(counts, default=1))


_APPLY: dict[type, Callable[[_Draft, Event, Any], None]] = {
    facts.IncidentDeclared: _Draft.declared,
    facts.IncidentClosed: _Draft.closed,
    facts.ResponderJoined: _Draft.joined,
    facts.ControlTaken: _Draft.took_control,
    facts.RunbookOpened: _Draft.opened,
    facts.ParameterSet: _Draft.parameter_set,
    facts.StepStarted: _Draft.started,
    facts.StepFinished: _Draft.finished,
    facts.StepJudged: _Draft.judged,
    facts.StepCancelRequested: _Draft.cancel_requested,
    facts.StepSkipped: _Draft.skipped,
    facts.StepDone: _Draft.done,
    facts.StepMarkUndone: _Draft.mark_undone,
}
"""What each fact changes. A note and an unknown fact are in the timeline and change nothing else."""
