"""What people are told, in their language: drafts that a responder sees, may change, and sends."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.deadline import Deadline, DeadlineKind
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.response import IncidentSeverity
from eventa_cockpit.locale import current_language, in_language, mark

DECLARED = mark("[{severity}] {service} {environment}: {title}\nSince {since}. {id}, commander: {commander}.")
DECLARED_BADLY = mark(
    "[{severity}] {service} {environment} is down or hurts many: {title}\n"
    "Since {since}. {id}, commander: {commander}. Next update in {minutes} min at the latest."
)
UPDATED = mark("[{severity}] {id} {title}\n{text}\nFor {lasted} min. {next}")
NEXT = mark("Next update at {time}.")
CLOSED = mark("[{severity}] {id} is over: {title}\n{reason}\nIt lasted {lasted} min ({since} to {until}).")
ESCALATED = mark(
    "{target}: {service} {environment} has been in trouble for {lasted} min. {title} ({id}, {severity})\n"
    "Rule: {rule}\nCommander: {commander}. {last}"
)
PAGED = mark("Help is needed: {title} ({id}, {severity}), for {lasted} min. Commander: {commander}.")
FOR_CUSTOMERS = mark(
    "We are having trouble with {service} since {since}. We are working on it and will tell you more by {next}."
)
FOR_CUSTOMERS_AFTERWARDS = mark("The trouble with {service} that began at {since} is over since {until}. We are sorry.")
FOR_SUPPORT = mark(
    "To support: {title}. Since {since}; {text} Please do not promise a time. Next update by {next}. ({id})"
)
NOBODY = mark("nobody yet")
UNJUDGED = mark("severity open")
SOON = {IncidentSeverity.SEV1: 15, IncidentSeverity.SEV2: 30, IncidentSeverity.SEV3: 60, IncidentSeverity.SEV4: 240}
"""Minutes within which the next word is promised, by severity."""


def next_update_in(incident: Incident) -> timedelta:
    """How soon people expect the next word."""
    severity = incident.response.severity
    known = next((minutes for grade, minutes in SOON.items() if grade == severity), SOON[IncidentSeverity.SEV2])
    return timedelta(minutes=known)


class Announcer:
    """Words for one incident in one language; times in the team's zone."""

    def __init__(self, incident: Incident, zone: tzinfo, now: datetime, language: str = "") -> None:
        """`language`: `ja` or `en`; empty means the screen's."""
        self._incident = incident
        self._zone = zone
        self._now = now
        self._language = language or current_language()

    def declaration(self) -> str:
        is_bad = self._incident.response.severity in {IncidentSeverity.SEV1, IncidentSeverity.SEV2}
        minutes = round(next_update_in(self._incident).total_seconds() / 60)
        return self._said(DECLARED_BADLY if is_bad else DECLARED, minutes=minutes)

    def update(self, text: str, next_due: datetime | None) -> str:
        promise = self._said(NEXT, time=self._time(next_due)) if next_due is not None else ""
        return self._said(UPDATED, text=text, next=promise).strip()

    def closing(self) -> str:
        return self._said(CLOSED, reason=self._incident.close_reason, until=self._time(self._incident.closed_at))

    def escalation(self, deadline: Deadline) -> str:
        """What a rule's target is told; of a promised update, a reminder to give it."""
        if deadline.kind is not DeadlineKind.POLICY:
            return self._said(PAGED)
        last = self._incident.response.updates[-1].text if self._incident.response.updates else ""
        return self._said(ESCALATED, target=deadline.target, rule=deadline.text, last=last).strip()

    def page(self) -> str:
        return self._said(PAGED)

    def for_customers(self) -> str:
        """For the status page: no names, no causes."""
        if self._incident.closed_at is not None:
            return self._said(FOR_CUSTOMERS_AFTERWARDS, until=self._time(self._incident.closed_at))
        return self._said(FOR_CUSTOMERS, next=self._promised())

    def for_support(self) -> str:
        updates = self._incident.response.updates
        return self._said(FOR_SUPPORT, text=f"{updates[-1].text} " if updates else "", next=self._promised())

    def _promised(self) -> str:
        return self._time(self._incident.response.next_update_due or self._now + next_update_in(self._incident))

    def _said(self, message: str, **values: object) -> str:
        incident = self._incident
        commander = incident.response.commander
        began, ended = incident.began_at or self._now, incident.closed_at or self._now
        known = {
            "severity": incident.response.severity or in_language(self._language, UNJUDGED),
            "service": incident.service,
            "environment": incident.environment,
            "title": incident.title,
            "id": incident.id,
            "since": self._time(began),
            "lasted": max(round((ended - began).total_seconds() / 60), 0),
            "commander": commander.name if commander is not None else in_language(self._language, NOBODY),
        }
        return in_language(self._language, message).format(**{**known, **values})

    def _time(self, moment: datetime | None) -> str:
        return f"{moment.astimezone(self._zone):%H:%M %Z}" if moment is not None else ""
