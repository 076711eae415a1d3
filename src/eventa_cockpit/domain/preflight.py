"""What a preflight found: findings as the doctor makes them, and what they forbid."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from eventa_cockpit.domain.finding import Finding, Verdict

AREAS = ("tools", "values", "identity", "secrets", "database", "clock", "state")
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Block:
    """Commands that call one of these programs are not run."""

    programs: frozenset[str]
    reason: str
    """A sentence."""
    lifted_by: str = ""
    """Words of a command that make it right all the same: `--context eventa-prod`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check says."""

    findings: tuple[Finding, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Preflight:
    """All that is known so far."""

    runbook: str
    """Its id."""
    at: datetime
    """When it was begun."""
    findings: tuple[Finding, ...] = ()
    blocks: tuple[Block, ...] = ()
    is_complete: bool = False

    @property
    def is_clear(self) -> bool:
        """Everything was looked at, and is as it should be."""
        return self.is_complete and not self.troubles

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """What is not as it should be, the missing first."""
        found = [finding for finding in self.findings if finding.verdict is not Verdict.OK]
        return tuple(sorted(found, key=lambda finding: finding.verdict is not Verdict.MISSING))

    def with_outcome(self, outcome: Outcome) -> Preflight:
        findings = sorted((*self.findings, *outcome.findings), key=lambda finding: AREAS.index(finding.area))
        return replace(self, findings=tuple(findings), blocks=(*self.blocks, *outcome.blocks))

    def completed(self) -> Preflight:
        return replace(self, is_complete=True)

    def blocked_because(self, programs: Collection[str], script: str) -> str:
        """Why a command that calls these programs may not run; empty when nothing speaks against it."""
        return next(
            (
                block.reason
                for block in self.blocks
                if block.programs & set(programs) and not (block.lifted_by and block.lifted_by in script)
            ),
            "",
        )
