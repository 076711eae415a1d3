"""What was done to pages, in words: for the timeline, and for the notice after a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventa_cockpit.domain.page_action import PageAction, PageActionAsked, PageActionEnded, PageOutcome
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view.lines import Role

Titles = Callable[[str, str], str]
Sentence = tuple[str, Role]

ASKED: Mapping[str, str] = {
    PageAction.ACKNOWLEDGE: mark("asked {vendor} to acknowledge #{number}"),
    PageAction.ESCALATE: mark("asked {vendor} to escalate #{number} to level {detail}"),
    PageAction.RESOLVE: mark("asked {vendor} to resolve #{number}"),
    PageAction.NOTE: mark("asked {vendor} to keep a note on #{number}: {detail}"),
    PageAction.SNOOZE: mark("asked {vendor} to let #{number} rest for {detail} min"),
    PageAction.STATUS: mark("asked {vendor} to tell the subscribers of #{number}: {detail}"),
}
DONE: Mapping[str, str] = {
    PageAction.ACKNOWLEDGE: mark("#{number} is acknowledged"),
    PageAction.ESCALATE: mark("#{number} is escalated"),
    PageAction.RESOLVE: mark("#{number} is resolved"),
    PageAction.NOTE: mark("the note is on #{number}"),
    PageAction.SNOOZE: mark("#{number} rests"),
    PageAction.STATUS: mark("the subscribers of #{number} were told"),
}
ALREADY: Mapping[str, str] = {
    PageAction.ACKNOWLEDGE: mark("#{number} had been acknowledged before"),
    PageAction.ESCALATE: mark("#{number} has moved on since it was shown: look again"),
    PageAction.RESOLVE: mark("#{number} had been resolved before"),
    PageAction.NOTE: mark("the same note is on #{number} already"),
}


def of_outcome(action: str, number: int, outcome: str, reason: str) -> Sentence:
    """What came of an action; a word of another version is shown as it is."""
    told = f"#{number}"
    if outcome == PageOutcome.DONE and action in DONE:
        return _(DONE[action]).format(number=number), Role.GOOD
    if outcome == PageOutcome.ALREADY and action in ALREADY:
        return _(ALREADY[action]).format(number=number), Role.TEXT
    if outcome == PageOutcome.OVER:
        return _("#{number} is over: it had been resolved").format(number=number), Role.TEXT
    if outcome == PageOutcome.FAILED:
        return _("{page}: not done. {reason}").format(page=told, reason=reason), Role.CRITICAL
    if outcome == PageOutcome.UNCERTAIN:
        text = _("{page}: nobody knows whether it was done. Look before you do it again. {reason}")
        return text.format(page=told, reason=reason).strip(), Role.WARNING
    return f"{told} {action}: {outcome}", Role.MUTED


def _asked(fact: PageActionAsked, _titles: Titles) -> Sentence:
    words = ASKED.get(fact.action)
    if words is None:
        return f"{fact.vendor} #{fact.number}: {fact.action}", Role.TEXT
    text = _(words).format(vendor=fact.vendor, number=fact.number, detail=fact.detail)
    is_told = "{detail}" in words or not fact.detail
    return (text if is_told else f"{text}: {fact.detail}"), Role.TEXT


def _ended(fact: PageActionEnded, _titles: Titles) -> Sentence:
    return of_outcome(fact.action, fact.number, fact.outcome, fact.reason)


SENTENCES: Mapping[type, Callable[[Any, Titles], Sentence]] = {
    PageActionAsked: _asked,
    PageActionEnded: _ended,
}
