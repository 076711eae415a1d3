"""What one file says, as it is kept in the cache. Light: nothing that parses is imported here."""

from __future__ import annotations

from dataclasses import dataclass, field

from eventa_cockpit.domain.runbook import EscalationRule, OnCallEntry, Problem, Runbook, ServiceObjectives


@dataclass(frozen=True, slots=True)
class Remark:
    """Something for the linter that the finished steps no longer show."""

    line: int
    kind: str
    """`untitled`, `refused` or `unclosed`."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FileContents:
    """Everything that one file says."""

    runbooks: tuple[Runbook, ...] = ()
    escalation: tuple[EscalationRule, ...] = ()
    on_call: tuple[OnCallEntry, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    objectives: ServiceObjectives = field(default_factory=ServiceObjectives)
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Remark, ...] = ()
    """For the linter only."""
