"""Runbooks as parsed: what a Markdown file says, with nothing added and nothing executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class Risk(StrEnum):
    """What a command does to the world, at worst. Ordered by `rank`."""

    READ = "read"
    CHANGE = "change"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        return tuple(Risk).index(self)


class PhaseKind(StrEnum):
    """The part of an incident's life that a section of a runbook serves."""

    DETECT = "detect"
    DIAGNOSE = "diagnose"
    MITIGATE = "mitigate"
    RECOVER = "recover"
    PROCEDURE = "procedure"
    ROLLBACK = "rollback"
    ESCALATE = "escalate"
    POSTMORTEM = "postmortem"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound on a named quantity, such as `payment failure rate > 5 %`."""

    quantity: str
    """The words or the identifier before the operator, e.g. `決済失敗率` or `payment_failure_rate`."""
    operator: str
    """One of `<`, `<=`, `>`, `>=`, `==`, `!=`."""
    value: float
    unit: str
    """As written (`%`, `ms`, `s`, …) or empty."""

    @property
    def text(self) -> str:
        return f"{self.quantity} {self.operator} {self.value:g}{self.unit}"


@dataclass(frozen=True, slots=True)
class Signal:
    """One bullet of a detect phase: how a responder notices that this runbook applies."""

    text: str
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a command needs and does not set itself."""

    name: str
    """The variable's name (`CF_DISTRIBUTION_ID`), or a placeholder's words (`pod name`)."""
    is_secret: bool = False
    """Entered without echo, masked everywhere, never part of a record."""
    is_variable: bool = True
    """A shell variable (handed over in the environment), not a placeholder to be replaced in the text."""
    placeholder: str = ""
    """The exact text that a placeholder's value replaces: `<pod name>`, `{{name}}`, `[NAME]`, `YOUR_X`."""
    default: str | None = None
    """From `${X:-default}` or from the file's front matter."""
    choices: str | None = None
    """A command that prints the possible values, one a line."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the braces after a fence's language, or a step's HTML comment, add."""

    name: str | None = None
    confirm: str | None = None
    timeout: timedelta | None = None
    retries: int = 0
    undo: str | None = None
    """Name of the command that reverses this one."""
    verify: Threshold | None = None
    """A check on live data that says whether the step helped."""
    expect: str | None = None
    """A regular expression that the output must match."""
    environments: tuple[str, ...] = ()
    """Names of the environments that this applies to; empty means all."""
    is_interactive: bool = False
    is_background: bool = False
    uses_pty: bool = True
    cwd: str | None = None
    choices: Mapping[str, str] = field(default_factory=lambda: NO_VALUES)
    link: str | None = None
    is_killer: bool = False
    """The one step that most often ends the incident."""
    unknown: Mapping[str, Any] = field(default_factory=lambda: NO_VALUES)
    """Keys this version does not know: kept, and reported by the linter."""


@dataclass(frozen=True, slots=True)
class Command:
    """One fence: a script run by one shell, exactly as in `text`."""

    text: str
    """The script: prompts stripped, sample output removed, continuations kept."""
    language: str
    """As written after the fence's backticks, lower case; empty when there was none."""
    line: int
    """1-based line of the fence in its file."""
    risk: Risk = Risk.READ
    risk_rule: str = ""
    """Identifier of the rule that decided `risk`, e.g. `kubectl.rollout-undo`; its words are in the catalogue."""
    parameters: tuple[Parameter, ...] = ()
    expected_output: str | None = None
    annotation: Annotation = field(default_factory=Annotation)
    digest: str = ""
    """SHA-256 of `text`, hex: what an approval is bound to."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist."""

    id: str
    """Stable within its runbook: phase kind and number, e.g. `mitigate.2` or `mitigate.1.3` for a substep."""
    number: str
    """As counted for the reader within the phase: `2`, `1.3`."""
    title: str
    line: int
    text: str = ""
    """The item's other paragraphs, as plain text."""
    commands: tuple[Command, ...] = ()
    substeps: tuple[Step, ...] = ()
    annotation: Annotation = field(default_factory=Annotation)
    links: tuple[str, ...] = ()

    @property
    def risk(self) -> Risk:
        """The worst of the step's own commands; `read` where there is none."""
        return max((command.risk for command in self.commands), key=lambda risk: risk.rank, default=Risk.READ)


