"""What is said about a run besides its verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventa_cockpit.domain.run import CancelStage, RunState, RunStatus
from eventa_cockpit.domain.runbook import Annotation, Command, Risk, Step
from eventa_cockpit.domain.step_record import Attempt, StepRecord, StepState, summed_up
from eventa_cockpit.locale import use_language
from eventa_cockpit.widgets.view import runs, warnings

NOW = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


def text(run: RunStatus) -> str:
    return "".join(part.text for part in runs.ending(run, NOW))


def ending_in(stage: CancelStage, seconds: float | None) -> RunStatus:
    due = None if seconds is None else NOW + timedelta(seconds=seconds)
    return RunStatus("r", RunState.RUNNING, cancel_stage=stage, next_stage_at=due)


def record(state: StepState, **more: object) -> StepRecord:
    return summed_up("book", "step", (Attempt("r", state=state, **more),))  # type: ignore[arg-type]


def step(*, uses_pty: bool = True) -> Step:
    command = Command("x", "sh", 1, Risk.READ, "rule", annotation=Annotation(uses_pty=uses_pty))
    return Step("step", "1", "a step", 1, commands=(command,))


@pytest.mark.parametrize(
    ("stage", "seconds", "expected"),
    [
        (CancelStage.INTERRUPT, 4.2, "INT › TERM in 5 s"),
        (CancelStage.TERMINATE, 1.0, "TERM › KILL in 1 s"),
        (CancelStage.TERMINATE, -3, "TERM › KILL in 0 s"),
        (CancelStage.KILL, None, "KILL"),
    ],
)
def test_the_ladder_counts_down_to_its_next_rung(stage: CancelStage, seconds: float | None, expected: str) -> None:
    assert text(ending_in(stage, seconds)) == expected


def test_a_run_that_nobody_asked_to_end_is_not_ending() -> None:
    assert not runs.is_ending(RunStatus("r", RunState.RUNNING))
    assert not runs.is_ending(RunStatus("r", RunState.CANCELLED, cancel_stage=CancelStage.KILL))
    assert not runs.is_ending(None)


def test_only_what_an_ended_run_left_counts_as_left() -> None:
    assert runs.leftovers(RunStatus("r", RunState.RUNNING, processes_left=4)) == 0
    left = RunStatus("r", RunState.SUCCEEDED, processes_left=2)
    assert runs.sentences(record(StepState.DONE), left)[0][0].startswith("It has ended; 2 processes left.")


def test_a_lost_run_says_what_to_do_and_one_that_never_started_may_run_again() -> None:
    assert "nothing is run again by itself" in runs.advice_for(record(StepState.LOST))
    assert "without harm" in runs.advice_for(record(StepState.LOST, has_started=False))
    assert "logged out" in runs.advice_for(record(StepState.INTERRUPTED))
    assert runs.advice_for(record(StepState.FAILED)) == ""


def test_typing_is_offered_only_where_a_running_command_has_a_terminal() -> None:
    running, done = record(StepState.RUNNING), record(StepState.DONE)
    keys = [key for key, _words in runs.keys_of_output(step(), running, None)]
    assert keys[:3] == ["c", "i", "a"]
    assert [key for key, _words in runs.keys_of_output(step(uses_pty=False), running, None)][:2] == ["c", "f"]
    assert next(key for key, _words in runs.keys_of_output(step(), done, None)) == "f"


def test_each_oddity_of_a_text_has_a_sentence() -> None:
    oddities = ("control", "direction", "invisible", "unassigned", "mixed-scripts:рrod", "full-width:ｒｍ")
    sentences = warnings.about_text(oddities)
    assert len(set(sentences)) == len(oddities)
    assert "“рrod”" in sentences[4]
