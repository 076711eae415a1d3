"""One step as an incident has it: its runs, the marks made by hand, and the one word that sums them up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eventa_cockpit.domain.expectation import NOTHING, Expectation, Judgement, Outcome, standing


class StepState(StrEnum):
    """Where a step stands, runs and marks by hand in one word."""

    TODO = "todo"
    RUNNING = "running"
    DONE = "done"
    UNVERIFIED = "unverified"
    """Its commands succeeded, but what is expected of that is not known yet."""
    UNEXPECTED = "unexpected"
    """Its commands succeeded, but not as expected."""
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    LOST = "lost"

    @property
    def is_settled(self) -> bool:
        """Nothing more is expected of the step."""
        return self in {StepState.DONE, StepState.SKIPPED}


VERDICTS = {
    "succeeded": StepState.DONE,
    "failed": StepState.FAILED,
    "cancelled": StepState.CANCELLED,
    "timed_out": StepState.TIMED_OUT,
    "interrupted": StepState.INTERRUPTED,
    "lost": StepState.LOST,
}
"""Final `RunState` → what it makes of the step. A verdict that is not listed here is never taken for success."""


def judged(state: StepState, expectation: Expectation, judgements: tuple[Judgement, ...]) -> StepState:
    """What a run's verdict amounts to: only a success as expected makes its step done."""
    if state is not StepState.DONE:
        return state
    match standing(expectation, judgements):
        case Outcome.MET:
            return StepState.DONE
        case Outcome.FAILED:
            return StepState.UNEXPECTED
        case _:
            return StepState.UNVERIFIED


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of one of the step's commands."""

    run_id: str
    by: str = ""
    uid: int = -1
    session: str = ""
    """Session that started it."""
    started_at: datetime | None = None
    """None when only its verdict is known."""
    number: int = 0
    """1 for the step's first run in this incident; 0 when nobody counted."""
    command_index: int = 0
    command: str = ""
    risk: str = "read"
    environment: str = ""
    state: StepState = StepState.RUNNING
    ended_at: datetime | None = None
    """When its verdict was recorded."""
    exit_code: int | None = None
    signal: int | None = None
    elapsed: timedelta | None = None
    cancel_requested_by: str = ""
    cancelled_by: str = ""
    reason: str = ""
    has_started: bool = True
    expectation: Expectation = NOTHING
    judgements: tuple[Judgement, ...] = ()
    runbook: str = ""
    step: str = ""
    title: str = ""
    name: str = ""
    """Of the command, as its fence says."""
    undo: str = ""
    """Name of the command that reverses it."""
    inverse: str = ""
    """Text that reverses it, where no command is named."""
    settles: str = ""
    """Id of the obligation that it was run for."""
    edited: str = ""
    """What a responder made of the runbook's text before it ran; empty when it ran as written."""

    @property
    def is_running(self) -> bool:
        return self.state is StepState.RUNNING

    @property
    def has_succeeded(self) -> bool:
        """Its command ended with 0, and nothing says that this is not as expected."""
        return self.state in {StepState.DONE, StepState.UNVERIFIED}


@dataclass(frozen=True, slots=True)
class Mark:
    """A step settled by hand."""

    state: StepState
    """DONE or SKIPPED."""
    by: str
    at: datetime
    text: str = ""
    """The note, or why it was skipped."""


Entry = Attempt | Mark


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What was done about one step, and how it stands now."""

    runbook: str
    step: str
    entries: tuple[Entry, ...] = ()
    """Runs and standing marks, oldest first."""
    state: StepState = StepState.TODO
    by: str = ""
    """Who last acted on it."""
    at: datetime | None = None
    """When its state was reached; of a running step, when it began."""
    elapsed: timedelta | None = None
    exit_code: int | None = None
    signal: int | None = None
    reason: str = ""
    """The note of a mark, why it was skipped, or what is known of a lost run."""
    commands_done: frozenset[int] = frozenset()
    """Indexes of the commands whose newest run succeeded."""
    expectation: Expectation = NOTHING
    """Of the run that decided its state."""
    judgements: tuple[Judgement, ...] = ()

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All runs, newest first."""
        return tuple(entry for entry in reversed(self.entries) if isinstance(entry, Attempt))

    @property
    def running(self) -> tuple[Attempt, ...]:
        """Runs without a verdict yet, newest first."""
        return tuple(attempt for attempt in self.attempts if attempt.is_running)

    @property
    def attempt_count(self) -> int:
        """Number of the newest run. Numbers may have gaps: a claim whose holder died was never used."""
        return max([len(self.attempts), *(attempt.number for attempt in self.attempts)])

    @property
    def run_ids(self) -> tuple[str, ...]:
        """Of all runs, newest first."""
        return tuple(attempt.run_id for attempt in self.attempts)

    @property
    def run_id(self) -> str:
        """The newest run, or empty."""
        return next(iter(self.run_ids), "")

    @property
    def edited(self) -> str:
        """The text of the newest run, where a responder had edited it; empty when that ran as the runbook says."""
        return self.attempts[0].edited if self.attempts else ""

    @property
    def is_marked(self) -> bool:
        """Its state was given by hand, and can be taken back."""
        return bool(self.entries) and isinstance(self.entries[-1], Mark)


def summed_up(runbook: str, step: str, entries: tuple[Entry, ...], command_count: int = 1) -> StepRecord:
    """The record of a step with this history.

    A mark stands until a later run. Without one the newest run of each command counts: what runs comes first, then
    what did not succeed, and the step is done when all of its commands have succeeded.
    """
    if entries and isinstance(entries[-1], Mark):
        mark = entries[-1]
        done = frozenset(index for index, run in _newest(entries).items() if run.has_succeeded)
        return StepRecord(runbook, step, entries, mark.state, mark.by, mark.at, reason=mark.text, commands_done=done)
    newest = _newest(entries)
    if not newest:
        return StepRecord(runbook, step, entries)
    runs = list(newest.values())
    done = frozenset(index for index, run in newest.items() if run.has_succeeded)
    chosen = (
        next((run for run in reversed(runs) if run.is_running), None)
        or next((run for run in reversed(runs) if not run.has_succeeded), None)
        or next((run for run in reversed(runs) if run.state is StepState.UNVERIFIED), None)
        or runs[-1]
    )
    state = chosen.state
    if chosen.has_succeeded and len(done) < command_count:
        state = StepState.TODO
    return StepRecord(
        runbook,
        step,
        entries,
        state,
        by=chosen.by or chosen.cancelled_by,
        at=chosen.started_at if chosen.is_running else chosen.ended_at,
        elapsed=chosen.elapsed,
        exit_code=chosen.exit_code,
        signal=chosen.signal,
        reason=chosen.reason,
        commands_done=done,
        expectation=chosen.expectation,
        judgements=chosen.judgements,
    )


def _newest(entries: tuple[Entry, ...]) -> dict[int, Attempt]:
    """Command index → its newest run, in the order in which those runs began."""
    newest: dict[int, Attempt] = {}
    for entry in entries:
        if isinstance(entry, Attempt):
            newest.pop(entry.command_index, None)
            newest[entry.command_index] = entry
    return newest
