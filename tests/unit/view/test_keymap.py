"""The registry of actions."""

from __future__ import annotations

import inspect

from eventa_cockpit import keymap
from eventa_cockpit.keymap import ACTIONS, Pane, Scope
from eventa_cockpit.screens.cockpit import CockpitScreen
from eventa_cockpit.widgets.output import OutputView
from eventa_cockpit.widgets.pane import ListPane

ANSWERS = {Scope.COCKPIT: CockpitScreen, Scope.LIST: ListPane, Scope.OUTPUT: OutputView}


def test_no_key_means_two_things_in_one_pane() -> None:
    assert list(keymap.clashes()) == []


def test_ids_and_handlers_are_unique() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert len({(action.scope, action.handler) for action in ACTIONS}) == len(ACTIONS)


def test_every_action_has_someone_who_answers() -> None:
    names = {action.id: (ANSWERS[action.scope], f"action_{action.handler.partition('(')[0]}") for action in ACTIONS}
    missing = [action for action, (place, name) in names.items() if not inspect.isroutine(getattr(place, name, None))]
    assert missing == []


def test_every_pane_can_be_reached_by_its_key() -> None:
    reached = {action.handler: action.keys for action in ACTIONS if action.handler.startswith("show(")}
    assert reached == {f"show('{pane.value}')": (pane.key,) for pane in Pane}


def test_what_can_destroy_has_no_key_of_its_own() -> None:
    """Running is the only way to change the world, and it always goes through the dialog."""
    assert {action.handler for action in ACTIONS if action.id.startswith("step.")} == {
        "run_step",
        "rerun_step",
        "edit_step",
        "roll_back_step",
        "cancel_step",
        "skip_step",
        "mark_done",
        "undo_mark",
    }
