"""Events: one fact each, in the past tense, as written to the journal. The incident is their fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from eventa_cockpit.domain.evidence import EvidenceFact
from eventa_cockpit.domain.expectation import NOTHING, Expectation, Judgement
from eventa_cockpit.domain.message import MessageFact
from eventa_cockpit.domain.obligation import ObligationFact
from eventa_cockpit.domain.page_action import PageFact
from eventa_cockpit.domain.response import ResponseFact
from eventa_cockpit.domain.silence import SilenceFact


@dataclass(frozen=True, slots=True)
class IncidentDeclared:
    title: str
    environment: str
    service: str = ""
    alert_fingerprint: str = ""
    """The alert that led here, or empty when declared by hand."""
    began_at: datetime | None = None
    """Since when it hurts, if known: the alert's start."""
    is_drill: bool = False


@dataclass(frozen=True, slots=True)
class IncidentClosed:
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResponderJoined:
    host: str = ""
    is_unattended: bool = False
    """A program that looks after deadlines and messages, not a person."""


@dataclass(frozen=True, slots=True)
class ControlTaken:
    """The responder left read-only and may now run changes."""


@dataclass(frozen=True, slots=True)
class RunbookOpened:
    runbook: str
    title: str = ""
    digest: str = ""
    """SHA-256 of the file as it was when opened."""
    file: str = ""


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """A value given once per incident. Secrets never become events."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """Written before the process exists."""

    runbook: str
    step: str
    run_id: str
    command: str
    """The text as shown and approved; secrets stay as `${NAME}`."""
    command_index: int = 0
    risk: str = "read"
    risk_rule: str = ""
    environment: str = ""
    confirmation: str = ""
    """What the responder did to confirm: `enter`, `yes`, `typed:prod`."""
    title: str = ""
    command_count: int = 1
    """Commands of the step: it is done when each of them has succeeded."""
    attempt: int = 0
    """1 for the first run of the step in this incident; 0 when the writer did not count."""
    reason: str = ""
    """Why it was run, where the confirmation asks for that."""
    expectation: Expectation = NOTHING
    """What its success should look like, so that every cockpit can judge it."""
    trust: str = ""
    """Why its text could be trusted: `approved`, `signed`, `shipped`, `new`, `changed`; empty when nobody asked."""
    name: str = ""
    """Of the command, as its fence says."""
    undo: str = ""
    """Name of the command of the same runbook that reverses it."""
    inverse: str = ""
    """Text that reverses it, where no runbook names a command but its own text implies one."""
    settles: str = ""
    """Id of the obligation that it is run for."""
    edited: str = ""
    """What a responder made of the runbook's text before it ran, its placeholders as written; empty for no change."""
    original: str = ""
    """SHA-256, hex, of the runbook's text that was edited."""
    went_past: str = ""
    """Id of an earlier step of the phase that had gone wrong when this one was started all the same."""


@dataclass(frozen=True, slots=True)
class StepFinished:
    """The run's final verdict, by whichever cockpit saw it first (idempotence key: the run's id)."""

    runbook: str
    step: str
    run_id: str
    state: str
    """A final `RunState`."""
    exit_code: int | None = None
    signal: int | None = None
    elapsed: timedelta | None = None
    cancelled_by: str = ""
    reason: str = ""
    has_started: bool = True
    """The command's process existed; without one, running it again can do no harm."""


@dataclass(frozen=True, slots=True)
class StepJudged:
    """What became of a succeeded run's expectation (idempotence key: the run's id with `/output` or `/check`)."""

    runbook: str
    step: str
    run_id: str
    judgements: tuple[Judgement, ...] = ()


@dataclass(frozen=True, slots=True)
class StepCancelRequested:
    runbook: str
    step: str
    run_id: str


@dataclass(frozen=True, slots=True)
class StepSkipped:
    runbook: str
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepDone:
    """Marked as done by hand, with what was seen or done."""

    runbook: str
    step: str
    note: str = ""
    went_past: str = ""
    """As of `StepStarted`."""


@dataclass(frozen=True, slots=True)
class StepMarkUndone:
    """A skip or a done mark was taken back; runs cannot be taken back."""

    runbook: str
    step: str


@dataclass(frozen=True, slots=True)
class NoteAdded:
    text: str
    runbook: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class DeadlineActed:
    """Its target was told, by a person or automatically (idempotence key: `deadline/` with the key)."""

    key: str
    target: str
    action: str = ""
    """What was done, in one line."""
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class UnknownFact:
    """A kind that another version wrote; kept, shown in the timeline, changes nothing."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


Fact = (
    IncidentDeclared
    | IncidentClosed
    | ResponderJoined
    | ControlTaken
    | RunbookOpened
    | ParameterSet
    | StepStarted
    | StepFinished
    | StepJudged
    | StepCancelRequested
    | StepSkipped
    | StepDone
    | StepMarkUndone
    | NoteAdded
    | DeadlineActed
    | EvidenceFact
    | MessageFact
    | ObligationFact
    | PageFact
    | ResponseFact
    | SilenceFact
    | UnknownFact
)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with who said it, when, and where it stands among the others."""

    incident: str
    session: str
    number: int
    """1-based position in its session's journal."""
    lamport: int
    """Logical clock: greater than that of every event seen before it."""
    uid: int
    name: str
    """Claimed name of the responder."""
    at: datetime
    """Wall clock, UTC."""
    boot_id: str
    monotonic: timedelta
    """Since boot, so that clock jumps can be understood."""
    fact: Fact
    key: str = ""
    """Idempotence key: a second event with the same non-empty key changes nothing."""
    previous: str = ""
    """Hash of the session's event before this one; empty for the first."""
    seen: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Heads (journal → hash of its last line) of the other journals that moved since this session's previous event."""
    hash: str = ""

    @property
    def order(self) -> tuple[int, str, int]:
        """Total order of all events of an incident, the same on every machine."""
        return (self.lamport, self.session, self.number)
