"""What a responder has to do before a command runs: the more it can break, the more they have to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.runbook import Risk


class ConfirmationKind(StrEnum):
    """From least to most."""

    ENTER = "enter"
    YES = "yes"
    """Press `y`."""
    TYPED = "typed"
    """Type a name."""

    @property
    def rank(self) -> int:
        return tuple(ConfirmationKind).index(self)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the responder did."""

    typed: str = ""
    """The name, or `y`."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is asked for one command in one environment."""

    kind: ConfirmationKind
    word: str = ""
    """What has to be typed, exactly."""
    needs_reason: bool = False

    def accepts(self, answer: Answer) -> bool:
        """Blanks around the answer do not count; anything else does."""
        if self.needs_reason and not answer.reason.strip():
            return False
        match self.kind:
            case ConfirmationKind.ENTER:
                return True
            case ConfirmationKind.YES:
                return answer.typed.strip().lower() in {"y", "yes"}
            case ConfirmationKind.TYPED:
                return answer.typed.strip() == self.word

    @property
    def record(self) -> str:
        """How it is written down: `enter`, `yes`, `typed:prod`."""
        return f"{self.kind}:{self.word}" if self.word else str(self.kind)


def confirmation_for(risk: Risk, environment: Environment, wanted: str | None = None) -> Confirmation:
    """What to ask for. `wanted` is the runbook's own wish (`confirm`), which can ask for more but never for less.

    A drill asks for what the real thing asks for: the hand should learn it.
    """
    kind = _by_risk(risk, environment)
    if wanted in set(ConfirmationKind):
        kind = max(kind, ConfirmationKind(wanted), key=lambda entry: entry.rank)
    return Confirmation(
        kind,
        word=environment.name if kind is ConfirmationKind.TYPED else "",
        needs_reason=risk is Risk.DESTRUCTIVE and environment.is_production,
    )


def raised_to_yes(confirmation: Confirmation) -> Confirmation:
    """What to ask for when a person has to look at the text or at what was done before: a `y` at least."""
    if confirmation.kind.rank >= ConfirmationKind.YES.rank:
        return confirmation
    return replace(confirmation, kind=ConfirmationKind.YES)


def _by_risk(risk: Risk, environment: Environment) -> ConfirmationKind:
    match risk:
        case Risk.READ:
            return ConfirmationKind.ENTER
        case Risk.CHANGE:
            return ConfirmationKind.TYPED if environment.is_production else ConfirmationKind.YES
        case Risk.DESTRUCTIVE:
            return ConfirmationKind.TYPED
