"""Objects as they are sent: moments become timestamps, and what only the controller knows is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from eventa_cockpit.simulator.kube.store import Moment, Object

PRIVATE = frozenset({"rolled_at", "kubelet", "pod_number"})
"""Keys of a status."""


def rendered(subject: Any, wall: Callable[[float], datetime]) -> Any:
    """A copy of `subject` that can be written as JSON."""
    if isinstance(subject, Moment):
        return wall(subject).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(subject, dict):
        return {key: rendered(value, wall) for key, value in subject.items() if key not in PRIVATE}
    if isinstance(subject, list):
        return [rendered(value, wall) for value in subject]
    return subject


def failure(code: int, reason: str, message: str, details: Object | None = None) -> Object:
    """Kubernetes' `Status`, which clients show to people."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details or {},
        "code": code,
    }