@dataclass(frozen=True, slots=True)
class Phase:
    """A titled part of a runbook and its steps, in order."""

    kind: PhaseKind
    title: str
    line: int
    text: str = ""
    steps: tuple[Step, ...] = ()


class Frequency(StrEnum):
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    WEEKLY = "weekly"
    DAILY = "daily"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often a procedure is due."""

    frequency: Frequency
    text: str
    """As written: `月1回（第3水曜日）`."""
    weekday: int | None = None
    """0 = Monday, as in `datetime.weekday()`."""
    week_of_month: int | None = None
    """1 to 5; with `weekday`, "the third Wednesday"."""
    before_event: bool = False
    """Also due before a large event, whatever the calendar says."""


@dataclass(frozen=True, slots=True)
class Runbook:
    """One procedure. A file may hold several."""

    id: str
    """Slug of the title, kept in the title's own script, unique in its library."""
    title: str
    file: str
    line: int
    text: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: NO_VALUES)
    """`**key**: value` lines in order: cause, frequency, owner…"""
    schedule: Schedule | None = None
    signals: tuple[Signal, ...] = ()
    phases: tuple[Phase, ...] = ()
    alerts: tuple[str, ...] = ()
    """Names or label matchers of the alerts that lead here."""
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: NO_VALUES)
    """Defaults per environment name; the key `*` holds for all."""
    dashboards: tuple[str, ...] = ()
    owner: str | None = None
    reviewed: str | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps to walk, in order: a step that only holds substeps is followed by them."""
        return tuple(walked for phase in self.phases for step in phase.steps for walked in walk(step))

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def place_of(self, command_name: str) -> str:
        """Where a reader finds the named command: its phase and step in words; the bare name when it is elsewhere."""
        return next(
            (
                f"{phase.title} {step.number} {step.title}"
                for phase in self.phases
                for top in phase.steps
                for step in walk(top)
                for command in step.commands
                if command.annotation.name == command_name
            ),
            command_name,
        )


def walk(step: Step) -> tuple[Step, ...]:
    """The step and everything nested in it, depth first."""
    return (step, *(inner for substep in step.substeps for inner in walk(substep)))


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """One timer of the escalation policy."""

    after: timedelta
    target: str
    """Who must know then, in the policy's own words: `二次担当`."""
    text: str
    condition: str = ""
    """What the clock waits for: `unacknowledged`, `unresolved`, `outage`; empty when the text does not say."""


@dataclass(frozen=True, slots=True)
class OnCallEntry:
    """One line of the file's on-call list: a role and where its holder is found."""

    role: str
    source: str


@dataclass(frozen=True, slots=True)
class ServiceObjectives:
    """What the file says of the service level: thresholds and the budget that goes with them."""

    thresholds: tuple[Threshold, ...] = ()
    error_budget: timedelta | None = None
    """Minutes a month that may be bad."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a file that a person should mend."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Library:
    """All runbooks that were found, and what else their files say."""

    runbooks: tuple[Runbook, ...] = ()
    escalation: tuple[EscalationRule, ...] = ()
    on_call: tuple[OnCallEntry, ...] = ()
    references: Mapping[str, str] = field(default_factory=lambda: NO_VALUES)
    """The file's table of where things are: dashboards, logs, calendar."""
    objectives: ServiceObjectives = field(default_factory=ServiceObjectives)
    problems: tuple[Problem, ...] = ()

    def runbook(self, runbook_id: str) -> Runbook | None:
        return next((runbook for runbook in self.runbooks if runbook.id == runbook_id), None)
