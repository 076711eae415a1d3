"""The response: how bad the incident is judged to be, who leads it, who was told what, and what it became part of.

Facts of the journal and the value that they add up to. Role names follow PagerDuty's incident response guide,
https://response.pagerduty.com/before/different_roles/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventa_cockpit.domain.event import Event


class IncidentSeverity(StrEnum):
    """How bad it is for the people who use the service, from the worst."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"


class Role(StrEnum):
    """What a responder is there for."""

    COMMANDER = "commander"
    """Decides; there is one at a time."""
    COMMUNICATIONS = "communications"
    SCRIBE = "scribe"
    OBSERVER = "observer"
    """Everybody who has taken no other role."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody looks after it: the clock of the unanswered alert stops."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class SeverityChanged:
    severity: str
    """An `IncidentSeverity`; a word that this version does not know is kept and shown."""
    reason: str


@dataclass(frozen=True, slots=True)
class RoleTaken:
    """The writer has the role from now on, whoever had it before."""

    role: str
    reason: str = ""
    """Why it was taken from somebody, where it was."""


@dataclass(frozen=True, slots=True)
class RoleHandedOver:
    """The writer gave the role to another session."""

    role: str
    to_session: str
    to_name: str
    note: str = ""
    """What is known, done and open, as handed over."""


@dataclass(frozen=True, slots=True)
class RoleLaidDown:
    role: str


@dataclass(frozen=True, slots=True)
class StatusUpdated:
    """What was told about the incident, and when the next word is due."""

    text: str
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentReopened:
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentMerged:
    """It goes on as part of another incident."""

    into: str
    """Id of that one."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IncidentAbsorbed:
    """Another incident goes on as part of this one."""

    other: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class LinkAdded:
    url: str
    """http or https."""
    title: str = ""


ResponseFact = (
    Acknowledged
    | SeverityChanged
    | RoleTaken
    | RoleHandedOver
    | RoleLaidDown
    | StatusUpdated
    | IncidentReopened
    | IncidentMerged
    | IncidentAbsorbed
    | LinkAdded
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a role."""

    session: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SeverityChange:
    severity: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    text: str
    at: datetime
    by: str
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """How the incident is led, as of the newest event."""

    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    severities: tuple[SeverityChange, ...] = ()
    """Oldest first."""
    holders: Mapping[str, Holder] = field(default_factory=lambda: MappingProxyType({}))
    """Role → who has it; observers are not listed."""
    updates: tuple[StatusUpdate, ...] = ()
    """Oldest first."""
    merged_into: str = ""
    absorbed: tuple[str, ...] = ()
    links: tuple[LinkAdded, ...] = ()

    @property
    def severity(self) -> str:
        """The newest word on it, or empty."""
        return self.severities[-1].severity if self.severities else ""

    @property
    def commander(self) -> Holder | None:
        return self.holders.get(Role.COMMANDER)

    @property
    def next_update_due(self) -> datetime | None:
        return self.updates[-1].next_due if self.updates else None

    def roles_of(self, session: str) -> tuple[str, ...]:
        """What this session is there for; an observer without any."""
        return tuple(role for role, holder in self.holders.items() if holder.session == session) or (Role.OBSERVER,)


class ResponseDraft:
    """A response while it is being put together, event by event in order."""

    def __init__(self) -> None:
        self._acknowledged: tuple[datetime | None, str] = (None, "")
        self._severities: list[SeverityChange] = []
        self._holders: dict[str, Holder] = {}
        self._updates: list[StatusUpdate] = []
        self._absorbed: dict[str, None] = {}
        self._links: dict[str, LinkAdded] = {}
        self._merged_into = ""
        self.apply: dict[type, Callable[[Event, Any], None]] = {
            Acknowledged: self._acknowledge,
            SeverityChanged: self._change_severity,
            RoleTaken: self._take,
            RoleHandedOver: self._hand_over,
            RoleLaidDown: self._lay_down,
            StatusUpdated: self._update,
            IncidentMerged: self._merge,
            IncidentAbsorbed: self._absorb,
            IncidentReopened: self._reopen,
            LinkAdded: self._link,
        }
        """What each fact changes."""

    def response(self) -> Response:
        return Response(
            *self._acknowledged,
            severities=tuple(self._severities),
            holders=MappingProxyType(dict(self._holders)),
            updates=tuple(self._updates),
            merged_into=self._merged_into,
            absorbed=tuple(self._absorbed),
            links=tuple(self._links.values()),
        )

    def _acknowledge(self, event: Event, _fact: Acknowledged) -> None:
        if self._acknowledged[0] is None:
            self._acknowledged = (event.at, event.name)

    def _change_severity(self, event: Event, fact: SeverityChanged) -> None:
        self._severities.append(SeverityChange(fact.severity, fact.reason, event.at, event.name))

    def _take(self, event: Event, fact: RoleTaken) -> None:
        if fact.role == Role.OBSERVER:
            self._lay_down_all(event.session)
        else:
            self._holders[fact.role] = Holder(event.session, event.name, event.at)

    def _hand_over(self, event: Event, fact: RoleHandedOver) -> None:
        """Only what one holds can be given away: of two who were quick, the second finds it gone."""
        holder = self._holders.get(fact.role)
        if holder is not None and holder.session == event.session:
            self._holders[fact.role] = Holder(fact.to_session, fact.to_name, event.at)

    def _lay_down(self, event: Event, fact: RoleLaidDown) -> None:
        holder = self._holders.get(fact.role)
        if holder is not None and holder.session == event.session:
            del self._holders[fact.role]

    def _lay_down_all(self, session: str) -> None:
        self._holders = {role: holder for role, holder in self._holders.items() if holder.session != session}

    def _update(self, event: Event, fact: StatusUpdated) -> None:
        self._updates.append(StatusUpdate(fact.text, event.at, event.name, fact.next_due))

    def _merge(self, _event: Event, fact: IncidentMerged) -> None:
        self._merged_into = fact.into

    def _absorb(self, _event: Event, fact: IncidentAbsorbed) -> None:
        self._absorbed[fact.other] = None

    def _reopen(self, _event: Event, _fact: IncidentReopened) -> None:
        self._merged_into = ""

    def _link(self, _event: Event, fact: LinkAdded) -> None:
        self._links.setdefault(fact.url, fact)
