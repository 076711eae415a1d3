"""Leading an incident: how bad it is, who does what, what was told, what is owed, and its end.

Each intent is on record before it counts. It raises JournalError when it could not be recorded; then nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from eventa_cockpit.domain.event import IncidentClosed
from eventa_cockpit.domain.evidence import Help, HelpJudged
from eventa_cockpit.domain.obligation import ObligationOpened, ObligationSettled, ObligationWaived
from eventa_cockpit.domain.response import (
    Acknowledged,
    IncidentReopened,
    IncidentSeverity,
    LinkAdded,
    Role,
    RoleHandedOver,
    RoleLaidDown,
    RoleTaken,
    SeverityChanged,
    StatusUpdated,
)
from eventa_cockpit.errors import IncidentError, ObligationsDueError
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    from eventa_cockpit.services.session import Session

ENDS = ("http://", "https://")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Leading:
    """What one responder can say about the incident itself. Intents that make no sense raise IncidentError."""

    def __init__(self, session: Session, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._session = session
        self._clock = clock

    # How bad, and who looks after it

    async def acknowledge(self, note: str = "") -> None:
        """Say that somebody looks after it. A second one changes nothing."""
        if self._session.incident.response.acknowledged_at is None:
            await self._session.record(Acknowledged(note.strip()), key="acknowledged")

    async def set_severity(self, severity: IncidentSeverity, reason: str) -> None:
        """Judge it anew; nobody can follow a change of severity without its reason."""
        self._require(reason, _("Say why the severity changes."))
        if severity == self._session.incident.response.severity:
            raise IncidentError(_("It is {severity} already.").format(severity=severity))
        await self._session.record(SeverityChanged(severity, reason.strip()))

    # Roles

    async def take_role(self, role: Role, reason: str = "") -> None:
        """Be there for something from now on. From somebody who is here, it takes a reason."""
        holder = self._session.incident.response.holders.get(role)
        ours = self._session.responder.session
        if holder is not None and holder.session == ours:
            return
        if holder is not None and not reason.strip() and self._session.is_present(holder.session):
            raise IncidentError(
                _("{name} has this role and is here. Say why you take it, or ask for a hand-over.").format(
                    name=holder.name
                )
            )
        await self._session.record(RoleTaken(role, reason.strip()))

    async def hand_over(self, role: Role, to_session: str, note: str = "") -> None:
        """Give a role of ours to somebody who is here."""
        incident = self._session.incident
        holder = incident.response.holders.get(role)
        if holder is None or holder.session != self._session.responder.session:
            raise IncidentError(_("You do not have this role, so you cannot hand it over."))
        heir = incident.participants.get(to_session)
        if heir is None or not self._session.is_present(to_session):
            raise IncidentError(_("Whoever takes it over has to be here."))
        await self._session.record(RoleHandedOver(role, to_session, heir.name, note.strip()))

    async def lay_down(self, role: Role) -> None:
        """Be there for it no longer; nobody has it then."""
        holder = self._session.incident.response.holders.get(role)
        if holder is None or holder.session != self._session.responder.session:
            raise IncidentError(_("You do not have this role."))
        await self._session.record(RoleLaidDown(role))

    # What is told

    async def update_status(self, text: str, next_in: timedelta | None = None) -> None:
        """Put on record what was told, and promise when the next word comes."""
        self._require(text, _("A status update needs some words."))
        due = self._clock() + next_in if next_in is not None else None
        await self._session.record(StatusUpdated(text.strip(), due))

    async def add_link(self, url: str, title: str = "") -> None:
        if not url.startswith(ENDS) or any(character.isspace() for character in url):
            raise IncidentError(_("A link begins with https:// or http:// and has no blanks."))
        await self._session.record(LinkAdded(url, title.strip()))

    # What is owed

    async def open_obligation(self, text: str, inverse: str = "") -> None:
        """Something outside the runbooks has to be undone before this closes."""
        self._require(text, _("Say what has to be undone."))
        number = len(self._session.incident.ledger.obligations) + 1
        name = f"owed/{self._session.responder.session}/{number}"
        await self._session.record(ObligationOpened(name, text.strip(), inverse=inverse))

    async def settle(self, obligation_id: str, note: str = "") -> None:
        """It was undone by other means; the note says how."""
        self._require(note, _("Say how it was undone."))
        await self._session.record(ObligationSettled(self._due(obligation_id), note.strip()))

    async def waive(self, obligation_id: str, reason: str) -> None:
        """It stays as it is, and somebody says why."""
        self._require(reason, _("Say why it may stay as it is."))
        await self._session.record(ObligationWaived(self._due(obligation_id), reason.strip()))

    async def judge_help(self, runbook: str, step: str, answer: Help, text: str = "") -> None:
        """Answer "did that help?" for a step."""
        await self._session.record(HelpJudged(runbook, step, answer, text.strip()))

    # Its end

    async def close(self, reason: str) -> None:
        """Raises ObligationsDueError while something must be undone, and RunError's sentence while something runs."""
        self._require(reason, _("Say how it ended; the record keeps it."))
        incident = self._session.incident
        if not incident.is_open:
            raise IncidentError(_("It is closed already."))
        if incident.running:
            raise IncidentError(
                _("Still running: {steps}. Wait for the end or cancel it.").format(
                    steps=", ".join(attempt.title or attempt.run_id for attempt in incident.running)
                )
            )
        due = incident.ledger.due(self._clock())
        if due:
            raise ObligationsDueError(
                _("This must be undone or waived first: {what}.").format(what="; ".join(entry.text for entry in due)),
                tuple(entry.id for entry in due),
            )
        await self._session.record(IncidentClosed(reason.strip()))

    async def reopen(self, reason: str) -> None:
        self._require(reason, _("Say why it is open again."))
        if self._session.incident.is_open:
            raise IncidentError(_("It is open."))
        await self._session.record(IncidentReopened(reason.strip()))

    def _due(self, obligation_id: str) -> str:
        found = self._session.incident.ledger.obligation(obligation_id)
        if found is None or not found.is_due(self._clock()):
            raise IncidentError(_("There is nothing like that to undo."))
        return found.id

    @staticmethod
    def _require(text: str, sentence: str) -> None:
        if not text.strip():
            raise IncidentError(sentence)
