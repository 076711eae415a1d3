"""Where a step stands, in glyph, word and a few facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from eventa_cockpit.domain.runbook import Risk, Step
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import Role, Spans, span


class StepState(StrEnum):
    """What the reader needs to know; runs and marks by hand in one word."""

    TODO = "todo"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    LOST = "lost"

    @property
    def is_settled(self) -> bool:
        """Nothing more is expected of the step."""
        return self in {StepState.DONE, StepState.SKIPPED}


@dataclass(frozen=True, slots=True)
class StepStatus:
    """One step of the checklist now."""

    state: StepState = StepState.TODO
    by: str = ""
    """Who last acted on it."""
    at: datetime | None = None
    """When its state was reached; of a running step, when it began."""
    elapsed: timedelta | None = None
    exit_code: int | None = None
    signal: int | None = None
    reason: str = ""
    """Why it was skipped or lost, or what was noted."""
    run_id: str = ""
    """Newest run, or empty."""


TODO = StepStatus()
STATES: dict[StepState, tuple[str, str, Role]] = {
    StepState.TODO: ("[ ]", mark("to do"), Role.MUTED),
    StepState.RUNNING: ("[>]", mark("running"), Role.ACCENT),
    StepState.DONE: ("[✓]", mark("done"), Role.GOOD),
    StepState.FAILED: ("[✗]", mark("failed"), Role.CRITICAL),
    StepState.SKIPPED: ("[-]", mark("skipped"), Role.MUTED),
    StepState.CANCELLED: ("[x]", mark("cancelled"), Role.WARNING),
    StepState.TIMED_OUT: ("[✗]", mark("timed out"), Role.CRITICAL),
    StepState.INTERRUPTED: ("[!]", mark("interrupted"), Role.WARNING),
    StepState.LOST: ("[?]", mark("lost"), Role.CRITICAL),
}
RISKS: dict[Risk, tuple[str, Role]] = {
    Risk.READ: (mark("READ"), Role.READ),
    Risk.CHANGE: (mark("CHANGE"), Role.CHANGE),
    Risk.DESTRUCTIVE: (mark("DESTRUCTIVE"), Role.DESTRUCTIVE),
}
MANUAL = mark("MANUAL")


def risk_word(step: Step) -> tuple[str, Role]:
    """What the step does at worst; a step without a command is done by hand."""
    if not step.commands:
        return (_(MANUAL), Role.MUTED)
    word, role = RISKS[step.risk]
    return (_(word), role)


def words(status: StepStatus, now: datetime, zone: tzinfo, *, is_next: bool = False) -> Spans:
    """`running 8 s`, `done 03:09 sato`, `failed(1) 03:11 sato`."""
    _glyph, word, role = STATES[status.state]
    if status.state is StepState.TODO:
        return (span("▸ " + _("next"), Role.KEY),) if is_next else (span(_(word), role),)
    if status.state is StepState.RUNNING:
        begun = now - status.at if status.at else timedelta()
        return (span(_(word) + " " + moments.elapsed(begun), role),)
    when = moments.hour_and_minute(status.at, zone) if status.at else ""
    tail = "".join(f" {part}" for part in (when, status.by) if part)
    return (
        (span(_(word) + _code(status), role), span(tail, Role.MUTED))
        if tail
        else (span(_(word) + _code(status), role),)
    )


def result(status: StepStatus) -> str:
    """One sentence about a finished run for the output pane; empty for anything else."""
    _glyph, word, _role = STATES[status.state]
    if status.state in {StepState.TODO, StepState.RUNNING} or not status.run_id:
        return ""
    took = (
        " " + _("after {duration}").format(duration=moments.took(status.elapsed)) if status.elapsed is not None else ""
    )
    return _(word) + _code(status) + took


def _code(status: StepStatus) -> str:
    if status.state is not StepState.FAILED:
        return ""
    if status.signal is not None:
        return "(" + _("signal {number}").format(number=status.signal) + ")"
    return f"({status.exit_code})" if status.exit_code is not None else ""
