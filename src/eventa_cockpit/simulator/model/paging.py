"""PagerDuty as eventa has set it up: critical alerts page the primary, and after fifteen minutes the secondary.

Pure; times are simulated seconds. An acknowledgement stops the escalation until it runs out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from eventa_cockpit.simulator.model.alerting import FiringAlert
from eventa_cockpit.simulator.model.roster import LEVELS, Person

ESCALATE_AFTER_S = 900.0
ACK_LASTS_S = 1800.0
RESOLVES_AFTER_S = 4 * 3600.0
FIRST_NUMBER = 4711
SERVICE = "eventa"

OnCall = Callable[[int, float], Person]
"""(level, simulated second) → who is on call there."""


class PagingError(Exception):
    """A refusal, with PagerDuty's own code for it."""

    def __init__(self, status: int, code: int, message: str, *details: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of an incident's history."""

    at_s: float
    kind: str
    """`trigger`, `acknowledge`, …: the beginning of PagerDuty's type."""
    by: str
    """A person's id, or the service's."""
    text: str


@dataclass(slots=True)
class Paged:
    """One incident."""

    id: str
    number: int
    title: str
    key: str
    opened_s: float
    status: str = "triggered"
    level: int = 1
    level_since_s: float = 0.0
    assignee: Person | None = None
    acknowledged: list[tuple[Person, float]] = field(default_factory=list)
    ends_s: float = 0.0
    """When the acknowledgement or the snooze runs out."""
    is_exhausted: bool = False
    log: list[LogLine] = field(default_factory=list)
    notes: list[tuple[Person, float, str]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.status != "resolved"

    def pending(self) -> list[tuple[str, float]]:
        """What PagerDuty does next by itself."""
        if not self.is_open:
            return []
        found = [("resolve", self.opened_s + RESOLVES_AFTER_S)]
        if self.status == "acknowledged":
            found.append(("unacknowledge", self.ends_s))
        elif not self.is_exhausted:
            found.append(("escalate", self.level_since_s + ESCALATE_AFTER_S))
        return found


class Paging:
    """All incidents, moved by the alerts, by time and by people."""

    def __init__(self, on_call: OnCall) -> None:
        self._on_call = on_call
        self.incidents: dict[str, Paged] = {}
        self.changes: list[tuple[float, str, str]] = []
        """(second, summary, source) of what was told through the Events API."""
        self._seen: set[tuple[str, float]] = set()

    def advance(self, now_s: float, firing: Mapping[str, FiringAlert]) -> None:
        """Take in which alerts fire, and do what was due until now."""
        for name, alert in firing.items():
            if alert.rule.severity == "critical" and (name, alert.since_s) not in self._seen:
                self._seen.add((name, alert.since_s))
                self.trigger(f"{name}: {alert.summary}", f"alert/{name}", alert.since_s)
        for incident in self._open():
            if incident.key.startswith("alert/") and incident.key.removeprefix("alert/") not in firing:
                self._resolved(incident, SERVICE, now_s)
            while incident.is_open and (due := min(incident.pending(), key=lambda entry: entry[1]))[1] <= now_s:
                self._do(incident, *due)

    def trigger(self, title: str, key: str, at_s: float) -> Paged:
        """A new incident, or the open one of the same key."""
        known = self.of_key(key)
        if known is not None:
            return known
        number = FIRST_NUMBER + len(self.incidents)
        incident = Paged(f"Q{number}EVENTA", number, title, key, at_s)
        self.incidents[incident.id] = incident
        self._say(incident, at_s, "trigger", SERVICE, f"Triggered through {SERVICE}")
        self._assign(incident, 1, at_s)
        return incident

    def of_key(self, key: str) -> Paged | None:
        return next((incident for incident in self._open() if incident.key == key), None)

    def incident(self, incident_id: str) -> Paged:
        found = self.incidents.get(incident_id)
        if found is None:
            raise PagingError(404, 2100, "Not Found")
        return found

    # What people do

    def acknowledge(self, incident: Paged, who: Person, at_s: float) -> None:
        if not incident.is_open:
            raise PagingError(400, 1001, "Incident Already Resolved")
        if who in (person for person, _at in incident.acknowledged):
            raise PagingError(400, 1002, "Incident Already Acknowledged")
        incident.status, incident.ends_s = "acknowledged", at_s + ACK_LASTS_S
        incident.acknowledged.append((who, at_s))
        self._say(incident, at_s, "acknowledge", who.id, f"Acknowledged by {who.name}.")

    def resolve(self, incident: Paged, who: Person, at_s: float) -> None:
        if not incident.is_open:
            raise PagingError(400, 1001, "Incident Already Resolved")
        self._resolved(incident, who.id, at_s)

    def escalate(self, incident: Paged, who: Person, level: int, at_s: float) -> None:
        if not incident.is_open:
            raise PagingError(400, 1001, "Incident Already Resolved")
        if not 1 <= level <= LEVELS:
            raise PagingError(400, 2001, "Invalid Input Provided", "Escalation level is not valid.")
        incident.status, incident.is_exhausted = "triggered", False
        incident.acknowledged.clear()
        self._say(incident, at_s, "escalate", who.id, f"Escalated to level {level} by {who.name}.")
        self._assign(incident, level, at_s)

    def snooze(self, incident: Paged, who: Person, lasts_s: float, at_s: float) -> None:
        if not incident.is_open:
            raise PagingError(400, 1001, "Incident Already Resolved")
        if incident.status != "acknowledged":
            self.acknowledge(incident, who, at_s)
        incident.ends_s = at_s + lasts_s
        self._say(incident, at_s, "snooze", who.id, f"Snoozed by {who.name} for {lasts_s:.0f} s.")

    def note(self, incident: Paged, who: Person, text: str, at_s: float) -> None:
        incident.notes.append((who, at_s, text))
        self._say(incident, at_s, "annotate", who.id, text)

    # What happens by itself

    def _open(self) -> Iterable[Paged]:
        return [incident for incident in self.incidents.values() if incident.is_open]

    def _do(self, incident: Paged, action: str, at_s: float) -> None:
        if action == "resolve":
            self._resolved(incident, SERVICE, at_s)
        elif action == "unacknowledge":
            incident.status, incident.level_since_s = "triggered", at_s
            incident.acknowledged.clear()
            self._say(incident, at_s, "unacknowledge", SERVICE, "Unacknowledged: the acknowledgement ran out.")
        elif incident.level < LEVELS:
            self._say(incident, at_s, "escalate", SERVICE, f"Escalated to level {incident.level + 1}.")
            self._assign(incident, incident.level + 1, at_s)
        else:
            incident.is_exhausted = True
            self._say(incident, at_s, "exhaust_escalation_path", SERVICE, "The escalation path is exhausted.")

    def _assign(self, incident: Paged, level: int, at_s: float) -> None:
        who = self._on_call(level, at_s)
        incident.level, incident.level_since_s, incident.assignee = level, at_s, who
        self._say(incident, at_s, "assign", SERVICE, f"Assigned to {who.name}.")
        self._say(incident, at_s, "notify", who.id, f"Notified {who.name} by phone.")

    def _resolved(self, incident: Paged, by: str, at_s: float) -> None:
        incident.status, incident.assignee = "resolved", None
        incident.acknowledged.clear()
        self._say(incident, at_s, "resolve", by, "Resolved.")

    def _say(self, incident: Paged, at_s: float, kind: str, by: str, text: str) -> None:
        incident.log.append(LogLine(at_s, kind, by, text))
