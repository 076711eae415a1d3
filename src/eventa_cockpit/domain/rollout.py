"""Kubernetes deployments and how their roll-outs are doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RolloutState(StrEnum):
    COMPLETE = "complete"
    PROGRESSING = "progressing"
    STUCK = "stuck"
    """The `Progressing` condition is false: `ProgressDeadlineExceeded`."""
    DEGRADED = "degraded"
    """Rolled out, but fewer replicas are available than wanted."""
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment as the API server reports it."""

    namespace: str
    name: str
    state: RolloutState
    desired: int
    updated: int
    available: int
    revision: int | None
    """`deployment.kubernetes.io/revision`, or None before the first roll-out."""
    image: str = ""
    changed_at: datetime | None = None
    """When the newest replica set was made: the last roll-out began. After a roll-back: when it last moved."""
    reason: str = ""
    """Why it is stuck or degraded, in Kubernetes' words."""


@dataclass(frozen=True, slots=True)
class RolloutList:
    deployments: tuple[Deployment, ...] = ()
