"""Which alert managers an environment has: where its alerts are read, and where they are silenced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from eventa_cockpit.config import Alertmanager, EnvironmentConfig, GrafanaAlerts
from eventa_cockpit.domain.board import ALERTS, ALERTS_PREFIX
from eventa_cockpit.integrations.alertmanager import AlertmanagerSource
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.silences import SilenceApi
from eventa_cockpit.secrets import read_secret

GRAFANA_ALERTS = f"{ALERTS_PREFIX}grafana"
Clock = Callable[[], datetime]


def alert_sources(environment: EnvironmentConfig, now: Clock) -> list[AlertmanagerSource]:
    """Alertmanager's, and Grafana's own; two feeds of one list."""
    found = []
    if environment.alertmanager is not None:
        found.append(_alertmanager(environment.alertmanager, now))
    if environment.grafana_alerts is not None:
        found.append(_grafana_alerts(environment.grafana_alerts, now))
    return found


def silences_for(environment: EnvironmentConfig, now: Clock) -> Mapping[str, SilenceApi]:
    """Key of each feed whose alerts can be silenced → where that is done. Costs nothing before it is used."""
    found = {}
    alertmanager, grafana = environment.alertmanager, environment.grafana_alerts
    if alertmanager is not None:
        fetcher = Fetcher(_bearer(alertmanager.token, "alertmanager.token"), now=now)
        found[ALERTS] = SilenceApi(alertmanager.urls, fetcher, deadline=_seconds(alertmanager.deadline), now=now)
    if grafana is not None:
        fetcher = Fetcher(_bearer(grafana.token, "grafana_alerts.token"), now=now)
        found[GRAFANA_ALERTS] = SilenceApi([_base(grafana)], fetcher, deadline=_seconds(grafana.deadline), now=now)
    return found


def _alertmanager(config: Alertmanager, now: Clock) -> AlertmanagerSource:
    return AlertmanagerSource(
        config.urls,
        Fetcher(_bearer(config.token, "alertmanager.token"), now=now),
        matchers=config.matchers,
        watchdog=config.watchdog,
        every=_seconds(config.every),
        deadline=_seconds(config.deadline),
        now=now,
    )


def _grafana_alerts(config: GrafanaAlerts, now: Clock) -> AlertmanagerSource:
    return AlertmanagerSource(
        [_base(config)],
        Fetcher(_bearer(config.token, "grafana_alerts.token"), now=now),
        matchers=config.matchers,
        watchdog="",
        key=GRAFANA_ALERTS,
        vendor="Grafana",
        every=_seconds(config.every),
        deadline=_seconds(config.deadline),
        now=now,
    )


def _base(config: GrafanaAlerts) -> str:
    """Where Grafana's own alert manager speaks Alertmanager's API."""
    return f"{config.url.rstrip('/')}/api/alertmanager/grafana"


def _bearer(place: str | None, name: str) -> Callable[[], str | None]:
    """Reads the token anew whenever it is asked for: a renewed one is taken up without a restart."""
    return lambda: f"Bearer {read_secret(place, name=name)}" if place else None


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
