"""Alerts as an alert manager reports them, whoever made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


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


@dataclass(frozen=True, slots=True)
class AlertList:
    """All alerts of one answer: firing first, then by severity, then oldest first."""

    alerts: tuple[Alert, ...] = ()
    watchdog_at: datetime | None = None
    """When the always-firing watchdog was last renewed; None when there is no watchdog."""
    unreachable: tuple[str, ...] = ()
    """Sentences about replicas or sources that gave no answer while another one did."""
    awaited: tuple[str, ...] = ()
    """Vendors that have never answered and have not failed either: the list may be longer than this."""

    @property
    def is_whole(self) -> bool:
        """Everybody who was asked has answered; without that, an empty list is no good news."""
        return not self.unreachable and not self.awaited

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
    return AlertList(ordered(found.values()), max(watchdogs, default=None), unreachable)


def _agreed(one: Alert, other: Alert) -> Alert:
    chosen = one if one.state is AlertState.FIRING else other
    return replace(chosen, since=min(one.since, other.since))
