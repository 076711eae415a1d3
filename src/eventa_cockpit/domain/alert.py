"""Alerts as an alert manager reports them, whoever made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class AlertList:
    """All alerts of one answer: firing first, then by severity, then oldest first."""

    alerts: tuple[Alert, ...] = ()
    watchdog_at: datetime | None = None
    """When the always-firing watchdog was last renewed; None when there is no watchdog."""

    @property
    def firing(self) -> tuple[Alert, ...]:
        return tuple(alert for alert in self.alerts if alert.state is AlertState.FIRING)
