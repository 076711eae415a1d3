"""Following runs to their verdict, whoever started them, and whether or not that cockpit still lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from eventa_cockpit.domain.event import StepFinished
from eventa_cockpit.domain.incident import Attempt, Incident, StepKey
from eventa_cockpit.domain.run import RunStatus
from eventa_cockpit.journal.protocol import Journal
from eventa_cockpit.runner import observing


@dataclass(frozen=True, slots=True)
class Followed:
    """What was seen of all runs without a verdict on record, and of those that left something behind."""

    statuses: Mapping[str, RunStatus] = field(default_factory=lambda: MappingProxyType({}))
    """Run id → its status."""
    verdicts: tuple[StepFinished, ...] = ()
    """To be recorded, each under its run's id, so that it counts once whoever else records it too."""
    has_looked: bool = True
    """Not yet: then leftovers of runs that ended long ago are still to be found."""

    def is_news_after(self, before: Followed) -> bool:
        """Whether a screen has something to tell: time and output go on by themselves."""
        return _lasting(self.statuses) != _lasting(before.statuses)


NOTHING_YET = Followed(has_looked=False)


def follow(incident: Incident, runs: Path, journal: Journal, before: Followed = NOTHING_YET) -> Followed:
    """Look at every unfinished run, and at what ended ones may have left. Blocks for a few file reads a run."""
    statuses = _with_leftovers(incident, runs, before)
    verdicts: list[StepFinished] = []
    for key, record in incident.steps.items():
        for attempt in record.running:
            status = observing.status(runs / attempt.run_id)
            statuses[attempt.run_id] = status
            if status.state.is_final and not _may_still_start(status, attempt, journal):
                verdicts.append(_verdict(key, attempt, status))
    return Followed(MappingProxyType(statuses), tuple(verdicts))


def _lasting(statuses: Mapping[str, RunStatus]) -> dict[str, RunStatus]:
    return {run: replace(status, elapsed=None, output_bytes=0) for run, status in statuses.items()}


def _with_leftovers(incident: Incident, runs: Path, before: Followed) -> dict[str, RunStatus]:
    """Ended runs of which there is something left, among those that were live before; at first, among all newest."""
    ended = (record.attempts[0].run_id for record in incident.steps.values() if record.attempts and not record.running)
    looked_at = {run: observing.status(runs / run) for run in ended if run in before.statuses or not before.has_looked}
    return {run: status for run, status in looked_at.items() if status.processes_left}


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
