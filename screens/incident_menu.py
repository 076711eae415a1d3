"""The lists behind the incident's key: what can be chosen now, in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from eventa_cockpit.domain.deadline import DeadlineKind, DeadlineState
from eventa_cockpit.domain.evidence import Evidence
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.response import IncidentSeverity, Role
from eventa_cockpit.locale import _, mark
from eventa_cockpit.screens.choice import Option
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.incident_words import HELP, role_name
from eventa_cockpit.widgets.view.leading import deadline_words

if TYPE_CHECKING:
    from eventa_cockpit.services.owing import Undoing
    from eventa_cockpit.services.session import Session
    from eventa_cockpit.services.steering import Steering

SEVERITIES = {
    IncidentSeverity.SEV1: mark("the service is down, or money or data is at stake"),
    IncidentSeverity.SEV2: mark("an important part fails for many people"),
    IncidentSeverity.SEV3: mark("a part fails, and there is a way around it"),
    IncidentSeverity.SEV4: mark("hardly anybody notices"),
}


def entries(session: Session | None, steering: Steering | None, now: datetime) -> list[Option]:
    """What can be done now, the likeliest first; each key is an action of the screen."""
    declare = Option("declare_incident", _("Declare an incident"), _("by hand, without an alert"))
    others = Option("choose_incident", _("Another incident"), _("the open and the closed ones"))
    if session is None or steering is None:
        return [declare, others]
    incident = session.incident
    if not incident.is_open:
        ended = [
            Option("write_postmortem", _("Write the postmortem"), "x"),
            Option("tell_people", _("Tell people"), _("that it is over; customers, support")),
            Option("reopen_incident", _("Open it again"), _("with the reason")),
        ]
        return [*ended, declare, others]
    owed, unsent_ = incident.ledger.due(now), steering.outbox.unsent
    waiting = [each for each in steering.escalation.deadlines if each.wants_action(now)]
    found = [
        Option("escalate", _("Escalate"), _("{count} overdue").format(count=len(waiting)) if waiting else ""),
        Option("set_severity", _("Severity"), incident.response.severity or _("not judged yet")),
        Option("take_role", _("Take a role"), _roles_held(incident)),
        Option("tell_people", _("Tell people"), _("status update, declaration, customers, support")),
        Option("debts", _("To be undone"), _("{count} open").format(count=len(owed)) if owed else _("nothing")),
        Option("unsent_messages", _("Not sent"), str(len(unsent_)) if unsent_ else _("nothing")),
        Option("judge_help", _("Did the chosen step help?"), ""),
        Option("hand_over", _("Hand over"), _("with a card of what is known, done and open")),
        Option("close_incident", _("Close the incident"), _("with how it ended")),
        Option("write_postmortem", _("Write the postmortem"), "x"),
    ]
    if incident.response.acknowledged_at is None:
        found.insert(0, Option("acknowledge_incident", _("Look after it"), _("acknowledge: the first clock stops")))
    return [*found, declare, others]


def severities() -> list[Option]:
    return [Option(severity, severity, _(meaning)) for severity, meaning in SEVERITIES.items()]


def roles(session: Session) -> list[Option]:
    holders = session.incident.response.holders
    return [Option(role, role_name(role), holders[role].name if role in holders else _("nobody")) for role in Role]


def heirs(session: Session) -> list[Option]:
    """Who else is here."""
    ours = session.responder.session
    everybody = session.incident.participants.values()
    others = (entry for entry in everybody if entry.session != ours and not entry.is_unattended)
    return [Option(entry.session, entry.name, entry.host) for entry in others if session.is_present(entry.session)]


def tellings(steering: Steering) -> list[Option]:
    channels, is_open = steering.channels, steering.session.incident.is_open
    here, page = channels.get("incidents", _("clipboard")), channels.get("page", _("clipboard"))
    found = [
        Option("update", _("Status update"), here),
        Option("declare", _("Declaration"), here),
        Option("page", _("Ask for help"), page),
    ]
    if not is_open:
        found = [Option("close", _("It is over"), here)]
    copied = _("copied, to be pasted")
    return [*found, Option("customers", _("Customers"), copied), Option("support", _("Support"), copied)]


def unsent(steering: Steering) -> list[Option]:
    doubtful = _("may be out already")
    return [
        Option(message.id, f"{message.to}: {message.text}", doubtful if message.is_doubtful else message.reason)
        for message in steering.outbox.unsent
    ]


def escalations(steering: Steering, now: datetime) -> list[Option]:
    """Rules of the policy that nobody acted on; the overdue ones first."""
    over = {DeadlineState.ACTED, DeadlineState.STOOD_DOWN}
    waiting = [
        each
        for each in steering.escalation.deadlines
        if each.kind is DeadlineKind.POLICY and each.state(now) not in over
    ]
    return [Option(each.key, deadline_words(each, now), each.text) for each in waiting]


def debts(incident: Incident, now: datetime) -> list[Option]:
    return [Option(entry.id, entry.text, moments.since(entry.age(now))) for entry in incident.ledger.due(now)]


def ways_to_settle(found: Undoing | None) -> list[Option]:
    ways = [
        Option("settled", _("It is undone already"), _("say how")),
        Option("waive", _("It may stay"), _("say why")),
    ]
    if found is None:
        return ways
    command = found.step.commands[found.command_index].text
    return [Option("undo", _("Undo it now"), " ".join(command.split())), *ways]


def answers(evidence: Evidence) -> list[Option]:
    """With what was measured on either side, which is what the answer should rest on."""
    moved = [
        f"{each.name} {each.before.value:g} → {each.after.value:g}"
        for each in evidence.movements
        if each.before is not None and each.after is not None
    ]
    return [
        Option(answer, _(word), ", ".join(moved[:3]) if number == 0 else "")
        for number, (answer, (word, _role)) in enumerate(HELP.items())
    ]


def _roles_held(incident: Incident) -> str:
    held = [f"{role_name(role)} {holder.name}" for role, holder in incident.response.holders.items()]
    return ", ".join(held) or _("nobody leads yet")
