"""Following runs to their verdict, whoever started them, and whether or not that cockpit still lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from eventa_cockpit.domain.event import StepFinished
from eventa_cockpit.domain.incident import Attempt, Incident, StepKey
from eventa_cockpit.domain.run import RunStatus
from eventa_cockpit.journal.protocol import Journal
from eventa_cockpit.runner import observing


@dataclass(frozen=True, slots=True)
class Followed:
    """What was seen of all runs without a verdict on record."""

    statuses: Mapping[str, RunStatus] = field(default_factory=lambda: MappingProxyType({}))
    """Run id → its status."""
    verdicts: tuple[StepFinished, ...] = ()
    """To be recorded, each under its run's id, so that it counts once whoever else records it too."""


def follow(incident: Incident, runs: Path, journal: Journal) -> Followed:
    """Look at every unfinished run. Blocks for a few file reads a run."""
    statuses: dict[str, RunStatus] = {}
    verdicts: list[StepFinished] = []
    for key, record in incident.steps.items():
        for attempt in record.running:
            status = observing.status(runs / attempt.run_id)
            statuses[attempt.run_id] = status
            if status.state.is_final and not _may_still_start(status, attempt, journal):
                verdicts.append(_verdict(key, attempt, status))
    return Followed(MappingProxyType(statuses), tuple(verdicts))


def _may_still_start(status: RunStatus, attempt: Attempt, journal: Journal) -> bool:
    """The start is on record and the launcher is at work: no verdict may come before that session's own word."""
    return not status.claimed_by and not status.has_started and journal.is_open(attempt.session)


def _verdict(key: StepKey, attempt: Attempt, status: RunStatus) -> StepFinished:
    runbook, step = key
    return StepFinished(
        runbook,
        step,
        attempt.run_id,
        status.state,
        exit_code=status.exit_code,
        signal=status.signal,
        elapsed=status.elapsed,
        cancelled_by=status.cancelled_by,
        reason=status.reason,
        has_started=status.has_started,
    )
