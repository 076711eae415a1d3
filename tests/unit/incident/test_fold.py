from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.incident.events import BEGAN, Writing

from eventa_cockpit.domain.event import (
    ControlTaken,
    Fact,
    IncidentClosed,
    IncidentDeclared,
    NoteAdded,
    ParameterSet,
    ResponderJoined,
    RunbookOpened,
    StepCancelRequested,
    StepDone,
    StepFinished,
    StepMarkUndone,
    StepSkipped,
    StepStarted,
    UnknownFact,
)
from eventa_cockpit.domain.incident import Fold, Incident, StepState, fold


def started(run: str, *, index: int = 0, count: int = 1, attempt: int = 0) -> StepStarted:
    return StepStarted("rb", "mitigate.1", run, "true", index, command_count=count, attempt=attempt)


def finished(run: str, state: str = "succeeded", **more: object) -> StepFinished:
    return StepFinished("rb", "mitigate.1", run, state, **more)  # type: ignore[arg-type]


def after(*new: Fact) -> Incident:
    writing = Writing()
    writing.by("aya", *new)
    return fold(writing.events)


def state_after(*new: Fact) -> StepState:
    return after(*new).step("rb", "mitigate.1").state


def test_an_incident_says_who_declared_it_where_and_since_when_it_hurts() -> None:
    incident = after(IncidentDeclared("payments fail", "prod", "eventa", began_at=BEGAN, is_drill=True))

    assert (incident.id, incident.title, incident.environment) == ("INC-1", "payments fail", "prod")
    assert (incident.began_at, incident.declared_by, incident.is_drill) == (BEGAN, "aya", True)
    assert incident.is_open


def test_an_incident_without_a_known_beginning_began_when_it_was_declared() -> None:
    incident = after(IncidentDeclared("slow", "prod"))

    assert incident.began_at == incident.declared_at


def test_a_second_declaration_does_not_rename_the_incident() -> None:
    assert after(IncidentDeclared("first", "prod"), IncidentDeclared("second", "stg")).title == "first"


def test_a_closed_incident_is_not_open() -> None:
    incident = after(IncidentDeclared("slow", "prod"), IncidentClosed("fixed"))

    assert not incident.is_open
    assert incident.close_reason == "fixed"


def test_responders_are_listed_once_in_the_order_in_which_they_came() -> None:
    writing = Writing()
    writing.by("aya", IncidentDeclared("slow", "prod"), ResponderJoined("bastion-1"))
    writing.by("ken", ResponderJoined("bastion-2"), ControlTaken())
    writing.by("aya", NoteAdded("hello"))
    incident = fold(writing.events)

    assert incident.responders == ("aya", "ken")
    assert incident.participants["session-ken"].has_control
    assert not incident.participants["session-aya"].has_control
    assert incident.participants["session-ken"].host == "bastion-2"
    assert incident.participants["session-aya"].last_at == writing.events[-1].at


def test_the_runbook_opened_last_is_the_active_one_and_keeps_its_place_in_the_list() -> None:
    incident = after(
        RunbookOpened("a", "A", "d1"), RunbookOpened("b", "B", "d2"), RunbookOpened("a", "A", "d3", "a.md")
    )

    assert [entry.runbook for entry in incident.runbooks] == ["a", "b"]
    assert incident.active_runbook == "a"
    assert incident.runbooks[0].digest == "d3"


def test_the_newest_value_of_a_parameter_counts() -> None:
    assert after(ParameterSet("POD", "a"), ParameterSet("POD", "b")).parameters == {"POD": "b"}


def test_an_untouched_step_is_to_do() -> None:
    assert Incident().step("rb", "mitigate.1").state is StepState.TODO


def test_a_started_step_is_running_since_its_start() -> None:
    record = after(started("r1")).step("rb", "mitigate.1")

    assert (record.state, record.by, record.at) == (StepState.RUNNING, "aya", BEGAN + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        ("succeeded", StepState.DONE),
        ("failed", StepState.FAILED),
        ("cancelled", StepState.CANCELLED),
        ("timed_out", StepState.TIMED_OUT),
        ("interrupted", StepState.INTERRUPTED),
        ("lost", StepState.LOST),
    ],
)
def test_a_verdict_is_told_as_it_is(verdict: str, state: StepState) -> None:
    assert state_after(started("r1"), finished("r1", verdict)) is state


def test_a_verdict_of_another_version_is_never_taken_for_success() -> None:
    assert state_after(started("r1"), finished("r1", "half_done")) is StepState.LOST


