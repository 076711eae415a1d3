"""Where the work stops, and the way back from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from eventa_cockpit.domain.pausing import WayBack, in_the_way, way_back
from eventa_cockpit.domain.runbook import Annotation, Command, Phase, PhaseKind, Runbook, Step
from eventa_cockpit.domain.step_record import Attempt, StepRecord, StepState


def step(id: str, *commands: Command, substeps: tuple[Step, ...] = ()) -> Step:  # noqa: A002 - the step's own word
    return Step(id, id.partition(".")[2], id, 1, commands=commands, substeps=substeps)


def command(**annotation: str) -> Command:
    return Command("true", "sh", 1, annotation=Annotation(**annotation))  # type: ignore[arg-type]


OFF, ON = command(name="off"), command(name="on", undo="off")
MITIGATE = (step("mitigate.1", ON), step("mitigate.2", substeps=(step("mitigate.2.1", command()),)), step("mitigate.3"))
ROLLBACK = (step("rollback.1"), step("rollback.2", command(), OFF))
BOOK = Runbook(
    "rb",
    "a runbook",
    "rb.md",
    1,
    phases=(
        Phase(PhaseKind.MITIGATE, "Mitigate", 1, steps=MITIGATE),
        Phase(PhaseKind.RECOVER, "Recover", 1, steps=(step("recover.1"),)),
        Phase(PhaseKind.ROLLBACK, "Roll back", 1, steps=ROLLBACK),
    ),
)


def records(states: Mapping[str, StepState], *attempts: Attempt):
    return lambda id: StepRecord("rb", id, attempts, state=states.get(id, StepState.TODO))  # noqa: A006


@pytest.mark.parametrize("state", ["failed", "timed_out", "lost", "interrupted", "unexpected"])
def test_a_step_that_went_wrong_holds_up_the_later_ones_of_its_phase_and_no_others(state: str) -> None:
    of = records({"mitigate.2.1": StepState(state)})

    assert in_the_way(BOOK, "mitigate.3", of) == MITIGATE[1].substeps[0]
    assert in_the_way(BOOK, "mitigate.1", of) is None
    assert in_the_way(BOOK, "mitigate.2.1", of) is None
    assert in_the_way(BOOK, "recover.1", of) is None
    assert in_the_way(BOOK, "no such step", of) is None


@pytest.mark.parametrize("state", ["todo", "running", "done", "unverified", "skipped", "cancelled"])
def test_what_goes_on_or_was_decided_holds_nothing_up(state: str) -> None:
    assert in_the_way(BOOK, "mitigate.3", records({"mitigate.1": StepState(state)})) is None


def test_the_first_of_several_is_the_one_to_settle() -> None:
    of = records({"mitigate.1": StepState.FAILED, "mitigate.2.1": StepState.LOST})

    assert in_the_way(BOOK, "mitigate.3", of) == MITIGATE[0]


def test_the_way_back_is_the_undo_that_the_command_names() -> None:
    assert way_back(BOOK, MITIGATE[0], records({})) == WayBack(ROLLBACK[1], 1)


def test_of_several_commands_the_newest_runs_undo_comes_first() -> None:
    both = step("mitigate.1", command(undo="off"), command(undo="on"))

    assert way_back(BOOK, both, records({}, Attempt("r", command_index=1))) == WayBack(MITIGATE[0], 0)


def test_without_an_undo_the_way_back_is_the_first_step_of_the_roll_back_that_is_left() -> None:
    plain = step("mitigate.2.1", command())

    assert way_back(BOOK, plain, records({})) == WayBack(ROLLBACK[0])
    assert way_back(BOOK, plain, records({"rollback.1": StepState.DONE})) == WayBack(ROLLBACK[1])
    assert way_back(replace(BOOK, phases=BOOK.phases[:1]), plain, records({})) is None
