"""What eventa's programs write to their logs: lines that follow from the samples, most of them the same again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from eventa_cockpit.simulator.model.sample import STEP_S, Sample
from eventa_cockpit.simulator.model.slow_log import CULPRIT, EVENT_ID, LOGGED_FROM_PRESSURE

PATHS = (
    "/api/events/{event}",
    "/api/events/{event}/seats",
    "/api/tickets?event={event}",
    "/api/me",
    "/api/search?q=live",
)
ACCESS_LINES = 2
"""Requests that went well of which a line is written, a sample: the API logs a small share of them."""
MOST_OF_A_KIND = 40
"""Lines of one kind in one sample: a program that fails a thousand times a second writes no more than it can."""
GATEWAY_FROM = 0.03
"""Share of failing payments from which it is the gateway, and not the buyers' cards."""


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One line of one program."""

    at_s: float
    app: str
    level: str
    text: str


def lines_of(sample: Sample, seed: int) -> tuple[ServiceLine, ...]:
    """All that was written in the step that ended with this sample, oldest first."""
    found = [*_access(sample, seed), *_api_errors(sample, seed), *_payments(sample, seed), *_slow_queries(sample, seed)]
    return tuple(sorted(found, key=lambda line: line.at_s))


def _access(sample: Sample, seed: int) -> Iterator[ServiceLine]:
    for place, at_s in _spread(sample, ACCESS_LINES, seed, "access"):
        number = _number(seed, at_s, "path")
        path = PATHS[number % len(PATHS)].format(event=EVENT_ID + number % 7)
        milliseconds = round(sample.api_p95_s * (300 + 300 * _chance(seed, at_s + place, "ms")))
        yield _json(at_s, "api", "info", f"GET {path}", status=200, ms=milliseconds, request_id=_hex(seed, at_s))


def _api_errors(sample: Sample, seed: int) -> Iterator[ServiceLine]:
    count = _whole(sample.requests_per_s * sample.api_error_rate * STEP_S, seed, sample.at_s, "api")
    for _place, at_s in _spread(sample, count, seed, "api"):
        path = f"/api/tickets?event={EVENT_ID}"
        error = "timed out waiting for a connection to the database"
        yield _json(at_s, "api", "error", f"GET {path} failed", status=503, error=error, request_id=_hex(seed, at_s))


def _payments(sample: Sample, seed: int) -> Iterator[ServiceLine]:
    payments = sample.payment
    count = _whole(payments.attempts_per_min * payments.failure_rate * STEP_S / 60, seed, sample.at_s, "payment")
    for place, at_s in _spread(sample, count, seed, "payment"):
        payment = f"pi_{_hex(seed, at_s)}{_hex(seed + 1, at_s)}"
        if payments.failure_rate < GATEWAY_FROM:
            yield _logfmt(at_s, "worker", "info", "card declined", f"payment={payment} code=do_not_honor")
            continue
        attempt = 1 + _number(seed, at_s + place, "attempt") % 5
        message = f"payment {payment} failed: gateway did not answer within 8000 ms (stripe), attempt {attempt}"
        yield _logfmt(at_s, "worker", "error", message, f"queue=payments waiting={payments.backlog:.0f}")
    if payments.refused_per_min > 0:
        refused = f"count={payments.refused_per_min * STEP_S / 60:.0f}"
        yield _logfmt(sample.at_s, "worker", "info", "purchases refused: maintenance", refused)


def _slow_queries(sample: Sample, seed: int) -> Iterator[ServiceLine]:
    pressure = sample.database.pressure
    if pressure < LOGGED_FROM_PRESSURE:
        return
    for place, at_s in _spread(sample, _whole(6 * pressure, seed, sample.at_s, "slow"), seed, "slow"):
        seconds = (14.5 * pressure + 1) * (0.8 + 0.4 * _chance(seed, at_s + place, "slow"))
        statement = CULPRIT.format(event=EVENT_ID)
        yield ServiceLine(at_s, "api", "warn", f"WARN  slow query ({seconds:.1f} s): {statement}")


def _spread(sample: Sample, count: int, seed: int, channel: str) -> Iterator[tuple[int, float]]:
    """Moments all over the step, as nothing in a service happens at the stroke of a clock."""
    count = min(count, MOST_OF_A_KIND)
    for place in range(count):
        share = (place + _chance(seed, sample.at_s + place / 64, channel)) / count
        yield place, sample.at_s - STEP_S * (1 - share)


def _whole(expected: float, seed: int, at_s: float, channel: str) -> int:
    """A whole number that is `expected` on average."""
    return int(expected + _chance(seed, at_s, f"{channel}-count"))


def _json(at_s: float, app: str, level: str, message: str, **fields: object) -> ServiceLine:
    return ServiceLine(at_s, app, level, json.dumps({"level": level, "msg": message, **fields}))


def _logfmt(at_s: float, app: str, level: str, message: str, fields: str) -> ServiceLine:
    return ServiceLine(at_s, app, level, f'level={level} msg="{message}" {fields}')


def _number(seed: int, at_s: float, channel: str) -> int:
    return crc32(f"{seed}/{at_s:.3f}/{channel}".encode())


def _chance(seed: int, at_s: float, channel: str) -> float:
    """From 0 up to 1."""
    return _number(seed, at_s, channel) / 2**32


def _hex(seed: int, at_s: float) -> str:
    return f"{_number(seed, at_s, 'id'):08x}"
