"""What can be measured of eventa at one moment."""

from __future__ import annotations

from dataclasses import dataclass

STEP_S = 5.0
"""Simulated seconds between two samples."""


@dataclass(frozen=True, slots=True)
class PaymentSample:
    attempts_per_min: float
    """Payments that reached a gateway."""
    refused_per_min: float
    """Purchases turned away by maintenance mode, with an explanation."""
    failure_rate: float
    """Share of the attempts that failed, 0–1."""
    backlog: float
    """Failed payments that wait for their retry."""


@dataclass(frozen=True, slots=True)
class DatabaseSample:
    """Units as CloudWatch's: per cent, seconds, bytes."""

    cpu_percent: float
    connections: float
    read_latency_s: float
    write_latency_s: float
    freeable_memory_bytes: float
    free_storage_bytes: float
    queue_depth: float
    read_iops: float
    write_iops: float
    replica_lag_s: float
    pressure: float
    """How hard the sessions wait for locks, 0–1."""
    is_available: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything at `at_s` simulated seconds."""

    at_s: float
    requests_per_s: float
    api_p95_s: float
    api_error_rate: float
    """Share of API requests answered with a server error, 0–1."""
    payment: PaymentSample
    database: DatabaseSample
    script_errors_per_min: float
    """JavaScript errors of the newest release."""
