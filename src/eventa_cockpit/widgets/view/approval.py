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
    is_edited: bool = False
    """The changes are from the runbook's text to what a responder typed."""
    warnings: Sequence[str] = ()
    """What to know before anything else, a sentence each."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The rows of a proposal: those that always stand there, above and below those that may scroll."""

    above: Sequence[Line]
    scrolled: Sequence[Line]
    below: Sequence[Line]
    room: int
    """Rows that the scrolled part has at most."""


def arranged(proposal: Proposal, width: int, height: int) -> Arrangement:
    """In `height` rows: only the text scrolls, and what matters least goes with it where there is little room."""
    title = [Line((span(text, Role.STRONG),)) for text in wrap(f"{proposal.step.number} {proposal.step.title}", width)]
    warned = [
        Line((span(text, Role.CRITICAL),))
        for sentence in (*(f"⚠ {warning}" for warning in proposal.warnings), *_objections(proposal))
        for text in wrap(sentence, width)
    ]
    text, first, others = _text_rows(proposal, width), _first_facts(proposal, width), _other_facts(proposal, width)
    candidates = (
        ([*title, *warned, BLANK], text, [BLANK, *first, *others]),
        ([*title, *warned], text, [*first, *others]),
        ([*title[:1], *warned], [*title[1:], *text, BLANK, *others], first),
        (title[:1], [*title[1:], *warned, *text, BLANK, *others], first),
    )
    for above, scrolled, below in candidates:
        room = height - len(above) - len(below)
        if room >= min(LEAST, len(scrolled)):
            return Arrangement(above, scrolled, below, room)
    return Arrangement((), [*title, *first, BLANK, *warned, *text, BLANK, *others], (), max(height, 1))


LEAST = 4
"""Rows of a command that must be seen at once before anything else is pinned."""


def _objections(proposal: Proposal) -> list[str]:
    return [f"✗ {proposal.blocked}"] if proposal.blocked else []


def _text_rows(proposal: Proposal, width: int) -> list[Line]:
    """What would run, what is different about it, and what the runbook says of it."""
    shown = script_rows(proposal.spans, width)
    if proposal.changes:
        shown += [BLANK, *_change_rows(proposal.changes, width, is_edited=proposal.is_edited)]
    said = [Line((span(text, Role.MUTED),)) for text in wrap(proposal.step.text, width) if text]
    return [*shown, BLANK, *said] if said else shown


_CHANGES = {"+": Role.GOOD, "-": Role.CRITICAL, "@": Role.MUTED}


def _change_rows(changes: Sequence[str], width: int, *, is_edited: bool) -> list[Line]:
    spans = [Span(f"{line}\n", _CHANGES.get(line[:1], Role.TEXT)) for line in changes]
    words = _("What is different from the runbook:") if is_edited else _("What is different from the approved text:")
    head = [Line((span(row, Role.WARNING),)) for row in wrap(words, width)]
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


def _first_facts(proposal: Proposal, width: int) -> list[Line]:
    """Where it acts, how dangerous that is, and the way back."""
    word, role = steps.RISKS[proposal.risk]
    found = [
        Line((_label(_("where")), *environment_badges(proposal.environment), span(f" {proposal.environment.title}"))),
        *_fact(_("risk"), f"{_(word)}: {proposal.rule}", role, width),
    ]
    if proposal.undo:
        found.extend(_fact(_("undo"), proposal.undo, Role.TEXT, width))
    elif proposal.risk is not Risk.READ:
        found.extend(_fact(_("undo"), _("there is no way back by a command"), Role.WARNING, width))
    if proposal.trust:
        found.extend(_fact(_("text"), proposal.trust, Role.TEXT if proposal.is_trusted else Role.WARNING, width))
    return found


def _other_facts(proposal: Proposal, width: int) -> list[Line]:
    found: list[Line] = []
    if proposal.timeout is not None:
        found.extend(_fact(_("at most"), moments.elapsed(proposal.timeout), Role.TEXT, width))
    if proposal.expect:
        found.extend(_fact(_("expects"), proposal.expect, Role.TEXT, width))
    if proposal.ran_before:
        found.extend(_fact(_("before"), proposal.ran_before, Role.WARNING, width))
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
