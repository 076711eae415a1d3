"""Which sources an environment has. Making them costs nothing: each imports its library at its first read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from eventa_cockpit.config import (
    Config,
    EnvironmentConfig,
    Kubernetes,
    Loki,
    Prometheus,
    Sentry,
    ServiceLevel,
    StatusPage,
    Upstream,
)
from eventa_cockpit.config.explaining import sentence_at
from eventa_cockpit.domain.source import Source
from eventa_cockpit.integrations.accounts import variables_of
from eventa_cockpit.integrations.alert_managers import alert_sources
from eventa_cockpit.integrations.aws_sources import alarms_source, cdn_source, database_sources
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.kubernetes import KubernetesSource
from eventa_cockpit.integrations.loki import LokiSource
from eventa_cockpit.integrations.objectives import SloSource, objectives_in
from eventa_cockpit.integrations.paging_sources import on_call_sources, pages_source
from eventa_cockpit.integrations.plugins import Explain, PluginSource, plugin_source
from eventa_cockpit.integrations.prometheus import PrometheusSource
from eventa_cockpit.integrations.promql import PrometheusApi
from eventa_cockpit.integrations.sentry import SentrySource
from eventa_cockpit.integrations.statuspage import StatusPageSource
from eventa_cockpit.secrets import read_secret

Clock = Callable[[], datetime]
SENTRY_BODY_LIMIT = 7_000_000
"""Bytes: its two answers are read at once, so each has less than the usual room."""
PROMETHEUS_BODY_LIMIT = 1_500_000
"""Bytes: several of its answers are read at once."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def configured_sources(config: Config) -> tuple[Source[Any], ...]:
    """The sources of the environment that is open; what is wrong with a plug-in's table is told with its line."""

    def explain(key: tuple[str, ...], sentence: str) -> str:
        return sentence_at(config.path, ("environments", config.environment, *key), sentence)

    return sources_for(config.chosen, explain=explain)


def _without_file(key: tuple[str, ...], sentence: str) -> str:
    return sentence_at(None, key, sentence)


def sources_for(
    environment: EnvironmentConfig, now: Clock = utc_now, explain: Explain = _without_file
) -> tuple[Source[Any], ...]:
    """The environment's sources in the order of the board; upstreams that are not configured have none."""
    sources: list[Source[Any]] = [*alert_sources(environment, now)]
    if environment.database is not None:
        sources += database_sources(environment.database, environment, now)
    if environment.alarms is not None:
        sources.append(alarms_source(environment.alarms, environment, now))
    if environment.cdn is not None:
        sources.append(cdn_source(environment.cdn, environment, now))
    if environment.sentry is not None:
        sources.append(_sentry(environment.sentry, now))
    if environment.prometheus is not None:
        if environment.prometheus.queries:
            sources.append(_prometheus(environment.prometheus, now))
        if environment.slo is not None:
            sources.append(_slo(environment.slo, environment.prometheus, now))
    if environment.loki is not None:
        sources.append(_loki(environment.loki, now))
    if environment.kubernetes is not None:
        sources.append(_kubernetes(environment.kubernetes, environment, now))
    if environment.pagerduty is not None:
        sources.append(pages_source(environment.pagerduty, now))
    sources += on_call_sources(environment, now)
    sources += [_status_page(name, page, now) for name, page in environment.status_pages.items()]
    sources += [_plugin(name, table, now, explain) for name, table in environment.plugins.items()]
    return tuple(sources)


def _sentry(config: Sentry, now: Clock) -> SentrySource:
    return SentrySource(
        config.url,
        config.organization,
        config.project,
        Fetcher(_bearer(config.token, "sentry.token"), body_limit=SENTRY_BODY_LIMIT, now=now),
        environment=config.environment,
        window=timedelta(minutes=config.window),
        every=_every(config),
        deadline=_deadline(config),
        now=now,
    )


def _prometheus(config: Prometheus, now: Clock) -> PrometheusSource:
    return PrometheusSource(
        _prometheus_api(config, now),
        config.queries,
        window=timedelta(minutes=config.window),
        oldest=timedelta(seconds=config.oldest),
        every=_every(config),
        deadline=_deadline(config),
        now=now,
    )


def _slo(config: ServiceLevel, prometheus: Prometheus, now: Clock) -> SloSource:
    return SloSource(
        _prometheus_api(prometheus, now),
        lambda: objectives_in(config),
        resolution=timedelta(seconds=config.resolution),
        minimum=config.minimum,
        every=_every(config),
        deadline=_deadline(config),
        now=now,
    )


def _prometheus_api(config: Prometheus, now: Clock) -> PrometheusApi:
    fetcher = Fetcher(_bearer(config.token, "prometheus.token"), body_limit=PROMETHEUS_BODY_LIMIT, now=now)
    return PrometheusApi(config.url, fetcher, datasource=config.datasource)


def _loki(config: Loki, now: Clock) -> LokiSource:
    headers = {"X-Scope-OrgID": config.tenant} if config.tenant else {}
    base = config.url.rstrip("/")
    return LokiSource(
        f"{base}/api/datasources/proxy/uid/{config.datasource}" if config.datasource else base,
        config.query,
        Fetcher(_bearer(config.token, "loki.token"), headers=headers, now=now),
        window=timedelta(minutes=config.window),
        every=_every(config),
        deadline=_deadline(config),
        now=now,
    )


def _kubernetes(config: Kubernetes, environment: EnvironmentConfig, now: Clock) -> KubernetesSource:
    return KubernetesSource(
        config.namespace,
        names=config.deployments,
        kubeconfig=config.kubeconfig or variables_of(environment).get("KUBECONFIG", ""),
        context=config.context or "",
        every=_every(config),
        deadline=_deadline(config),
        now=now,
    )


def _status_page(name: str, config: StatusPage, now: Clock) -> StatusPageSource:
    return StatusPageSource(
        name, config.url, Fetcher(now=now), every=_every(config), deadline=_deadline(config), now=now
    )


def _plugin(name: str, table: Mapping[str, Any], now: Clock, explain: Explain) -> PluginSource:
    return plugin_source(
        name,
        table,
        authorization=lambda place: _bearer(place, f"plugins.{name}"),
        now=now,
        explain=lambda key, sentence: explain(("plugins", name, *key), sentence),
    )


def _bearer(place: str | None, name: str) -> Callable[[], str | None]:
    """Reads the token anew at each call: a renewed one is taken up without a restart."""
    return lambda: f"Bearer {read_secret(place, name=name)}" if place else None


def _every(config: Upstream) -> timedelta:
    return timedelta(seconds=config.every)


def _deadline(config: Upstream) -> timedelta:
    return timedelta(seconds=config.deadline)
