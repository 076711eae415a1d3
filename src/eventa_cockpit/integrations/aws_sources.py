"""The sources that AWS gives: metrics, state and slow queries of the database, alarms, and the CDN."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from eventa_cockpit.config import Alarms, Cdn, Database, EnvironmentConfig
from eventa_cockpit.domain.source import Source
from eventa_cockpit.integrations.accounts import account_of
from eventa_cockpit.integrations.cloudfront import CloudFrontSource
from eventa_cockpit.integrations.cloudwatch import CloudWatchSource
from eventa_cockpit.integrations.cloudwatch_alarms import CloudWatchAlarmsSource
from eventa_cockpit.integrations.rds_state import RdsStateSource
from eventa_cockpit.integrations.slow_queries import SlowQueriesSource

Clock = Callable[[], datetime]


def database_sources(config: Database, environment: EnvironmentConfig, now: Clock) -> list[Source[Any]]:
    """The quick one first: what is asked rarely never holds up the metrics."""

    def account() -> Any:
        return account_of(config, environment)

    deadline = timedelta(seconds=config.deadline)
    sources: list[Source[Any]] = [
        CloudWatchSource(
            config.instance,
            account,
            window=timedelta(minutes=config.window),
            bounds=config.bounds,
            every=timedelta(seconds=config.every),
            deadline=deadline,
            now=now,
        ),
        RdsStateSource(
            config.instance, account, every=timedelta(seconds=config.state_every), deadline=deadline, now=now
        ),
    ]
    if config.slow_lines > 0:
        sources.append(
            SlowQueriesSource(
                config.instance,
                account,
                lines=config.slow_lines,
                every=timedelta(seconds=config.slow_every),
                deadline=deadline,
                now=now,
            )
        )
    return sources


def alarms_source(config: Alarms, environment: EnvironmentConfig, now: Clock) -> CloudWatchAlarmsSource:
    return CloudWatchAlarmsSource(
        lambda: account_of(config, environment),
        region=config.region,
        prefix=config.prefix,
        warnings=config.warnings,
        every=timedelta(seconds=config.every),
        deadline=timedelta(seconds=config.deadline),
        now=now,
    )


def cdn_source(config: Cdn, environment: EnvironmentConfig, now: Clock) -> CloudFrontSource:
    return CloudFrontSource(
        config.distribution,
        lambda: account_of(config, environment),
        bounds=config.bounds,
        every=timedelta(seconds=config.every),
        deadline=timedelta(seconds=config.deadline),
        now=now,
    )
