"""eventa's meters on a real exporter, well or broken, with traffic that never stops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

EVERY_S = 0.05


@dataclass
class Exporter:
    """The process that Prometheus scrapes."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    is_broken: bool = False

    def __post_init__(self) -> None:
        self.payments = Counter("payments", "Payments", ["result"], registry=self.registry)
        self.requests = Counter("http_requests", "Requests", ["code"], registry=self.registry)
        self.latency = Histogram(
            "http_request_duration_seconds", "Latency", buckets=(0.1, 0.3, 0.5, 1.0), registry=self.registry
        )
        self.database = Gauge("aws_rds_read_latency_average", "Seconds", registry=self.registry)
        self.script_errors = Counter("frontend_errors", "Errors in the browser", registry=self.registry)
        for result in ("succeeded", "failed"):
            self.payments.labels(result)
        self.requests.labels("500")

    def step(self) -> None:
        """A moment's traffic."""
        for number in range(10):
            fails = self.is_broken and number < 6
            self.payments.labels("failed" if fails else "succeeded").inc()
            self.requests.labels("500" if fails else "200").inc()
            self.latency.observe(0.7 if self.is_broken and number < 3 else 0.05)
        self.database.set(0.27 if self.is_broken else 0.006)
        if self.is_broken:
            self.script_errors.inc(3)


@contextmanager
def exporting(exporter: Exporter) -> Iterator[int]:
    """Its port, until the block ends: from then on nothing answers there."""
    server, thread = start_http_server(0, "127.0.0.1", exporter.registry)
    ended = threading.Event()

    def traffic() -> None:
        while not ended.wait(EVERY_S):
            exporter.step()

    going_on = threading.Thread(target=traffic, daemon=True)
    going_on.start()
    try:
        yield server.server_port
    finally:
        ended.set()
        going_on.join()
        server.shutdown()
        server.server_close()
        thread.join()
