"""The step that settles an obligation: the runbook's own undo, or the inverse of what was run."""

from __future__ import annotations

from typing import NamedTuple

from eventa_cockpit.domain.obligation import Obligation
from eventa_cockpit.domain.runbook import Library, Phase, PhaseKind, Runbook, Step
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.commands import make_command


class Undoing(NamedTuple):
    """What to plan and to run."""

    runbook: Runbook
    step: Step
    command_index: int
    settles: str
    """Id of the obligation."""


def undoing(obligation: Obligation, library: Library) -> Undoing | None:
    """None when somebody has to undo it by hand: nobody knows a command for it."""
    runbook = library.runbook(obligation.runbook)
    if runbook is not None and obligation.undo:
        for step in runbook.steps:
            for index, command in enumerate(step.commands):
                if command.annotation.name == obligation.undo:
                    return Undoing(runbook, step, index, obligation.id)
    if not obligation.inverse:
        return None
    return _derived(obligation, runbook)


def _derived(obligation: Obligation, runbook: Runbook | None) -> Undoing:
    """A step that no runbook has, made of the inverse's text; like any new text it is approved when it is run."""
    step = Step(
        f"{PhaseKind.ROLLBACK}.{obligation.step or 'owed'}",
        "↩",
        _("Undo: {what}").format(what=obligation.text),
        1,
        commands=(make_command(obligation.inverse),),
    )
    phase = Phase(PhaseKind.ROLLBACK, _("Undo"), 1, steps=(step,))
    if runbook is None:
        runbook = Runbook(obligation.runbook or "owed", _("Undo"), "", 1)
    whole = Runbook(
        runbook.id, runbook.title, runbook.file, runbook.line, phases=(phase,), parameters=runbook.parameters
    )
    return Undoing(whole, step, 0, obligation.id)
