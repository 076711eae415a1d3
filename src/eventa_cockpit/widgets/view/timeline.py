"""The timeline pane: every event of the incident as one sentence, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eventa_cockpit.domain import event as facts
from eventa_cockpit.domain.event import Event
from eventa_cockpit.domain.step_record import VERDICTS, StepState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import incident_words, judgements, moments, paging_words, silence_words, steps
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import Line, Role, cell_len, line, pad, span, wrap
from eventa_cockpit.widgets.view.listing import Cell, Column, Facts, Listing
from eventa_cockpit.widgets.view.remembering import of_the_same

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene

Titles = Callable[[str, str], str]
"""(runbook id, step id) → what the step is called."""


@of_the_same
def listed(events: Sequence[Event]) -> Sequence[Event]:
    """Newest first."""
    return tuple(reversed(events))


def brief(event: Event, scene: Scene, width: int) -> list[Line]:
    """When, who and what, in at most three rows."""
    text, role = sentence(event, scene.step_title)
    head = f"{moments.clock(event.at, scene.zone)} {pad(event.name, _name_width(scene.events))} "
    room = max(width - cell_len(head), 10)
    return [
        line(
            span(head if index == 0 else " " * cell_len(head), Role.MUTED),
            span(row, role),
            key=_key(event) if index == 0 else "",
        )
        for index, row in enumerate(wrap(text, room)[:3])
    ]


def known(event: Event, scene: Scene) -> Facts:
    return (
        (_("When"), f"{event.at.astimezone(scene.zone):%Y-%m-%d %H:%M:%S}"),
        (_("Who"), event.name),
        (_("What"), sentence(event, scene.step_title)[0]),
    )


@of_the_same
def _name_width(events: Sequence[Event]) -> int:
    return min(max((cell_len(event.name) for event in events), default=0), _WIDEST_NAME)


def _key(event: Event) -> str:
    return f"{event.session}/{event.number}"


def sentence(event: Event, titles: Titles) -> tuple[str, Role]:
    """What happened, in the past tense."""
    fact = event.fact
    say = _SENTENCES.get(type(fact))
    if say is not None:
        return say(fact, titles)
    kind = fact.kind if isinstance(fact, facts.UnknownFact) else type(fact).__name__
    return (_("{kind} (written by another version)").format(kind=kind), Role.MUTED)


def _ids(runbook: str, step: str) -> str:
    return f"{runbook} {step}"


def _declared(fact: facts.IncidentDeclared, _titles: Titles) -> tuple[str, Role]:
    return (_("declared the incident: {title}").format(title=fact.title), Role.STRONG)


def _closed(fact: facts.IncidentClosed, _titles: Titles) -> tuple[str, Role]:
    text = _("closed the incident")
    return (f"{text}: {fact.reason}" if fact.reason else text, Role.STRONG)


def _joined(fact: facts.ResponderJoined, _titles: Titles) -> tuple[str, Role]:
    if fact.is_unattended:
        return (_("looks after deadlines and messages from {host}").format(host=fact.host), Role.MUTED)
    text = _("joined from {host}").format(host=fact.host) if fact.host else _("joined")
    return (text, Role.MUTED)


def _took_control(_fact: facts.ControlTaken, _titles: Titles) -> tuple[str, Role]:
    return (_("took control (RW)"), Role.ACCENT)


def _opened(fact: facts.RunbookOpened, _titles: Titles) -> tuple[str, Role]:
    return (_("opened the runbook {title}").format(title=fact.title or fact.runbook), Role.TEXT)


def _parameter(fact: facts.ParameterSet, _titles: Titles) -> tuple[str, Role]:
    return (_("set {name} = {value}").format(name=fact.name, value=fact.value), Role.TEXT)


def _started(fact: facts.StepStarted, titles: Titles) -> tuple[str, Role]:
    sentence = _("started {step} with an edited text") if fact.edited else _("started {step}")
    text = sentence.format(step=titles(fact.runbook, fact.step))
    return (text + _past(fact, titles), Role.WARNING if fact.edited or fact.went_past else Role.TEXT)


def _past(fact: facts.StepStarted | facts.StepDone, titles: Titles) -> str:
    if not fact.went_past:
        return ""
    return " " + _("(went past {step})").format(step=titles(fact.runbook, fact.went_past))


def _finished(fact: facts.StepFinished, titles: Titles) -> tuple[str, Role]:
    state = VERDICTS.get(fact.state, StepState.LOST)
    _glyph, word, role = steps.STATES[state]
    code = f"({fact.exit_code})" if state is StepState.FAILED and fact.exit_code is not None else ""
    took = f" {moments.took(fact.elapsed)}" if fact.elapsed is not None else ""
    return (f"{titles(fact.runbook, fact.step)}: {_(word)}{code}{took}", role)


def _judged(fact: facts.StepJudged, titles: Titles) -> tuple[str, Role]:
    said = [sentence for entry in fact.judgements if (sentence := judgements.of_judgement(entry)) is not None]
    step = titles(fact.runbook, fact.step)
    if not said:
        return (_("{step}: the output is as expected").format(step=step), Role.GOOD)
    return (f"{step}: " + " ".join(text for text, _role in said), said[0][1])


def _cancel(fact: facts.StepCancelRequested, titles: Titles) -> tuple[str, Role]:
    return (_("asked to cancel {step}").format(step=titles(fact.runbook, fact.step)), Role.WARNING)


def _skipped(fact: facts.StepSkipped, titles: Titles) -> tuple[str, Role]:
    return (_("skipped {step}: {reason}").format(step=titles(fact.runbook, fact.step), reason=fact.reason), Role.TEXT)


def _done(fact: facts.StepDone, titles: Titles) -> tuple[str, Role]:
    text = _("did {step}").format(step=titles(fact.runbook, fact.step))
    return ((f"{text}: {fact.note}" if fact.note else text) + _past(fact, titles), Role.GOOD)


def _undone(fact: facts.StepMarkUndone, titles: Titles) -> tuple[str, Role]:
    return (_("took back the mark of {step}").format(step=titles(fact.runbook, fact.step)), Role.TEXT)


def _noted(fact: facts.NoteAdded, titles: Titles) -> tuple[str, Role]:
    place = f"{titles(fact.runbook, fact.step)}: " if fact.step else ""
    return (_("note: {text}").format(text=place + fact.text), Role.TEXT)


_SENTENCES: Mapping[type, Callable[[Any, Titles], tuple[str, Role]]] = {
    facts.IncidentDeclared: _declared,
    facts.IncidentClosed: _closed,
    facts.ResponderJoined: _joined,
    facts.ControlTaken: _took_control,
    facts.RunbookOpened: _opened,
    facts.ParameterSet: _parameter,
    facts.StepStarted: _started,
    facts.StepFinished: _finished,
    facts.StepJudged: _judged,
    facts.StepCancelRequested: _cancel,
    facts.StepSkipped: _skipped,
    facts.StepDone: _done,
    facts.StepMarkUndone: _undone,
    facts.NoteAdded: _noted,
    **incident_words.SENTENCES,
    **paging_words.SENTENCES,
    **silence_words.SENTENCES,
}
_WIDEST_NAME = 12
LISTING: Listing[Event] = Listing(
    key=_key,
    words=lambda event: f"{event.name} {sentence(event, _ids)[0]}",
    brief=brief,
    facts=known,
    columns=(
        Column(mark("When"), lambda event, scene: Cell(moments.clock(event.at, scene.zone), Role.MUTED), 8),
        Column(mark("Who"), lambda event, _scene: Cell(event.name, Role.MUTED), 10, rank=1),
        Column(mark("What"), lambda event, scene: Cell(*sentence(event, scene.step_title)), 20, share=1),
    ),
    orders=(
        Order(mark("newest first")),
        Order(mark("oldest first"), lambda event: event.at),
        Order(mark("who"), lambda event: event.name),
    ),
)
