"""Evidence: what was measured before and after a step, and whether that helped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventa_cockpit.domain.event import Event


class Moment(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class Help(StrEnum):
    """What a responder, or a check, says of a step's effect."""

    HELPED = "helped"
    DID_NOTHING = "nothing"
    MADE_IT_WORSE = "worse"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Stamp:
    """One quantity as the board had it."""

    name: str
    value: float
    unit: str
    at: datetime
    """When it was measured, not when it was looked at."""
    is_fresh: bool = True


@dataclass(frozen=True, slots=True)
class EvidenceTaken:
    """The board's quantities around a run or a mark (idempotence key: the run's id with `/before` or `/after`)."""

    runbook: str
    step: str
    moment: str
    """A `Moment`."""
    stamps: tuple[Stamp, ...] = ()
    run_id: str = ""
    """Empty for a mark made by hand."""


@dataclass(frozen=True, slots=True)
class HelpJudged:
    """An answer to "did that help?"."""

    runbook: str
    step: str
    help: str
    """A `Help`."""
    text: str = ""


EvidenceFact = EvidenceTaken | HelpJudged


@dataclass(frozen=True, slots=True)
class Movement:
    """One quantity before and after a step."""

    name: str
    unit: str
    before: Stamp | None
    after: Stamp | None

    @property
    def change(self) -> float | None:
        """Relative (-0.1 = a tenth less); None when it is not known on both sides, or began at nothing."""
        if self.before is None or self.after is None or self.before.value == 0:
            return None
        return (self.after.value - self.before.value) / abs(self.before.value)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one step's effect."""

    before: tuple[Stamp, ...] = ()
    """At its newest start."""
    after: tuple[Stamp, ...] = ()
    """The newest since then."""
    help: str = ""
    """A `Help`, or empty while nobody has answered."""
    help_text: str = ""
    help_by: str = ""

    @property
    def movements(self) -> tuple[Movement, ...]:
        """Quantities on either side, in the order of the board."""
        before, after = _by_name(self.before), _by_name(self.after)
        return tuple(
            Movement(name, (before.get(name) or after[name]).unit, before.get(name), after.get(name))
            for name in dict.fromkeys((*before, *after))
        )


Evidences = Mapping[tuple[str, str], Evidence]
"""(runbook, step) → what is known of its effect."""


class EvidenceDraft:
    """Evidence while it is being put together, event by event in order."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _Step] = {}
        self.apply: dict[type, Callable[[Event, Any], None]] = {
            EvidenceTaken: self._take,
            HelpJudged: self._judge,
        }

    def evidence(self) -> Evidences:
        return MappingProxyType({key: step.evidence() for key, step in self._found.items()})

    def _take(self, _event: Event, fact: EvidenceTaken) -> None:
        step = self._step(fact.runbook, fact.step)
        if fact.moment == Moment.BEFORE:
            step.before, step.after = fact.stamps, ()
        elif fact.moment == Moment.AFTER:
            step.after = fact.stamps

    def _judge(self, event: Event, fact: HelpJudged) -> None:
        self._step(fact.runbook, fact.step).help = (fact.help, fact.text, event.name)

    def _step(self, runbook: str, step: str) -> _Step:
        return self._found.setdefault((runbook, step), _Step())


@dataclass(slots=True)
class _Step:
    before: tuple[Stamp, ...] = ()
    after: tuple[Stamp, ...] = ()
    help: tuple[str, str, str] = field(default=("", "", ""))

    def evidence(self) -> Evidence:
        return Evidence(self.before, self.after, *self.help)


def _by_name(stamps: tuple[Stamp, ...]) -> dict[str, Stamp]:
    return {stamp.name: stamp for stamp in stamps}
