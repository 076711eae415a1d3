"""What a responder is told about a run besides its verdict: how it is being ended, what it left, what to do now."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from eventa_cockpit.domain.run import CancelStage, RunStatus
from eventa_cockpit.domain.runbook import Step
from eventa_cockpit.domain.step_record import StepRecord, StepState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view.lines import Role, Spans, span

_LADDER: dict[CancelStage, tuple[str, str]] = {
    CancelStage.INTERRUPT: ("INT", "TERM"),
    CancelStage.TERMINATE: ("TERM", "KILL"),
    CancelStage.KILL: ("KILL", ""),
}
"""The signal that was sent, and the one that follows."""

_ADVICE: dict[StepState, str] = {
    StepState.LOST: mark(
        "How it ended is not known. Look at what it changed before you run it again; nothing is run again by itself."
    ),
    StepState.INTERRUPTED: mark(
        "The machine shut down or its user was logged out while it ran. Look at how far it came, then run it again."
    ),
}
_HARMLESS = mark("Its command had not started: it can be run again without harm.")


def is_ending(run: RunStatus | None) -> bool:
    """Somebody has asked the run to end, and it has not yet."""
    return run is not None and not run.state.is_final and run.cancel_stage is not CancelStage.NONE


def ending(run: RunStatus, now: datetime) -> Spans:
    """`INT › TERM in 3 s`: what was sent, and what follows when."""
    sent, following = _LADDER[run.cancel_stage]
    if not following or run.next_stage_at is None:
        return (span(sent, Role.CRITICAL),)
    seconds = max(ceil((run.next_stage_at - now).total_seconds()), 0)
    return (
        span(sent, Role.WARNING),
        span(" › " + _("{signal} in {seconds} s").format(signal=following, seconds=seconds), Role.MUTED),
    )


def has_terminal(step: Step, status: StepRecord) -> bool:
    """Whether the step's running command has a terminal to type into."""
    if status.state is not StepState.RUNNING or not status.running:
        return False
    index = status.running[0].command_index
    return index < len(step.commands) and step.commands[index].annotation.uses_pty


def leftovers(run: RunStatus | None) -> int:
    """Processes that a run left behind when it ended."""
    return run.processes_left if run is not None and run.state.is_final else 0


def keys_of_output(step: Step, status: StepRecord, run: RunStatus | None) -> list[tuple[str, str]]:
    """The keys that matter while this output is read, and what they do."""
    reading = [("f", _("follow")), ("/", _("search")), ("w", _("wrap"))]
    if status.state is StepState.RUNNING:
        typing = [("i", _("reply")), ("a", _("attach"))] if has_terminal(step, status) else []
        return [("c", _("kill now") if is_ending(run) else _("cancel")), *typing, *reading[: 1 if typing else 3]]
    if leftovers(run):
        return [("c", _("end what is left")), *reading]
    return reading


def leftover_words(count: int) -> str:
    return _("1 process left") if count == 1 else _("{count} processes left").format(count=count)


def sentences(status: StepRecord, run: RunStatus | None) -> list[tuple[str, Role]]:
    """What there is to know and to do about the step's newest run, most urgent first."""
    found: list[tuple[str, Role]] = []
    left = leftovers(run)
    if left:
        what = _("It has ended; {left}. Press c to end what is left.").format(left=leftover_words(left))
        found.append((what, Role.CRITICAL))
    advice = advice_for(status)
    if advice:
        found.append((advice, Role.WARNING))
    return found


def advice_for(status: StepRecord) -> str:
    """What to do about a run that did not end by itself; empty for any other."""
    if status.state not in _ADVICE:
        return ""
    newest = status.attempts[0] if status.attempts else None
    if newest is not None and not newest.has_started:
        return _(_HARMLESS)
    return _(_ADVICE[status.state])
