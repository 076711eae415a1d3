"""Proposed changes to the runbook, as a diff: what was run otherwise than written, and what nobody needed.

The runbook's file is never written; the diff is for whoever owns it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from eventa_cockpit.domain.event import StepSkipped, StepStarted
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.runbook import Command, Library, Runbook, Step
from eventa_cockpit.locale import _


def proposals(incident: Incident, library: Library) -> str:
    """A unified diff over the runbooks that were opened; empty when they were right as they are."""
    return "".join(
        diff
        for opened in incident.runbooks
        if (runbook := library.runbook(opened.runbook)) is not None
        for diff in _of_runbook(incident, runbook)
    )


def _of_runbook(incident: Incident, runbook: Runbook) -> Iterator[str]:
    try:
        text = Path(runbook.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    proposed = text
    for step in runbook.steps:
        proposed = _with_edits(incident, runbook, step, proposed)
    proposed = _with_remarks(incident, runbook, proposed)
    name = Path(runbook.file).name
    yield "".join(
        difflib.unified_diff(
            text.splitlines(keepends=True), proposed.splitlines(keepends=True), f"a/{name}", f"b/{name}", n=2
        )
    )


def _with_edits(incident: Incident, runbook: Runbook, step: Step, text: str) -> str:
    """The command as it was edited and then succeeded, in place of the written one."""
    for event in incident.timeline:
        fact = event.fact
        if not isinstance(fact, StepStarted) or (fact.runbook, fact.step) != (runbook.id, step.id):
            continue
        attempt = incident.attempt(fact.run_id)
        if not fact.edited or attempt is None or not attempt.has_succeeded or fact.command_index >= len(step.commands):
            continue
        text = _replaced(text, step.commands[fact.command_index], fact.edited)
    return text


def _replaced(text: str, command: Command, edited: str) -> str:
    """In the file a fence's lines may be indented; the new ones get the same room."""
    written = command.text.rstrip("\n").split("\n")
    lines = text.split("\n")
    for place in range(len(lines) - len(written) + 1):
        window = lines[place : place + len(written)]
        room = window[0][: len(window[0]) - len(window[0].lstrip())]
        if [line.removeprefix(room) for line in window] == written:
            lines[place : place + len(written)] = [f"{room}{line}".rstrip() for line in edited.rstrip("\n").split("\n")]
            return "\n".join(lines)
    return text


def _with_remarks(incident: Incident, runbook: Runbook, text: str) -> str:
    """A comment under each step that was skipped, with the reason that was given."""
    lines = text.split("\n")
    skipped = [
        (step, event.fact.reason)
        for event in incident.timeline
        if isinstance(event.fact, StepSkipped) and event.fact.runbook == runbook.id
        if (step := runbook.step(event.fact.step)) is not None
    ]
    for step, reason in sorted(skipped, key=lambda entry: entry[0].line, reverse=True):
        remark = _("skipped in {incident}: {reason}").format(incident=incident.id, reason=" ".join(reason.split()))
        room = len(lines[step.line - 1]) - len(lines[step.line - 1].lstrip()) + 3 if step.line <= len(lines) else 0
        lines.insert(step.line, f"{' ' * room}<!-- {remark.replace('--', '–')} -->")
    return "\n".join(lines)
