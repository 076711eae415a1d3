"""Silences: who holds an alert back, why and until when; and what is written down about those that we set.

What is wanted is on record before it is asked for. A silence that stands is an obligation until it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventa_cockpit.domain.alert import Alert


@dataclass(frozen=True, slots=True)
class LabelMatcher:
    """One condition on the labels of an alert."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    @property
    def text(self) -> str:
        """In Alertmanager's own syntax: `service="eventa"`."""
        operator = ("=" if self.is_equal else "!") + ("~" if self.is_regex else "" if self.is_equal else "=")
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.name}{operator}"{escaped}"'


@dataclass(frozen=True, slots=True)
class Silence:
    """What holds alerts back for a time."""

    id: str
    matchers: tuple[LabelMatcher, ...]
    created_by: str
    comment: str
    starts_at: datetime
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at


def matchers_of(alert: Alert) -> tuple[LabelMatcher, ...]:
    """Conditions that this alert fulfils and no other one: each of its labels, exactly."""
    return tuple(LabelMatcher(name, value) for name, value in sorted(alert.labels.items()))


@dataclass(frozen=True, slots=True)
class SilenceRequested:
    """Somebody wants an alert silenced, or a silence extended (idempotence key: `silence/` with the request)."""

    request: str
    """Made up by us; it also stands in the silence's comment."""
    alert: str
    """Name of the alert."""
    matchers: tuple[str, ...]
    ends_at: datetime
    duration: timedelta
    """From the request on."""
    reason: str = ""
    silence: str = ""
    """Id of the silence that is extended; empty for a new one."""


@dataclass(frozen=True, slots=True)
class AlertSilenced:
    """The alert manager has taken it (idempotence key: the request's with `/set`)."""

    request: str
    silence: str
    """Id that the alert manager gave it."""
    alert: str
    ends_at: datetime
    duration: timedelta
    is_extended: bool = False


@dataclass(frozen=True, slots=True)
class SilenceExpiryRequested:
    """Somebody wants a silence to end now (idempotence key: `silence/` with the request)."""

    request: str
    silence: str
    alert: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SilenceExpired:
    """It has ended by our word (idempotence key: the request's with `/set`)."""

    request: str
    silence: str
    alert: str = ""


@dataclass(frozen=True, slots=True)
class SilenceFailed:
    """What was wanted was not done, or nobody knows (idempotence key: the request's with `/set`)."""

    request: str
    reason: str
    is_certain: bool = True
    """It was certainly not done."""


SilenceFact = SilenceRequested | AlertSilenced | SilenceExpiryRequested | SilenceExpired | SilenceFailed
