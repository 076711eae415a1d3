"""A real Prometheus and a real Alertmanager with eventa's four alerts, read through the cockpit's own sources."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.monitoring.exporter import Exporter, exporting
from tests.e2e.monitoring.peers import alertmanager, prometheus

from eventa_cockpit.config import Alertmanager, EnvironmentConfig, Prometheus, Query, ServiceLevel
from eventa_cockpit.domain.reading import Level
from eventa_cockpit.domain.slo import SloState
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.registry import sources_for

pytestmark = [
    pytest.mark.apt,
    pytest.mark.skipif(shutil.which("prometheus-alertmanager") is None, reason="needs prometheus-alertmanager"),
]

DEADLINE_S = 45.0
QUERIES = {
    "payment_failure_rate": Query(
        query='100 * sum(rate(payments_total{result="failed"}[5s])) / sum(rate(payments_total[5s]))', unit="%", bound=5
    ),
    "db_latency": Query(query="max(aws_rds_read_latency_average)", unit="s", bound=0.1),
    "p95": Query(
        query="histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5s])))",
        unit="s",
        bound=0.3,
    ),
    "frontend_errors": Query(query="60 * sum(rate(frontend_errors_total[5s]))", unit="1", bound=60),
}
ALERTS = {
    "PaymentFailureRateHigh": ("payment_failure_rate", "critical"),
    "DatabaseLatencyHigh": ("db_latency", "critical"),
    "ApiLatencyHigh": ("p95", "warning"),
    "SentryErrorSpike": ("frontend_errors", "critical"),
}
"""Alert → the query that has to be past its bound for a second, and the severity."""


def rules() -> str:
    found: list[dict[str, Any]] = [
        {
            "alert": name,
            "expr": f"{QUERIES[query].query} > {QUERIES[query].bound}",
            "for": "1s",
            "labels": {"severity": severity, "service": "eventa"},
            "annotations": {"summary": f"{name} is {{{{ $value }}}}"},
        }
        for name, (query, severity) in ALERTS.items()
    ]
    found.append({"alert": "Watchdog", "expr": "vector(1)", "labels": {"severity": "none"}})
    return json.dumps({"groups": [{"name": "eventa", "rules": found}]})


def prometheus_config(alertmanager_url: str, exporter_port: int) -> str:
    return json.dumps(
        {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.json"],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager_url.partition("//")[2]]}]}]},
            "scrape_configs": [{"job_name": "eventa", "static_configs": [{"targets": [f"127.0.0.1:{exporter_port}"]}]}],
        }
    )


ALERTMANAGER = json.dumps(
    {
        "route": {"receiver": "nobody", "group_wait": "0s", "group_interval": "1s"},
        "receivers": [{"name": "nobody"}],
    }
)


@dataclass
class Monitored:
    """eventa with its monitoring."""

    exporter: Exporter
    environment: EnvironmentConfig
    kill_exporter: Callable[[], None]

    def sources(self) -> dict[str, Source[Any]]:
        return {source.key: source for source in sources_for(self.environment)}


@pytest.fixture
def monitored(tmp_path: Path) -> Iterator[Monitored]:
    exporter = Exporter()
    objectives = tmp_path / "slo.yml"
    objectives.write_text("error_rate: 0.001\n")
    (tmp_path / "rules.json").write_text(rules())
    with ExitStack() as peers, ExitStack() as target:
        port = target.enter_context(exporting(exporter))
        alerts = peers.enter_context(alertmanager(tmp_path, ALERTMANAGER))
        metrics = peers.enter_context(prometheus(tmp_path, prometheus_config(alerts, port)))
        environment = EnvironmentConfig(
            alertmanager=Alertmanager(urls=[alerts]),
            prometheus=Prometheus(url=metrics, queries=QUERIES, oldest=10.0),
            slo=ServiceLevel(
                file=str(objectives),
                requests="sum(increase(http_requests_total[{{.window}}]))",
                errors='sum(increase(http_requests_total{code=~"5.."}[{{.window}}]))',
            ),
        )
        yield Monitored(exporter, environment, target.close)


async def until(source: Source[Any], holds: Callable[[Any], bool]) -> Any:
    """The first answer of which it is true."""
    found: Any = None
    try:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                try:
                    found = await source.read()
                except UpstreamError as error:
                    found = error
                if not isinstance(found, UpstreamError) and holds(found):
                    return found
                await asyncio.sleep(0.3)
    except TimeoutError:
        pytest.fail(f"not within {DEADLINE_S} s: {found}")


async def test_the_four_alerts_fire_and_a_dead_exporter_is_not_taken_for_a_calm_one(monitored: Monitored) -> None:
    sources = monitored.sources()
    calm = await until(
        sources["metrics"], lambda value: {each.level for each in value.readings} == {Level.GOOD} and not value.warnings
    )
    assert calm.reading("p95").last.value < 0.3
    quiet = await until(sources["alerts"], lambda value: value.watchdog_at is not None)
    assert quiet.firing == ()

    monitored.exporter.is_broken = True
    alerts = await until(sources["alerts"], lambda value: {alert.name for alert in value.firing} == set(ALERTS))
    severities = {alert.name: alert.severity.value for alert in alerts.firing}
    assert severities == {name: severity for name, (_query, severity) in ALERTS.items()}
    bad = await until(sources["metrics"], lambda value: {each.level for each in value.readings} == {Level.CRITICAL})
    assert bad.reading("payment_failure_rate").last.value > 5

    # A Prometheus that knows a minute has nothing to say of a month.
    report = await until(sources["slo"], lambda value: bool(value.objectives))
    assert report.objectives[0].state is SloState.INSUFFICIENT
    assert report.objectives[0].budget is None

    monitored.kill_exporter()
    dead = await until(sources["metrics"], lambda value: {each.level for each in value.readings} == {Level.UNKNOWN})
    assert all(each.problem for each in dead.readings)
    for source in sources.values():
        await source.close()