def test_only_the_first_verdict_of_a_run_counts() -> None:
    record = after(started("r1"), finished("r1", "failed", exit_code=3), finished("r1")).step("rb", "mitigate.1")

    assert (record.state, record.exit_code) == (StepState.FAILED, 3)


def test_a_verdict_without_a_known_start_is_kept() -> None:
    assert state_after(finished("r1", "failed")) is StepState.FAILED


def test_a_start_after_its_verdict_does_not_make_the_step_run_again() -> None:
    record = after(finished("r1", "failed"), started("r1")).step("rb", "mitigate.1")

    assert record.state is StepState.FAILED
    assert record.attempts[0].by == "aya"


def test_attempts_are_listed_newest_first_and_the_newest_decides() -> None:
    record = after(started("r1"), finished("r1", "failed"), started("r2"), finished("r2")).step("rb", "mitigate.1")

    assert record.run_ids == ("r2", "r1")
    assert record.state is StepState.DONE


def test_a_step_of_two_commands_is_done_when_both_have_succeeded() -> None:
    first = (started("r1", index=0, count=2), finished("r1"))
    second = (started("r2", index=1, count=2), finished("r2"))

    assert state_after(*first) is StepState.TODO
    assert after(*first).step("rb", "mitigate.1").commands_done == {0}
    assert state_after(*first, *second) is StepState.DONE


def test_a_failed_command_is_not_hidden_by_the_next_one() -> None:
    first = (started("r1", index=0, count=2), finished("r1", "failed"))

    assert state_after(*first, started("r2", index=1, count=2), finished("r2")) is StepState.FAILED


def test_run_numbers_with_gaps_lead_to_the_next_free_one() -> None:
    assert after(started("r4", attempt=4)).step("rb", "mitigate.1").attempt_count == 4


def test_a_skip_keeps_its_reason() -> None:
    record = after(StepSkipped("rb", "mitigate.1", "no replica")).step("rb", "mitigate.1")

    assert (record.state, record.reason, record.by) == (StepState.SKIPPED, "no replica", "aya")


def test_taking_back_a_mark_restores_what_was_before() -> None:
    failed = (started("r1"), finished("r1", "failed"))

    assert state_after(*failed, StepDone("rb", "mitigate.1"), StepMarkUndone("rb", "mitigate.1")) is StepState.FAILED


def test_taking_back_the_second_of_two_marks_leaves_the_first() -> None:
    marks = (StepSkipped("rb", "mitigate.1", "later"), StepDone("rb", "mitigate.1", "did it"))

    assert state_after(*marks, StepMarkUndone("rb", "mitigate.1")) is StepState.SKIPPED


def test_a_run_cannot_be_taken_back() -> None:
    mark = StepSkipped("rb", "mitigate.1", "later")

    assert state_after(mark, started("r1"), StepMarkUndone("rb", "mitigate.1")) is StepState.RUNNING


def test_a_request_to_cancel_names_who_asked() -> None:
    record = after(started("r1"), StepCancelRequested("rb", "mitigate.1", "r1")).step("rb", "mitigate.1")

    assert record.state is StepState.RUNNING
    assert record.attempts[0].cancel_requested_by == "aya"


def test_an_event_with_a_key_that_was_seen_changes_nothing() -> None:
    writing = Writing()
    writing.by("aya", NoteAdded("once"), key="k")
    writing.by("ken", NoteAdded("once"), key="k")
    incident = fold(writing.events)

    assert len(incident.notes) == 1
    assert len(incident.timeline) == 1


def test_a_kind_of_another_version_is_in_the_timeline_and_changes_nothing_else() -> None:
    incident = after(IncidentDeclared("slow", "prod"), UnknownFact("SeverityChanged", {"to": 2}))

    assert isinstance(incident.timeline[1].fact, UnknownFact)
    assert incident.title == "slow"


def test_notes_keep_their_place() -> None:
    note = after(NoteAdded("falling", "rb", "mitigate.1")).notes[0]

    assert (note.text, note.by, note.runbook, note.step) == ("falling", "aya", "rb", "mitigate.1")


def test_a_fold_goes_on_where_it_stood() -> None:
    writing = Writing()
    writing.by("aya", IncidentDeclared("slow", "prod"), started("r1"))
    folding = Fold()

    assert folding.add(writing.events)
    assert folding.incident.running
    writing.by("ken", finished("r1"))
    assert folding.add(writing.events)
    assert not folding.add(writing.events)
    assert folding.incident == fold(writing.events)
