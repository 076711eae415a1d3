"""The hand-over card: what is known, done and open, as whoever comes next needs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.runbook import Library
from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.locale import _

MOST_NOTES = 3
"""The newest ones; the others are in the timeline."""


def card(incident: Incident, library: Library | None, now: datetime) -> str:
    """A few lines, to be changed before they are given."""
    return "\n".join(line for line in _lines(incident, library, now) if line)


def _lines(incident: Incident, library: Library | None, now: datetime) -> Iterator[str]:
    response = incident.response
    yield _("Known: {title}, {severity}.").format(title=incident.title, severity=response.severity or "–")
    if response.updates:
        yield _("Last word: {text}").format(text=response.updates[-1].text)
    yield from (f"- {note.text}" for note in incident.notes[-MOST_NOTES:])
    done, failed, running = (_titles(incident, library, *states) for states in _STATES)
    yield _("Done: {steps}.").format(steps=done) if done else _("Done: nothing yet.")
    yield _("Went wrong: {steps}.").format(steps=failed) if failed else ""
    yield _("Running: {steps}.").format(steps=running) if running else ""
    owed = "; ".join(entry.text for entry in incident.ledger.due(now))
    yield _("To be undone: {what}.").format(what=owed) if owed else ""
    following = _next(incident, library)
    yield _("Next: {step}").format(step=following) if following else ""


_STATES = (
    (StepState.DONE, StepState.UNVERIFIED),
    (StepState.FAILED, StepState.UNEXPECTED, StepState.TIMED_OUT, StepState.LOST, StepState.INTERRUPTED),
    (StepState.RUNNING,),
)


def _titles(incident: Incident, library: Library | None, *states: StepState) -> str:
    return ", ".join(_title(library, *key) for key, record in incident.steps.items() if record.state in states)


def _title(library: Library | None, runbook_id: str, step_id: str) -> str:
    runbook = library.runbook(runbook_id) if library is not None else None
    step = runbook.step(step_id) if runbook is not None else None
    return f"{step.number} {step.title}" if step is not None else step_id


def _next(incident: Incident, library: Library | None) -> str:
    runbook = library.runbook(incident.active_runbook) if library is not None else None
    if runbook is None:
        return ""
    waiting = (step for step in runbook.steps if incident.step(runbook.id, step.id).state is StepState.TODO)
    return next((f"{step.number} {step.title}" for step in waiting), "")
