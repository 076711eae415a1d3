from __future__ import annotations

import pytest

from eventa_cockpit.domain.confirmation import Answer, ConfirmationKind, confirmation_for
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.runbook import Risk

PROD = Environment("prod", is_production=True)
DRILL = Environment("prod", is_production=True, is_drill=True)
STG = Environment("stg")


@pytest.mark.parametrize("environment", [PROD, STG, DRILL])
def test_a_read_asks_for_enter_anywhere(environment: Environment) -> None:
    assert confirmation_for(Risk.READ, environment).accepts(Answer())


def test_a_change_outside_production_asks_for_a_yes() -> None:
    asked = confirmation_for(Risk.CHANGE, STG)

    assert asked.accepts(Answer("y"))
    assert not asked.accepts(Answer())


@pytest.mark.parametrize("environment", [PROD, DRILL])
def test_a_change_in_production_asks_for_its_name_in_a_drill_too(environment: Environment) -> None:
    asked = confirmation_for(Risk.CHANGE, environment)

    assert asked.accepts(Answer(" prod "))
    assert not asked.accepts(Answer("y"))
    assert not asked.accepts(Answer("PROD"))
    assert asked.record == "typed:prod"


def test_destruction_in_production_asks_for_a_reason_as_well() -> None:
    asked = confirmation_for(Risk.DESTRUCTIVE, PROD)

    assert not asked.accepts(Answer("prod"))
    assert not asked.accepts(Answer("prod", reason="  "))
    assert asked.accepts(Answer("prod", reason="the lock holder cannot be found"))


def test_destruction_elsewhere_asks_for_the_name() -> None:
    asked = confirmation_for(Risk.DESTRUCTIVE, STG)

    assert asked.accepts(Answer("stg"))
    assert not asked.accepts(Answer("y"))


def test_a_runbook_can_ask_for_more_but_not_for_less() -> None:
    assert confirmation_for(Risk.READ, STG, "typed").kind is ConfirmationKind.TYPED
    assert confirmation_for(Risk.READ, STG, "yes").kind is ConfirmationKind.YES
    assert confirmation_for(Risk.CHANGE, PROD, "enter").kind is ConfirmationKind.TYPED
    assert confirmation_for(Risk.CHANGE, PROD, "whatever").kind is ConfirmationKind.TYPED
