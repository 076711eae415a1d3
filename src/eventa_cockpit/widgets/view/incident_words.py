"""What is said of an incident itself, in words: who leads, how bad it is, what is owed, what was told, what helped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventa_cockpit.domain import evidence, message, obligation, response
from eventa_cockpit.domain.event import DeadlineActed
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view.lines import Role

Titles = Callable[[str, str], str]
Sentence = tuple[str, Role]

ROLES: Mapping[str, str] = {
    response.Role.COMMANDER: mark("commander"),
    response.Role.COMMUNICATIONS: mark("communications"),
    response.Role.SCRIBE: mark("scribe"),
    response.Role.OBSERVER: mark("observer"),
}
HELP: Mapping[str, tuple[str, Role]] = {
    evidence.Help.HELPED: (mark("it helped"), Role.GOOD),
    evidence.Help.DID_NOTHING: (mark("it changed nothing"), Role.WARNING),
    evidence.Help.MADE_IT_WORSE: (mark("it made things worse"), Role.CRITICAL),
    evidence.Help.UNCLEAR: (mark("its effect is unclear"), Role.WARNING),
}
SEVERITIES: Mapping[str, Role] = {
    response.IncidentSeverity.SEV1: Role.CRITICAL,
    response.IncidentSeverity.SEV2: Role.CRITICAL,
    response.IncidentSeverity.SEV3: Role.WARNING,
    response.IncidentSeverity.SEV4: Role.TEXT,
}


def role_name(role: str) -> str:
    """A role in the responder's language; one of another version as it is."""
    return _(ROLES[role]) if role in ROLES else role


def with_reason(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason else text


def _acknowledged(fact: response.Acknowledged, _titles: Titles) -> Sentence:
    return with_reason(_("looks after it"), fact.note), Role.GOOD


def _severity(fact: response.SeverityChanged, _titles: Titles) -> Sentence:
    text = _("severity {severity}: {reason}").format(severity=fact.severity, reason=fact.reason)
    return text, SEVERITIES.get(fact.severity, Role.STRONG)


def _role_taken(fact: response.RoleTaken, _titles: Titles) -> Sentence:
    return with_reason(_("is {role} now").format(role=role_name(fact.role)), fact.reason), Role.ACCENT


def _handed_over(fact: response.RoleHandedOver, _titles: Titles) -> Sentence:
    text = _("handed the role {role} over to {name}").format(role=role_name(fact.role), name=fact.to_name)
    return with_reason(text, fact.note), Role.ACCENT


def _laid_down(fact: response.RoleLaidDown, _titles: Titles) -> Sentence:
    return _("laid down the role {role}").format(role=role_name(fact.role)), Role.WARNING


def _updated(fact: response.StatusUpdated, _titles: Titles) -> Sentence:
    return _("status: {text}").format(text=fact.text), Role.STRONG


def _reopened(fact: response.IncidentReopened, _titles: Titles) -> Sentence:
    return with_reason(_("opened the incident again"), fact.reason), Role.STRONG


def _merged(fact: response.IncidentMerged, _titles: Titles) -> Sentence:
    return with_reason(_("merged it into {incident}").format(incident=fact.into), fact.reason), Role.STRONG


def _absorbed(fact: response.IncidentAbsorbed, _titles: Titles) -> Sentence:
    return with_reason(_("took in {incident}").format(incident=fact.other), fact.title), Role.STRONG


def _linked(fact: response.LinkAdded, _titles: Titles) -> Sentence:
    return with_reason(_("link"), f"{fact.title} {fact.url}".strip()), Role.TEXT


def _owed(fact: obligation.ObligationOpened, _titles: Titles) -> Sentence:
    return _("to be undone: {text}").format(text=fact.text), Role.WARNING


def _settled(fact: obligation.ObligationSettled, _titles: Titles) -> Sentence:
    return with_reason(_("undone"), fact.note), Role.GOOD


def _waived(fact: obligation.ObligationWaived, _titles: Titles) -> Sentence:
    return _("may stay as it is: {reason}").format(reason=fact.reason), Role.WARNING


def _acted(fact: DeadlineActed, _titles: Titles) -> Sentence:
    text = _("{target} told automatically") if fact.is_automatic else _("{target} told")
    return with_reason(text.format(target=fact.target), fact.action), Role.ACCENT


def _measured(fact: evidence.EvidenceTaken, titles: Titles) -> Sentence:
    before = _("{step}: {count} readings kept from before")
    after = _("{step}: {count} readings kept from afterwards")
    text = before if fact.moment == evidence.Moment.BEFORE else after
    return text.format(step=titles(fact.runbook, fact.step), count=len(fact.stamps)), Role.MUTED


def _helped(fact: evidence.HelpJudged, titles: Titles) -> Sentence:
    word, role = HELP.get(fact.help, HELP[evidence.Help.UNCLEAR])
    return with_reason(f"{titles(fact.runbook, fact.step)}: {_(word)}", fact.text), role


def _queued(fact: message.MessageQueued, _titles: Titles) -> Sentence:
    return _("to be sent to {place}: {text}").format(place=fact.to, text=fact.text), Role.TEXT


def _tried(fact: message.MessageTried, _titles: Titles) -> Sentence:
    return _("sends a message, try {number}").format(number=fact.number), Role.MUTED


def _sent(_fact: message.MessageSent, _titles: Titles) -> Sentence:
    return _("the message is out"), Role.GOOD


def _failed(fact: message.MessageFailed, _titles: Titles) -> Sentence:
    text = _("the message did not go out") if fact.is_certain else _("nobody knows whether the message went out")
    return with_reason(text, fact.reason), Role.WARNING


def _dropped(fact: message.MessageDropped, _titles: Titles) -> Sentence:
    return with_reason(_("the message is not sent any more"), fact.reason), Role.WARNING


SENTENCES: Mapping[type, Callable[[Any, Titles], Sentence]] = {
    response.Acknowledged: _acknowledged,
    response.SeverityChanged: _severity,
    response.RoleTaken: _role_taken,
    response.RoleHandedOver: _handed_over,
    response.RoleLaidDown: _laid_down,
    response.StatusUpdated: _updated,
    response.IncidentReopened: _reopened,
    response.IncidentMerged: _merged,
    response.IncidentAbsorbed: _absorbed,
    response.LinkAdded: _linked,
    obligation.ObligationOpened: _owed,
    obligation.ObligationSettled: _settled,
    obligation.ObligationWaived: _waived,
    DeadlineActed: _acted,
    evidence.EvidenceTaken: _measured,
    evidence.HelpJudged: _helped,
    message.MessageQueued: _queued,
    message.MessageTried: _tried,
    message.MessageSent: _sent,
    message.MessageFailed: _failed,
    message.MessageDropped: _dropped,
}
"""Kind of fact → its sentence in the timeline; the writer's name stands before it."""
