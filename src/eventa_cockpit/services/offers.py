"""Which runbook answers each alert best: looked up once an alert, for as many as anybody reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventa_cockpit.domain.alert import Alert, AlertList
    from eventa_cockpit.domain.matching import Match
    from eventa_cockpit.domain.runbook import Library

MOST = 60
"""Alerts, the most urgent first, that are looked up unasked: one costs most of a millisecond."""

_NONE: Mapping[str, str] = MappingProxyType({})


class Offers:
    """Keeps what it found for as long as alerts and runbooks stay the same."""

    def __init__(self, match: Callable[[AlertList], tuple[Match, ...]]) -> None:
        self._match = match
        self._library: Library | None = None
        self._alerts: AlertList | None = None
        self._known: dict[str, tuple[Alert, str]] = {}
        """Fingerprint → the alert that was looked up, and its runbook's title or nothing."""
        self._offers = _NONE

    def among(self, alerts: AlertList | None, library: Library | None) -> Mapping[str, str]:
        """Fingerprint → title of the best runbook."""
        if library is not self._library:
            self._library, self._alerts, self._known = library, None, {}
        if alerts is None or library is None:
            return _NONE
        if alerts is not self._alerts:
            self._alerts = alerts
            self._offers = self._found(alerts, library)
        return self._offers

    def _found(self, alerts: AlertList, library: Library) -> Mapping[str, str]:
        from eventa_cockpit.domain.alert import AlertList, AlertState  # there are alerts now

        urgent = [alert for alert in alerts.alerts[:MOST] if alert.state is AlertState.FIRING]
        kept = {alert.fingerprint: known for alert in urgent if (known := self._known_of(alert)) is not None}
        new = tuple(alert for alert in urgent if alert.fingerprint not in kept)
        best: dict[str, str] = {}
        for found in self._match(AlertList(new)) if new else ():
            runbook = library.runbook(found.runbook_id)
            if runbook is not None:
                best.setdefault(found.fingerprint, runbook.title)
        self._known = {
            **kept,
            **{alert.fingerprint: (alert, best.get(alert.fingerprint, "")) for alert in new},
        }
        return MappingProxyType({fingerprint: title for fingerprint, (_alert, title) in self._known.items() if title})

    def _known_of(self, alert: Alert) -> tuple[Alert, str] | None:
        known = self._known.get(alert.fingerprint)
        return known if known is not None and known[0] == alert else None
