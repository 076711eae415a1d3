"""Where a step stands, in glyph, word and a few facts."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.run import RunStatus
from eventa_cockpit.domain.runbook import Risk, Step
from eventa_cockpit.domain.step_record import StepRecord, StepState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments, runs
from eventa_cockpit.widgets.view.lines import Role, Spans, span

TODO = StepRecord("", "")
"""A step that nobody has touched."""
STATES: dict[StepState, tuple[str, str, Role]] = {
    StepState.TODO: ("[ ]", mark("to do"), Role.MUTED),
    StepState.RUNNING: ("[>]", mark("running"), Role.ACCENT),
    StepState.DONE: ("[✓]", mark("done"), Role.GOOD),
    StepState.UNVERIFIED: ("[~]", mark("not verified"), Role.WARNING),
    StepState.UNEXPECTED: ("[✘]", mark("not as expected"), Role.CRITICAL),
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


def words(
    status: StepRecord,
    run: RunStatus | None,
    now: datetime,
    zone: tzinfo,
    *,
    is_next: bool = False,
    is_waiting: bool = False,
) -> Spans:
    """`running 8 s`, `INT › TERM in 3 s`, `done  1 process left`, `done 03:09 sato`, `failed(1) 03:11 sato`."""
    if run is not None and runs.is_ending(run):
        return runs.ending(run, now)
    _glyph, word, role = STATES[status.state]
    if status.state is StepState.TODO:
        return (span("▸ " + _("next"), Role.KEY),) if is_next else (span(_("waits") if is_waiting else _(word), role),)
    if status.state is StepState.RUNNING:
        begun = now - status.at if status.at else timedelta()
        return (span(_(word) + " " + moments.elapsed(begun), role),)
    left = runs.leftovers(run)
    said: Spans = (
        span(_(word) + _code(status), role),
        *((span(" " + _("edited"), Role.WARNING),) if status.edited else ()),
    )
    if left:
        return (*said, span("  " + runs.leftover_words(left), Role.CRITICAL))
    when = moments.hour_and_minute(status.at, zone) if status.at else ""
    tail = "".join(f" {part}" for part in (when, status.by) if part)
    return (*said, span(tail, Role.MUTED)) if tail else said


def result(status: StepRecord) -> str:
    """One sentence about a finished run for the output pane; empty for anything else."""
    _glyph, word, _role = STATES[status.state]
    if status.state in {StepState.TODO, StepState.RUNNING} or not status.run_id:
        return ""
    took = (
        " " + _("after {duration}").format(duration=moments.took(status.elapsed)) if status.elapsed is not None else ""
    )
    return _(word) + _code(status) + took + (", " + _("edited") if status.edited else "")


def _code(status: StepRecord) -> str:
    if status.state is not StepState.FAILED:
        return ""
    if status.signal is not None:
        return "(" + _("signal {number}").format(number=status.signal) + ")"
    return f"({status.exit_code})" if status.exit_code is not None else ""
