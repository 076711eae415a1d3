"""What a responder reads before a step runs: exactly what will run, where, how dangerous it is, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.cells import get_character_cell_size

from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.runbook import Risk, Step
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import moments, steps
from eventa_cockpit.widgets.view.header import environment_badges
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Span, pad, span, wrap

_LABEL = 12
Builder = Callable[[int], Sequence[Line]]
"""Rows for a width."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One command of one step, about to run."""

    step: Step
    environment: Environment
    spans: Sequence[Span]
    """The script with roles: literal, value, secret, missing, computed."""
    risk: Risk
    rule: str
    """The rule's sentence."""
    undo: str = ""
    """Name of the command that reverses this one."""
    timeout: timedelta | None = None
    expect: str = ""
    blocked: str = ""
    """Why it must not run now; empty when it may."""
    ran_before: str = ""
    """What became of the newest run of this step, if there was one."""
    trust: str = ""
    """What there is to say about where the text comes from; empty when it was approved before."""
    is_trusted: bool = True
    """False when running it approves the text."""
    changes: Sequence[str] = ()
    """Lines of a diff from the text that was approved before."""
    warnings: Sequence[str] = ()
    """What to know before anything else, a sentence each."""


def rows(proposal: Proposal, width: int) -> list[Line]:
    shown = [Line((span(text, Role.STRONG),)) for text in wrap(f"{proposal.step.number} {proposal.step.title}", width)]
    shown.extend(Line((span(text, Role.MUTED),)) for text in wrap(proposal.step.text, width) if text)
    for warning in proposal.warnings:
        shown.extend(Line((span(text, Role.CRITICAL),)) for text in wrap("⚠ " + warning, width))
    shown.append(BLANK)
    shown.extend(script_rows(proposal.spans, width))
    shown.append(BLANK)
    if proposal.changes:
        shown.extend(_change_rows(proposal.changes, width))
        shown.append(BLANK)
    shown.extend(_facts(proposal, width))
    return shown


_CHANGES = {"+": Role.GOOD, "-": Role.CRITICAL, "@": Role.MUTED}


def _change_rows(changes: Sequence[str], width: int) -> list[Line]:
    spans = [Span(f"{line}\n", _CHANGES.get(line[:1], Role.TEXT)) for line in changes]
    head = [Line((span(row, Role.WARNING),)) for row in wrap(_("What is different from the approved text:"), width)]
    return [*head, *script_rows(spans, width, prompt="")]


def script_rows(spans: Iterable[Span], width: int, prompt: str = "$ ") -> list[Line]:
    """The script, whole: long lines go on in the next row after a mark, nothing is cut and no blank is lost."""
    rows_: list[list[Span]] = [[]]
    room = width - 2
    for item in spans:
        for character in item.text:
            if character == "\n":
                rows_.append([])
                room = width - 2
                continue
            size = get_character_cell_size(character)
            if size > room:
                rows_.append([Span("» ", Role.MUTED)])
                room = width - 4
            rows_[-1].append(Span(character, item.role))
            room -= size
    while len(rows_) > 1 and not rows_[-1]:
        rows_.pop()
    return [
        Line((Span(prompt if index == 0 and prompt else "  ", Role.MUTED), *_joined(characters)))
        for index, characters in enumerate(rows_)
    ]


def _facts(proposal: Proposal, width: int) -> list[Line]:
    word, role = steps.RISKS[proposal.risk]
    found = [
        Line((_label(_("where")), *environment_badges(proposal.environment), span(f" {proposal.environment.title}"))),
        *_fact(_("risk"), f"{_(word)}: {proposal.rule}", role, width),
    ]
    if proposal.undo:
        found.extend(_fact(_("undo"), proposal.undo, Role.TEXT, width))
    elif proposal.risk is not Risk.READ:
        found.extend(_fact(_("undo"), _("there is no way back by a command"), Role.WARNING, width))
    if proposal.timeout is not None:
        found.extend(_fact(_("at most"), moments.elapsed(proposal.timeout), Role.TEXT, width))
    if proposal.expect:
        found.extend(_fact(_("expects"), proposal.expect, Role.TEXT, width))
    if proposal.trust:
        found.extend(_fact(_("text"), proposal.trust, Role.TEXT if proposal.is_trusted else Role.WARNING, width))
    if proposal.ran_before:
        found.extend(_fact(_("before"), proposal.ran_before, Role.WARNING, width))
    if proposal.blocked:
        found.append(BLANK)
        found.extend(Line((span(text, Role.CRITICAL),)) for text in wrap("✗ " + proposal.blocked, width))
    return found


def _fact(label: str, text: str, role: Role, width: int) -> list[Line]:
    return [
        Line((_label(label if index == 0 else ""), span(row, role)))
        for index, row in enumerate(wrap(text, width - _LABEL))
    ]


def _label(text: str) -> Span:
    return span(pad(text, _LABEL), Role.MUTED)


def _joined(characters: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for item in characters:
        if joined and joined[-1].role is item.role:
            joined[-1] = span(joined[-1].text + item.text, item.role)
        else:
            joined.append(span(item.text, item.role))
    return tuple(joined)
