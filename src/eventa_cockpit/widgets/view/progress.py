"""How far a runbook has been walked. Imports at run time only what the first paint needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from eventa_cockpit.domain.pausing import PAUSING, in_the_way

if TYPE_CHECKING:
    from eventa_cockpit.domain.run import RunStatus
    from eventa_cockpit.domain.runbook import Runbook, Step
    from eventa_cockpit.domain.step_record import StepRecord

_ROLLBACK = "rollback."
"""How the ids of a roll-back's steps begin."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A runbook as far as it has been walked."""

    runbook: Runbook | None = None
    statuses: Mapping[str, StepRecord] = field(default_factory=lambda: MappingProxyType({}))
    """Step id → where it stands; absent means to do."""
    runs: Mapping[str, RunStatus] = field(default_factory=lambda: MappingProxyType({}))
    """Run id → what was last seen of it, while it runs or has left something behind."""

    def status(self, step_id: str) -> StepRecord:
        from eventa_cockpit.domain.step_record import StepRecord

        return self.statuses.get(step_id) or StepRecord("", step_id)

    def run(self, step_id: str) -> RunStatus | None:
        """What was last seen of the step's newest run."""
        return self.runs.get(self.status(step_id).run_id)

    @property
    def next_step(self) -> Step | None:
        """Where the work goes on: the first step that nobody has touched, or the one that holds it up."""
        steps_of = self.runbook.steps if self.runbook else ()
        found = next((step for step in steps_of if self.status(step.id).state == "todo" and is_walked(step)), None)
        return found and (self.blocker_of(found) or found)

    @property
    def is_stopped(self) -> bool:
        """The next step is one that went wrong."""
        step = self.next_step
        return step is not None and self.status(step.id).state in PAUSING

    def blocker_of(self, step: Step) -> Step | None:
        """The earlier step of its phase that has to be settled first."""
        return in_the_way(self.runbook, step.id, self.status) if self.runbook is not None else None

    @property
    def running_steps(self) -> tuple[Step, ...]:
        steps_of = self.runbook.steps if self.runbook else ()
        return tuple(step for step in steps_of if self.status(step.id).state == "running")

    @property
    def progress(self) -> tuple[int, int]:
        """Settled steps and all of them; a roll-back is only walked when it is needed and does not count."""
        walked = [step for step in self.runbook.steps if is_walked(step)] if self.runbook else []
        return sum(self.status(step.id).state.is_settled for step in walked), len(walked)


def place_in_words(runbook: Runbook, step: Step) -> str:
    """Phase, number and title."""
    phase = next((phase for phase in runbook.phases if step.id.startswith(f"{phase.kind}.")), None)
    return f"{phase.title} {step.number} {step.title}" if phase is not None else f"{step.number} {step.title}"


def is_walked(step: Step) -> bool:
    """Part of the ordinary way through: not a heading over substeps, not a roll-back."""
    return not step.id.startswith(_ROLLBACK) and (bool(step.commands) or not step.substeps)
