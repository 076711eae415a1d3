"""eventa's own meters as a monitoring system scrapes them: counters, histograms and gauges, and their longer past.

The world remembers some hours; what lies before them follows from the seed alone: the daily curve of traffic and a few
short incidents, in closed form, so that windows of days cost nothing to keep and are the same at every run.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from eventa_cockpit.simulator.model.noise import jitter, spread
from eventa_cockpit.simulator.model.payments import USUAL_FAILURE_RATE
from eventa_cockpit.simulator.model.sample import STEP_S, Sample
from eventa_cockpit.simulator.model.traffic import BUSIEST_HOUR_UTC, BUSIEST_REQUESTS_PER_S, PURCHASE_SHARE

SCRAPE_S = 15.0
"""Seconds between two scrapes: a multiple of the world's step."""
PAST_S = 35 * 86400.0
"""How long before the opening eventa was first scraped."""
KEPT_SCRAPES = int(3 * 86400 / SCRAPE_S)
STRIPE_SHARE = 0.62
"""Of the payments; the rest go to PAY.JP."""
BOUNDS_S = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram's buckets."""
SPREAD = 0.6
"""Of the latencies' logarithm: they are distributed log-normally."""
USUAL_ERROR_RATE = 0.0004
USUAL_P95_S = 0.13
PAST_INCIDENTS = 2

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One series: its place in a row, and what it is called."""

    name: str
    labels: tuple[tuple[str, str], ...]


def _columns() -> tuple[Column, ...]:
    api = (("instance", "10.0.3.21:9102"), ("job", "eventa-api"), ("service", "eventa"))
    database = (("dbinstance_identifier", "eventa-prod"), ("instance", "10.0.3.7:9106"), ("job", "cloudwatch"))
    bounds = [*(f"{bound:g}" for bound in BOUNDS_S), "+Inf"]
    found: list[tuple[str, tuple[tuple[str, str], ...]]] = [
        ("http_requests_total", (("code", "200"), ("handler", "/"), *api)),
        ("http_requests_total", (("code", "500"), ("handler", "/"), *api)),
        ("http_requests_total", (("code", "502"), ("handler", "/purchases"), *api)),
        *(("http_request_duration_seconds_bucket", (("le", bound), *api)) for bound in bounds),
        ("http_request_duration_seconds_sum", api),
        ("http_request_duration_seconds_count", api),
        *(
            ("payments_total", (("gateway", gateway), ("result", result), *api))
            for gateway in ("stripe", "payjp")
            for result in ("succeeded", "failed")
        ),
        ("purchases_refused_total", api),
        ("frontend_errors_total", (("project", "eventa-fe"), *api)),
        ("payment_retry_queue_length", api),
        ("aws_rds_read_latency_average", database),
        ("aws_rds_write_latency_average", database),
        ("aws_rds_cpuutilization_average", database),
        ("aws_rds_database_connections_average", database),
        ("up", api),
        ("up", database),
    ]
    return tuple(Column(name, labels) for name, labels in found)


COLUMNS = _columns()
GAUGES = 7
"""How many columns at the end are no counters."""


class Metering:
    """Every series' value at each scrape, from five weeks ago until now."""

    def __init__(self, seed: int, opened_at: datetime, began_s: float) -> None:
        """`began_s`: what is before it is the past that nobody simulated."""
        self._past = _past(seed, opened_at)
        self._began_s = self.newest_s = began_s
        self._totals = list(self._past(began_s))
        self._rows: deque[Row] = deque([self._shown()], maxlen=KEPT_SCRAPES)

    def add(self, sample: Sample) -> None:
        """Count one step of the world."""
        counted = _counted(
            requests=sample.requests_per_s * STEP_S,
            error_rate=sample.api_error_rate,
            p95_s=sample.api_p95_s,
            attempts=sample.payment.attempts_per_min * STEP_S / 60,
            failure_rate=sample.payment.failure_rate,
        )
        refused = sample.payment.refused_per_min * STEP_S / 60
        errors = sample.script_errors_per_min * STEP_S / 60
        for place, amount in enumerate((*counted, refused, errors)):
            self._totals[place] += amount
        database = sample.database
        self._totals[-GAUGES:] = [
            sample.payment.backlog,
            database.read_latency_s,
            database.write_latency_s,
            database.cpu_percent,
            database.connections,
            1.0,
            1.0,
        ]
        if sample.at_s % SCRAPE_S == 0:
            self._rows.append(self._shown())
            self.newest_s = sample.at_s

    def row(self, at_s: float) -> Row | None:
        """All values at the scrape of that moment, in the order of COLUMNS; None for what was never scraped."""
        if at_s > self.newest_s or at_s < -PAST_S:
            return None
        if at_s <= self._began_s:
            return self._past(at_s)
        place = len(self._rows) - 1 - round((self.newest_s - at_s) / SCRAPE_S)
        return self._rows[place] if place >= 0 else None

    def _shown(self) -> Row:
        return _whole(self._totals)


