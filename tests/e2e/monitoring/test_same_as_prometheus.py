"""The drill's PromQL against the real one: the same samples, the same queries, the same numbers."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import promql_parser
import pytest
from tests.e2e.monitoring.peers import prometheus

from eventa_cockpit.simulator.apis.prometheus import storage_of
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.files import QUERIES
from eventa_cockpit.simulator.model.metering import COLUMNS, SCRAPE_S
from eventa_cockpit.simulator.promql.evaluation import Evaluation
from eventa_cockpit.simulator.promql.storage import Storage
from eventa_cockpit.simulator.world import Fault, World

pytestmark = pytest.mark.apt

OPENED = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEPT_S = 3 * 3600
MOMENTS = (-5000.0, -3893.0, -297.5, -41.25, -2.0)
"""Between two scrapes: at a scrape, versions of Prometheus differ by which end of a window is open."""
ASKED = (
    *(str(query["query"]) for query in QUERIES.values()),
    "up",
    'http_requests_total{code=~"5..",handler!="/"}',
    "http_requests_total offset 10m",
    "rate(http_requests_total[1m])",
    "rate(http_requests_total[40s])",
    "rate(http_requests_total[10s])",
    "increase(http_requests_total[3m] offset 7m)",
    "irate(payments_total[2m])",
    "delta(aws_rds_read_latency_average[5m])",
    "sum by (gateway) (increase(payments_total[5m]))",
    "sum without (instance, job) (rate(payments_total[5m]))",
    "avg by (job) (up)",
    "max(aws_rds_cpuutilization_average)",
    "count(http_requests_total) by (job, code)",
    "histogram_quantile(0.5, rate(http_request_duration_seconds_bucket[5m]))",
    "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))",
    "histogram_quantile(1, sum by (le) (http_request_duration_seconds_bucket))",
    "histogram_quantile(2, sum by (le) (http_request_duration_seconds_bucket))",
    'rate(http_request_duration_seconds_bucket{le="0.3"}[5m]) / ignoring(le) http_request_duration_seconds_count',
    'sum by (gateway) (rate(payments_total{result="failed"}[5m])) / sum by (gateway) (rate(payments_total[5m]))',
    "payments_total / on(gateway) group_left sum by (gateway) (payments_total)",
    "sum by (gateway) (payments_total) * on(gateway) group_right payments_total",
    "sum(rate(http_requests_total[5m])) - 10 * 3 ^ 2 % 7",
    "-aws_rds_database_connections_average",
    "aws_rds_cpuutilization_average > 30",
    "aws_rds_cpuutilization_average > bool 30",
    "30 < aws_rds_cpuutilization_average",
    "http_requests_total > on(job, instance, service) group_left purchases_refused_total",
    'payments_total{result="failed"} and on(gateway) payments_total{gateway="stripe"}',
    'payments_total unless payments_total{result="failed"}',
    'payments_total{result="failed"} or payments_total{gateway="payjp"}',
    "avg_over_time(aws_rds_cpuutilization_average[10m])",
    "max_over_time(aws_rds_cpuutilization_average[10m])",
    "min_over_time(payment_retry_queue_length[10m])",
    "count_over_time(up[7m])",
    "sum_over_time(up[7m])",
    "last_over_time(aws_rds_read_latency_average[5m])",
    "avg_over_time((sum(rate(http_requests_total{code=~'5..'}[1m])) / sum(rate(http_requests_total[1m])))[20m:1m])",
    "max_over_time(rate(frontend_errors_total[1m])[10m:30s])",
    "avg_over_time((sum(rate(http_requests_total{code=~'5..'}[1m])) > bool 0.1)[20m:])",
    "timestamp(up)",
    "time() - max(timestamp(http_requests_total))",
    "absent(up)",
    'absent(nothing{job="a"})',
    "vector(3) + scalar(max(up))",
    "scalar(up)",
    "round(aws_rds_cpuutilization_average, 5)",
    "ceil(aws_rds_cpuutilization_average) - floor(aws_rds_cpuutilization_average)",
    "abs(-aws_rds_cpuutilization_average)",
    "clamp_max(clamp_min(aws_rds_cpuutilization_average, 40), 60)",
    "sum(nothing) / sum(up)",
    "sum(rate(purchases_refused_total[5m])) / sum(rate(purchases_refused_total[5m]))",
    "1 / 0",
    "2 > bool 1",
)


@pytest.fixture(scope="module")
def storage() -> Storage:
    world = World(4, OPENED, Fault.DATABASE)
    # No scrape on a whole minute, where the steps of subqueries lie.
    return storage_of(world, ClockReading(0.0, OPENED + timedelta(seconds=7)))


@pytest.fixture(scope="module")
def real(storage: Storage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prometheus with the samples of the last hours before the opening in its own files."""
    if shutil.which("promtool") is None:
        pytest.skip("needs prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "samples.txt").write_text(open_metrics(storage))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "samples.txt", "data"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    with prometheus(folder, "scrape_configs: []\n") as url:
        yield url


def open_metrics(storage: Storage) -> str:
    lines = []
    for column, series in zip(COLUMNS, storage.series, strict=True):
        labels = ",".join(f'{name}="{value}"' for name, value in column.labels)
        for number in range(int(-KEPT_S / SCRAPE_S), 1):
            value = series.at(number * SCRAPE_S)
            lines.append(f"{column.name}{{{labels}}} {value!r} {storage.zero + number * SCRAPE_S}")
    return "\n".join([*lines, "# EOF", ""])


def ours(storage: Storage, query: str, at_s: float) -> dict[frozenset[tuple[str, str]], float]:
    value = Evaluation(storage, at_s).value(promql_parser.parse(query))
    assert not isinstance(value, str)
    elements = value if isinstance(value, list) else [({}, value)]
    return {frozenset(labels.items()): number for labels, number in elements}


def theirs(url: str, query: str, moment: float) -> dict[frozenset[tuple[str, str]], float]:
    answer: dict[str, Any] = httpx.get(f"{url}/api/v1/query", params={"query": query, "time": moment}).json()
    assert answer["status"] == "success", answer
    result = answer["data"]["result"]
    if answer["data"]["resultType"] == "scalar":
        return {frozenset(): float(result[1])}
    return {frozenset(each["metric"].items()): float(each["value"][1]) for each in result}


@pytest.mark.parametrize("query", ASKED)
def test_a_query_gives_what_prometheus_gives(storage: Storage, real: str, query: str) -> None:
    for at_s in MOMENTS:
        found, wanted = ours(storage, query, at_s), theirs(real, query, storage.zero + at_s)
        assert found.keys() == wanted.keys()
        for labels, number in wanted.items():
            same = found[labels] == pytest.approx(number, rel=1e-9, abs=1e-12)
            assert same or (math.isnan(number) and math.isnan(found[labels])), (at_s, labels)
