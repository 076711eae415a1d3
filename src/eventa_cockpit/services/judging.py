"""Judging succeeded runs by what their runbook expects, whoever started them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.check import judge_check
from eventa_cockpit.domain.event import StepJudged
from eventa_cockpit.domain.expectation import Aspect, Expectation, Judgement, judge_output
from eventa_cockpit.domain.incident import Attempt, Incident
from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.runner.pattern import is_found, last_output

_SUCCEEDED = {StepState.DONE, StepState.UNVERIFIED, StepState.UNEXPECTED}


class Judge:
    """Says of each run what can be said now. What cannot stays open, and is never taken for met."""

    def __init__(self, runs: Path, board: Callable[[], Board], clock: Callable[[], datetime]) -> None:
        self._runs = runs
        self._board = board
        self._clock = clock
        self._outputs: dict[str, tuple[Judgement, ...]] = {}
        """Run id → what was found, so that a record that cannot be written does not make us search for ever."""

    def judgements(self, incident: Incident) -> Mapping[str, StepJudged]:
        """Idempotence key → fact, for every part that has an answer and none on record. Blocks."""
        new: dict[str, StepJudged] = {}
        for (runbook, step), record in incident.steps.items():
            for attempt in record.attempts:
                if attempt.state not in _SUCCEEDED:
                    continue
                for part, found in (("output", self._of_output(attempt)), ("check", self._of_check(attempt))):
                    if found:
                        new[f"{attempt.run_id}/{part}"] = StepJudged(runbook, step, attempt.run_id, found)
        return new

    def _of_output(self, attempt: Attempt) -> tuple[Judgement, ...]:
        judged = {entry.aspect for entry in attempt.judgements}
        if not attempt.expectation.concerns_output or judged & {Aspect.PATTERN, Aspect.SAMPLE}:
            return ()
        if attempt.run_id not in self._outputs:
            found = _searched(self._runs / attempt.run_id, attempt.expectation)
            if found is None:
                return ()
            self._outputs[attempt.run_id] = found
        return self._outputs[attempt.run_id]

    def _of_check(self, attempt: Attempt) -> tuple[Judgement, ...]:
        check, ended_at = attempt.expectation.check, attempt.ended_at
        if check is None or ended_at is None or any(entry.aspect == Aspect.CHECK for entry in attempt.judgements):
            return ()
        judgement = judge_check(check, self._board(), ended_at, self._clock())
        return () if judgement is None else (judgement,)


def _searched(run_dir: Path, expectation: Expectation) -> tuple[Judgement, ...] | None:
    """None when the output cannot be read, for now or by us; another cockpit may."""
    try:
        output = last_output(run_dir)
    except OSError:
        return None
    found = is_found(expectation.pattern, output) if expectation.pattern else None
    return judge_output(expectation, output, found)
