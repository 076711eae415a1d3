"""Where the work has stopped: a step that went wrong holds up the later ones of its phase until it is settled. Pure.

Imports at run time only what the first paint needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from eventa_cockpit.domain.runbook import Phase, Runbook, Step
    from eventa_cockpit.domain.step_record import StepRecord

RecordOf = Callable[[str], "StepRecord"]
"""Step id → where it stands."""

PAUSING = frozenset({"failed", "timed_out", "lost", "interrupted", "unexpected"})
"""States of a step after which nobody should simply go on. A cancel was somebody's decision, and holds nothing up."""


class WayBack(NamedTuple):
    """What undoes a step: a step of the same runbook and one of its commands."""

    step: Step
    command_index: int = 0


def in_the_way(runbook: Runbook, step_id: str, record_of: RecordOf) -> Step | None:
    """The first earlier step of the same phase that went wrong and is not settled; None where nothing is."""
    for phase in runbook.phases:
        steps = _steps(phase)
        place = next((index for index, step in enumerate(steps) if step.id == step_id), None)
        if place is not None:
            return next((step for step in steps[:place] if record_of(step.id).state in PAUSING), None)
    return None


def way_back(runbook: Runbook, step: Step, record_of: RecordOf) -> WayBack | None:
    """The undo that the step's newest command names, else the first of the roll-back that is still to do."""
    attempts = record_of(step.id).attempts
    newest = attempts[0].command_index if attempts else 0
    ordered = [*step.commands[newest : newest + 1], *step.commands]
    for name in (command.annotation.undo for command in ordered if command.annotation.undo):
        for other in runbook.steps:
            for index, command in enumerate(other.commands):
                if command.annotation.name == name:
                    return WayBack(other, index)
    rollback = (other for phase in runbook.phases if phase.kind == "rollback" for other in _steps(phase))
    return next((WayBack(other) for other in rollback if not record_of(other.id).state.is_settled), None)


def _steps(phase: Phase) -> list[Step]:
    found: list[Step] = []
    waiting = list(reversed(phase.steps))
    while waiting:
        step = waiting.pop()
        found.append(step)
        waiting.extend(reversed(step.substeps))
    return found
