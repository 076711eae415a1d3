"""A desk from the configuration, with nothing fetched yet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eventa_cockpit.config import Config, Database, EnvironmentConfig
from eventa_cockpit.domain.board import (
    ALERTS,
    ALERTS_PREFIX,
    CDN,
    DATABASE,
    DATABASE_STATE,
    ERRORS,
    LOGS,
    PLUGIN_PREFIX,
    ROLLOUTS,
    SLOW_QUERIES,
    STATUS_PREFIX,
    Board,
    Feed,
)
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.locale import _
from eventa_cockpit.services.desk import Contents, Desk


def desk_for(config: Config, state: Path) -> Desk:
    """The desk of the chosen environment. Raises ConfigError when the configured time zone does not exist."""

    def fetched() -> Contents:
        from eventa_cockpit.services.opening import fetch

        return fetch(config, state)

    environment = config.chosen.described_as(config.environment)
    return Desk(environment, config.service, _zone(config.timezone), expected(config.chosen), fetched)


def expected(environment: EnvironmentConfig) -> Board:
    """An empty feed for every upstream that the configuration names, in the order of the screen."""
    configured = (
        (ALERTS, "Alertmanager", environment.alertmanager),
        (DATABASE, "CloudWatch", environment.database),
        (DATABASE_STATE, "RDS", environment.database),
        (SLOW_QUERIES, "RDS slow-query log", _logged(environment.database)),
        (ALERTS_PREFIX + "cloudwatch", "CloudWatch alarms", environment.alarms),
        (CDN, "CloudFront", environment.cdn),
        (ERRORS, "Sentry", environment.sentry),
        (LOGS, "Loki", environment.loki),
        (ROLLOUTS, "Kubernetes", environment.kubernetes),
        *((STATUS_PREFIX + name, name, page) for name, page in environment.status_pages.items()),
        *((PLUGIN_PREFIX + name, name, table) for name, table in environment.plugins.items()),
    )
    feeds: dict[str, Feed[Any]] = {
        key: Feed(key, stale_after=timedelta(), vendor=vendor)
        for key, vendor, upstream in configured
        if upstream is not None
    }
    return Board(MappingProxyType(feeds))


def _logged(database: Database | None) -> Database | None:
    """The database if its slow-query log is read."""
    return database if database is not None and database.slow_lines > 0 else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(
            _('There is no time zone "{name}" on this machine. Use a name such as Asia/Tokyo for timezone.').format(
                name=name
            )
        ) from None
