"""Which sources an environment has. Making them costs nothing: each imports its library at its first read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from eventa_cockpit.config import Alertmanager, EnvironmentConfig, Upstream
from eventa_cockpit.integrations.alertmanager import AlertmanagerSource
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.secrets import read_secret

Clock = Callable[[], datetime]


class Source(Protocol):
    """What every integration offers; the board's service asks for the same."""

    @property
    def key(self) -> str: ...
    @property
    def vendor(self) -> str: ...
    @property
    def every(self) -> timedelta: ...
    @property
    def deadline(self) -> timedelta: ...
    async def read(self) -> Any: ...
    async def close(self) -> None: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


def sources_for(environment: EnvironmentConfig, now: Clock = utc_now) -> tuple[Source, ...]:
    """The environment's sources in the order of the board; upstreams that are not configured have none."""
    sources: list[Source] = []
    if environment.alertmanager is not None:
        sources.append(_alertmanager(environment.alertmanager, now))
    return tuple(sources)


def _alertmanager(config: Alertmanager, now: Clock) -> AlertmanagerSource:
    return AlertmanagerSource(
        config.urls,
        Fetcher(_bearer(config.token, "alertmanager.token"), now=now),
        matchers=config.matchers,
        watchdog=config.watchdog,
        every=_every(config),
        deadline=_deadline(config),
        now=now,
    )


def _bearer(place: str | None, name: str) -> Callable[[], str | None]:
    """Reads the token anew at each call: a renewed one is taken up without a restart."""
    return lambda: f"Bearer {read_secret(place, name=name)}" if place else None


def _every(config: Upstream) -> timedelta:
    return timedelta(seconds=config.every)


def _deadline(config: Upstream) -> timedelta:
    return timedelta(seconds=config.deadline)
