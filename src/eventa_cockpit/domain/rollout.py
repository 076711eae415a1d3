"""Kubernetes deployments: how their roll-outs do, which pods do not serve, what the cluster says, what was changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the first paint needs none of it
    from eventa_cockpit.domain.change import Change


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
class PodTrouble:
    """A pod that does not serve, or that serves only since it was started again."""

    namespace: str
    name: str
    deployment: str
    """Name of its deployment; of whatever owns it, when that is none that we were told of."""
    reason: str
    """As in `kubectl get pods`: `ImagePullBackOff`, `CrashLoopBackOff`, `Unschedulable`, `Init:Error`."""
    message: str = ""
    container: str = ""
    last_end: str = ""
    """How the container last ended, in Kubernetes' word: `OOMKilled`, `Error`."""
    exit_code: int | None = None
    """Of that end."""
    restarts: int = 0
    """Of all its containers together."""
    since: datetime | None = None
    """When the pod was made; of one that serves, when its container last ended."""
    is_serving: bool = False


@dataclass(frozen=True, slots=True)
class ClusterEvent:
    """What the cluster said about an object; the same of several pods of a deployment is one."""

    is_warning: bool
    reason: str
    kind: str
    """Of the object: `Pod`."""
    name: str
    """The deployment's name where the object belongs to one, else the object's own."""
    message: str
    at: datetime
    """When it was last said."""
    first_at: datetime
    count: int = 1
    """How often it was said, of all objects together."""
    objects: int = 1
    """Of how many objects."""


class DifferenceKind(StrEnum):
    """What part of a deployment's template."""

    IMAGE = "image"
    VARIABLE = "variable"
    """An environment variable. Its values are never part of a difference."""
    RESOURCES = "resources"
    CONTAINER = "container"
    RESTART = "restart"
    """`kubectl rollout restart`: nothing but a new moment in an annotation."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a revision changed against the one before it."""

    kind: DifferenceKind
    container: str = ""
    name: str = ""
    """The variable, or the resource: `limits.memory`."""
    before: str = ""
    """Empty when it was not there."""
    after: str = ""
    """Empty when it is not there any more. Of a variable that changed, both are empty."""
    is_addition: bool = False
    is_removal: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of a deployment's history."""

    deployment: str
    number: int
    image: str
    at: datetime | None
    """When it was rolled out; None where Kubernetes does not keep it: an old revision that was rolled back to."""
    cause: str = ""
    """`kubernetes.io/change-cause`."""
    differences: tuple[Difference, ...] = ()
    """Against the revision before it, as far as that one is still known."""
    is_current: bool = False
    is_return: bool = False
    """An earlier template again: a roll-back."""

    @property
    def release(self) -> str:
        """The image's tag, or what stands for it."""
        return release_of(self.image)


@dataclass(frozen=True, slots=True)
class RolloutList:
    deployments: tuple[Deployment, ...] = ()
    pods: tuple[PodTrouble, ...] = ()
    """Worst first."""
    events: tuple[ClusterEvent, ...] = ()
    """Warnings first, then the newest."""
    revisions: tuple[Revision, ...] = ()
    """By deployment, the newest first."""
    unread: tuple[str, ...] = ()
    """Sentences about what could not be read while the deployments could."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(_change(revision, revision.at) for revision in self.revisions if revision.at is not None)

    def history(self, deployment: str) -> tuple[Revision, ...]:
        return tuple(revision for revision in self.revisions if revision.deployment == deployment)

    def troubles(self, deployment: str) -> tuple[PodTrouble, ...]:
        return tuple(pod for pod in self.pods if pod.deployment == deployment)


def release_of(image: str) -> str:
    """The tag of an image, the beginning of its digest, or its name: `registry:5000/api:4.18.2` → `4.18.2`."""
    name, _at, digest = image.partition("@")
    last = name.rpartition("/")[2]
    _base, colon, tag = last.partition(":")
    if colon:
        return tag
    return digest.removeprefix("sha256:")[:12] or last


def _change(revision: Revision, at: datetime) -> Change:
    """`eventa-frontend revision 42 (4.19.0)`; a release that was there before has an arrow back: `(↩ 4.18.2)`."""
    from eventa_cockpit.domain.change import Change, ChangeKind

    release = f"↩ {revision.release}" if revision.is_return else revision.release
    cause = "" if revision.release and revision.release in revision.cause else revision.cause
    told = ", ".join(filter(None, (release, cause)))
    title = f"{revision.deployment} revision {revision.number}" + (f" ({told})" if told else "")
    return Change(at, ChangeKind.DEPLOYMENT, title, "Kubernetes")
