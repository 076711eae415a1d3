"""The checklist pane: phases as headings, steps with their state, and the chosen step opened up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from eventa_cockpit.domain.pausing import PAUSING
from eventa_cockpit.domain.run import RunStatus
from eventa_cockpit.domain.runbook import Command, Phase, PhaseKind, Risk, Runbook, Step, walk
from eventa_cockpit.domain.step_record import StepRecord, StepState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import judgements, runs, steps
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Span, Spans, cell_len, line, pad, span, width_of, wrap
from eventa_cockpit.widgets.view.progress import Checklist

PHASES: dict[PhaseKind, str] = {
    PhaseKind.DETECT: mark("Detect"),
    PhaseKind.DIAGNOSE: mark("Diagnose"),
    PhaseKind.MITIGATE: mark("Mitigate"),
    PhaseKind.RECOVER: mark("Recover"),
    PhaseKind.PROCEDURE: mark("Procedure"),
    PhaseKind.ROLLBACK: mark("Roll back"),
    PhaseKind.ESCALATE: mark("Escalate"),
    PhaseKind.POSTMORTEM: mark("Postmortem"),
}
_INDENT = 6
_COMMAND_ROWS = 8


def rows(checklist: Checklist, chosen: str, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    runbook = checklist.runbook
    if runbook is None:
        return []
    following = checklist.next_step
    next_id, is_stopped = following.id if following else "", checklist.is_stopped
    risk_width = max((cell_len(steps.risk_word(step)[0]) for step in runbook.steps), default=0)
    shown: list[Line] = []
    for phase in runbook.phases:
        shown.extend([BLANK] if shown else [])
        shown.extend(_phase_rows(phase, runbook, width))
        for step in (inner for outer in phase.steps for inner in walk(outer)):
            status, run = checklist.status(step.id), checklist.run(step.id)
            is_waiting = is_stopped and checklist.blocker_of(step) is not None
            said = steps.words(status, run, now, zone, is_next=step.id == next_id, is_waiting=is_waiting)
            shown.append(_step_row(step, status, said, step.id == next_id, (width, risk_width)))
            if step.id == chosen:
                shown.extend(_details(step, runbook, status, run, width))
    return shown


def _phase_rows(phase: Phase, runbook: Runbook, width: int) -> list[Line]:
    title = phase.title or _(PHASES[phase.kind])
    found = [line(span(title, Role.STRONG))]
    if phase.kind is not PhaseKind.DETECT:
        return found
    for signal in runbook.signals:
        found.extend(_bullet("-", signal.text, width))
    for name, text in runbook.facts.items():
        found.extend(_bullet(name, text, width))
    return found


def _bullet(label: str, text: str, width: int) -> list[Line]:
    first = f"  {label} "
    indent = cell_len(first)
    return [
        line(span(first if index == 0 else " " * indent, Role.MUTED), span(row))
        for index, row in enumerate(wrap(text, width - indent))
    ]


def _step_row(step: Step, status: StepRecord, said: Spans, is_next: bool, widths: tuple[int, int]) -> Line:
    width, risk_width = widths
    glyph, _word, role = steps.STATES[status.state]
    word, risk_role = steps.risk_word(step)
    right: tuple[Span, ...] = (*said, span("  " + pad(word, risk_width), risk_role))
    title_role = Role.MUTED if status.state.is_settled else Role.STRONG if is_next else Role.TEXT
    depth = "  " * step.number.count(".")
    left = (span(depth + glyph, role), span(f" {step.number} ", Role.MUTED), span(step.title, title_role))
    if width - width_of(right) < 16:
        right = said
    return Line(left, right, key=step.id)


def _details(step: Step, runbook: Runbook, status: StepRecord, run: RunStatus | None, width: int) -> list[Line]:
    """The chosen step opened: why, what runs, what it risks, how it is undone."""
    room = width - _INDENT
    found = [_indented(row, Role.TEXT) for row in wrap(step.text, room)] if step.text else []
    if status.reason:
        found.extend(_indented(row, Role.WARNING) for row in wrap(status.reason, room))
    for text, role in (*runs.sentences(status, run), *judgements.sentences(status)):
        found.extend(_indented(row, role) for row in wrap(text, room))
    if status.edited:
        found.extend(_edited_rows(status, room))
    for command in step.commands:
        found.extend(_command_rows(command, runbook, room))
    if not step.commands:
        found.append(_indented(_("Do this by hand, then press Enter and say what you did."), Role.MUTED))
    return found


def _edited_rows(status: StepRecord, room: int) -> list[Line]:
    """What ran last instead of what the runbook says."""
    head = _("{who} ran an edited text; the runbook's own stands below:").format(who=status.attempts[0].by)
    text = status.edited.rstrip().splitlines()
    shown = [
        Line((span(" " * (_INDENT - 2)), span("✎ " if index == 0 else "  ", Role.WARNING), span(row, Role.COMMAND)))
        for index, row in enumerate(text[:_COMMAND_ROWS])
    ]
    return [*(_indented(row, Role.WARNING) for row in wrap(head, room)), *shown]


def _command_rows(command: Command, runbook: Runbook, room: int) -> list[Line]:
    text = command.text.rstrip().splitlines()
    shown = [
        Line((span(" " * (_INDENT - 2)), span("$ " if index == 0 else "  ", Role.MUTED), span(row, Role.COMMAND)))
        for index, row in enumerate(text[:_COMMAND_ROWS])
    ]
    if len(text) > _COMMAND_ROWS:
        more = _("… {count} more lines; Enter shows all").format(count=len(text) - _COMMAND_ROWS)
        shown.append(_indented(more, Role.MUTED))
    if command.risk is not Risk.READ:
        from eventa_cockpit.runbook.rules import explain  # a table that the first paint does not need

        word, role = steps.RISKS[command.risk]
        name = command.annotation.undo
        undo = _("undo: {name}").format(name=runbook.place_of(name)) if name else _("no undo")
        shown.extend(_indented(row, role) for row in wrap(f"{_(word)}: {explain(command.risk_rule)}", room))
        shown.extend(_indented(row, Role.MUTED) for row in wrap(undo, room))
    return shown


def _indented(text: str, role: Role) -> Line:
    return Line((span(" " * _INDENT), span(text, role)))


def hints(step: Step | None, status: StepRecord, run: RunStatus | None = None) -> Sequence[tuple[str, str]]:
    """The keys that make sense for the chosen step."""
    if step is None:
        return ()
    if status.state is StepState.RUNNING:
        attach = (("a", _("attach")),) if runs.has_terminal(step, status) else ()
        return (("5", _("output")), ("c", _("kill now") if runs.is_ending(run) else _("cancel")), *attach)
    if runs.leftovers(run):
        return (("c", _("end what is left")), ("5", _("output")))
    if status.is_marked:
        return (("u", _("undo mark")),)
    if status.state.is_settled:
        return (("j", _("next step")), ("r", _("run again")))
    if status.state in PAUSING:
        return (("Enter", _("what now")), ("r", _("run again")), ("e", _("edit")), ("s", _("skip")))
    if status.state is StepState.UNVERIFIED:
        return (("r", _("run again")), ("d", _("mark done")), ("s", _("skip")))
    word = _("look and run") if step.commands else _("mark done")
    return (("Enter", word), ("s", _("skip")), ("n", _("note")))