def _counted(requests: float, error_rate: float, p95_s: float, attempts: float, failure_rate: float) -> Row:
    """What the counters of the API and its payments go on by."""
    declined = min(failure_rate, USUAL_FAILURE_RATE)
    broken = failure_rate - declined
    by_gateway = [
        (attempts * STRIPE_SHARE, declined + broken),
        (attempts * (1 - STRIPE_SHARE), declined),
    ]
    # What Stripe's customers do not get is an error of ours as well: the purchase answers 502.
    bad_gateway = by_gateway[0][0] * broken
    failed = requests * error_rate
    shares = [_share_below(bound, p95_s) for bound in BOUNDS_S]
    mean_s = math.exp(_middle(p95_s) + SPREAD**2 / 2)
    payments = [amount for tried, rate in by_gateway for amount in (tried * (1 - rate), tried * rate)]
    return (
        requests - failed - bad_gateway,
        failed,
        bad_gateway,
        *(requests * share for share in shares),
        requests,
        requests * mean_s,
        requests,
        *payments,
    )


def _middle(p95_s: float) -> float:
    return math.log(max(p95_s, 1e-3)) - 1.6449 * SPREAD


def _share_below(bound_s: float, p95_s: float) -> float:
    return 0.5 * (1 + math.erf((math.log(bound_s) - _middle(p95_s)) / SPREAD / math.sqrt(2)))


def _whole(totals: Sequence[float]) -> Row:
    """Counters count whole things, but for sums of seconds."""
    return tuple(
        value if place >= len(totals) - GAUGES or COLUMNS[place].name.endswith("_sum") else float(math.floor(value))
        for place, value in enumerate(totals)
    )


@dataclass(frozen=True, slots=True)
class _PastIncident:
    """Some minutes of the past in which eventa answered badly."""

    start_s: float
    end_s: float
    per_request: Row


def _past(seed: int, opened_at: datetime) -> Callable[[float], Row]:
    """Any row of the past that nobody simulated; the last ones that were asked for are kept."""
    usual = _regime(USUAL_ERROR_RATE, USUAL_P95_S)
    incidents = [_incident(seed, number) for number in range(PAST_INCIDENTS)]

    @lru_cache(maxsize=200_000)
    def row(at_s: float) -> Row:
        ordinary = _requests_until(opened_at, at_s)
        totals = [0.0] * len(usual)
        for incident in incidents:
            served = _requests_until(opened_at, min(incident.end_s, at_s))
            served -= _requests_until(opened_at, min(incident.start_s, at_s))
            ordinary -= served
            totals = [total + served * each for total, each in zip(totals, incident.per_request, strict=True)]
        totals = [total + ordinary * each for total, each in zip(totals, usual, strict=True)]
        wobble = 1 + 0.08 * jitter(seed, at_s, "database")
        return _whole((*totals, 0.0, 0.0, 0.0, 0.006 * wobble, 0.009 * wobble, 31 * wobble, 80 * wobble, 1.0, 1.0))

    return row


def _incident(seed: int, number: int) -> _PastIncident:
    start_s = -86400 * spread(seed, f"past.{number}.day", 4, 29)
    lasted_s = spread(seed, f"past.{number}.duration", 180, 540)
    error_rate = spread(seed, f"past.{number}.errors", 0.2, 0.7)
    p95_s = spread(seed, f"past.{number}.latency", 0.8, 2.4)
    return _PastIncident(start_s, start_s + lasted_s, _regime(error_rate, p95_s))


def _regime(error_rate: float, p95_s: float) -> Row:
    return _counted(1.0, error_rate, p95_s, PURCHASE_SHARE, USUAL_FAILURE_RATE)


def _requests_until(opened_at: datetime, at_s: float) -> float:
    """All requests since the first scrape: the daily curve of `traffic`, integrated."""
    return _curve(opened_at, at_s) - _curve(opened_at, -PAST_S)


def _curve(opened_at: datetime, at_s: float) -> float:
    moment = opened_at.astimezone(UTC) + timedelta(seconds=at_s) - timedelta(hours=BUSIEST_HOUR_UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    angle = (moment - midnight).total_seconds() / 86400 * 2 * math.pi
    return BUSIEST_REQUESTS_PER_S * (0.75 * at_s + 0.25 * 86400 / (2 * math.pi) * math.sin(angle))
