"""Alerts as an alert manager reports them, whoever made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from eventa_cockpit.domain.silence import Silence


class AlertState(StrEnum):
    FIRING = "firing"
    SILENCED = "silenced"
    INHIBITED = "inhibited"


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, identified by the fingerprint of its labels."""

    fingerprint: str
    name: str
    severity: Severity
    state: AlertState
    since: datetime
    """When it began, in UTC."""
    summary: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    link: str = ""
    """The rule's page (`generatorURL`), http(s) only."""
    runbook_url: str = ""
    silenced_by: tuple[str, ...] = ()
    """Ids of the silences that hold it back."""
    inhibited_by: tuple[str, ...] = ()
    """Fingerprints of the alerts that hold it back."""
    receivers: tuple[str, ...] = ()
    """Who is told of it, by the names of the upstream's configuration."""
    source: str = ""
    """Key of the feed whose upstream can silence it; empty where none can."""
    is_altered: bool = False
    """Some label held characters that had to be made harmless: it cannot be named exactly any more."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The always-firing watchdog as one replica heard it."""

    place: str
    """Host and port of the replica."""
    at: datetime | None
    """None when it has no such alert."""


@dataclass(frozen=True, slots=True)
class AlertList:
    """All alerts of one answer: firing first, then by severity, then oldest first."""

    alerts: tuple[Alert, ...] = ()
    watchdog_at: datetime | None = None
    """When the always-firing watchdog was last renewed; None when there is no watchdog."""
    unreachable: tuple[str, ...] = ()
    """Sentences about replicas or sources that gave no answer while another one did."""
    silences: tuple[Silence, ...] = ()
    """Those that hold back any of the alerts."""
    heartbeats: tuple[Heartbeat, ...] = ()
    """One for each replica that answered, where a watchdog is expected."""
    awaited: tuple[str, ...] = ()
    """Vendors that have never answered and have not failed either: the list may be longer than this."""

    @property
    def is_whole(self) -> bool:
        """Everybody who was asked has answered; without that, an empty list is no good news."""
        return not self.unreachable and not self.awaited

    def silences_of(self, alert: Alert) -> tuple[Silence, ...]:
        """What holds it back, the longest first."""
        found = (silence for silence in self.silences if silence.id in alert.silenced_by)
        return tuple(sorted(found, key=lambda silence: silence.ends_at, reverse=True))

    @property
    def firing(self) -> tuple[Alert, ...]:
        return tuple(alert for alert in self.alerts if alert.state is AlertState.FIRING)


def ordered(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Firing first, then the most severe, then the oldest; the name settles what is left."""
    states, severities = list(AlertState), list(Severity)
    return tuple(
        sorted(
            alerts,
            key=lambda alert: (
                alert.state is not AlertState.FIRING,
                severities.index(alert.severity),
                states.index(alert.state),
                alert.since,
                alert.name,
                alert.fingerprint,
            ),
        )
    )


def merged(lists: Sequence[AlertList]) -> AlertList:
    """One list; an alert that any of them calls firing is firing, since the oldest start that any of them knows."""
    found: dict[str, Alert] = {}
    for alert in (alert for each_list in lists for alert in each_list.alerts):
        other = found.get(alert.fingerprint)
        found[alert.fingerprint] = alert if other is None else _agreed(other, alert)
    watchdogs = [each_list.watchdog_at for each_list in lists if each_list.watchdog_at is not None]
    unreachable = tuple(sentence for each_list in lists for sentence in each_list.unreachable)
    silences = {silence.id: silence for each_list in lists for silence in each_list.silences}
    return AlertList(
        ordered(found.values()),
        max(watchdogs, default=None),
        unreachable,
        tuple(silences.values()),
        tuple(beat for each_list in lists for beat in each_list.heartbeats),
    )


def _agreed(one: Alert, other: Alert) -> Alert:
    chosen = one if one.state is AlertState.FIRING else other
    return replace(chosen, since=min(one.since, other.since))
