"""What must be undone: opened by what was done, settled by its inverse, waived with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.incident.events import BEGAN, Writing

from eventa_cockpit.domain.event import Fact, StepFinished, StepStarted
from eventa_cockpit.domain.incident import fold
from eventa_cockpit.domain.obligation import (
    Ledger,
    Obligation,
    ObligationOpened,
    ObligationSettled,
    ObligationState,
    ObligationWaived,
)

LATER = BEGAN + timedelta(hours=5)


def ledger(*new: Fact) -> Ledger:
    writing = Writing()
    writing.by("sato", *new)
    return fold(writing.events).ledger


def only(*new: Fact) -> Obligation:
    (entry,) = ledger(*new).obligations
    return entry


def run(
    run_id: str,
    *,
    name: str = "",
    undo: str = "",
    step: str = "mitigate.2",
    risk: str = "change",
    state: str = "succeeded",
    settles: str = "",
    inverse: str = "",
    has_started: bool = True,
) -> tuple[Fact, Fact]:
    started = StepStarted(
        "rb",
        step,
        run_id,
        "curl …",
        risk=risk,
        name=name,
        undo=undo,
        settles=settles,
        inverse=inverse,
        title="switch",
    )
    return started, StepFinished("rb", step, run_id, state, has_started=has_started)


ON = run("on", name="maintenance-on", undo="maintenance-off")
OFF = run("off", name="maintenance-off", undo="maintenance-on", step="recover.3")


def test_a_run_that_names_its_inverse_is_owed_it() -> None:
    entry = only(*ON)
    assert (entry.state, entry.undo, entry.opened_by, entry.text) == (
        ObligationState.OPEN,
        "maintenance-off",
        "sato",
        "switch",
    )
    assert entry.is_due(LATER)


def test_the_inverse_settles_it_and_owes_nothing_itself() -> None:
    entry = only(*ON, *OFF)
    assert (entry.state, entry.reason) == (ObligationState.SETTLED, "off")
    assert ledger(*ON, *OFF).due(LATER) == ()


def test_an_inverse_that_failed_settles_nothing() -> None:
    failed = run("off", name="maintenance-off", undo="maintenance-on", step="recover.3", state="failed")
    assert only(*ON, *failed).is_due(LATER)


def test_a_step_that_brings_things_back_is_owed_nothing() -> None:
    assert ledger(*OFF).obligations == ()


def test_the_same_change_made_twice_is_owed_once_and_keeps_its_age() -> None:
    again = run("on-again", name="maintenance-on", undo="maintenance-off")
    assert only(*ON, *again).id == "on"


def test_a_change_made_again_after_it_was_undone_is_owed_again() -> None:
    again = run("on-again", name="maintenance-on", undo="maintenance-off")
    assert [entry.state for entry in ledger(*ON, *OFF, *again).obligations] == [
        ObligationState.SETTLED,
        ObligationState.OPEN,
    ]


@pytest.mark.parametrize("state", ["failed", "cancelled", "timed_out", "interrupted", "lost"])
def test_a_change_that_ended_badly_is_unclear_and_still_due(state: str) -> None:
    entry = only(*run("on", undo="off", state=state))
    assert (entry.state, entry.is_due(LATER)) == (ObligationState.UNCLEAR, True)


def test_a_command_that_never_ran_owes_nothing() -> None:
    assert ledger(*run("on", undo="off", state="failed", has_started=False)).obligations == ()


def test_reading_owes_nothing() -> None:
    assert ledger(*run("look", undo="off", risk="read")).obligations == ()


def test_a_run_made_for_an_obligation_settles_it() -> None:
    scaled = run("scale", inverse="kubectl scale deployment/api --replicas=3")
    back = run("back", settles="scale", inverse="kubectl scale deployment/api --replicas=6")
    assert only(*scaled, *back).state is ObligationState.SETTLED


def test_what_ends_by_itself_is_not_due_afterwards() -> None:
    entry = only(ObligationOpened("silence/1", "DB alert is silent", "silence", expires_at=BEGAN + timedelta(hours=1)))
    assert entry.is_due(BEGAN + timedelta(minutes=59))
    assert not entry.is_due(BEGAN + timedelta(hours=1))


def test_an_extended_silence_keeps_its_age() -> None:
    first = ObligationOpened("silence/1", "quiet", expires_at=BEGAN + timedelta(hours=1))
    longer = ObligationOpened("silence/1", "quiet", expires_at=BEGAN + timedelta(hours=2))
    entry = only(first, longer)
    assert (entry.expires_at, entry.opened_at) == (BEGAN + timedelta(hours=2), BEGAN + timedelta(minutes=1))


def test_a_waived_obligation_keeps_the_reason() -> None:
    entry = only(*ON, ObligationWaived("on", "the sale is over"))
    assert (entry.state, entry.reason, entry.ended_by) == (ObligationState.WAIVED, "the sale is over", "sato")


def test_an_obligation_is_settled_by_hand_with_a_note() -> None:
    assert only(*ON, ObligationSettled("on", "by the console")).state is ObligationState.SETTLED


def test_settling_what_nobody_owes_changes_nothing() -> None:
    assert ledger(ObligationSettled("ghost"), ObligationWaived("ghost", "x")).obligations == ()
