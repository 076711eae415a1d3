"""Deployments and the state of their roll-outs, as `kubectl rollout status` would tell it. Pure.

API: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.rollout import Deployment, RolloutState
from eventa_cockpit.integrations.decoding import utc
from eventa_cockpit.integrations.kubernetes_history import image_of
from eventa_cockpit.integrations.kubernetes_objects import REVISION, RawDeployment, ReplicaSet
from eventa_cockpit.locale import _


def deployment_of(raw: RawDeployment, replica_sets: Collection[ReplicaSet], now: datetime) -> Deployment:
    """One deployment in our words."""
    revision = raw.metadata.annotations.get(REVISION, "")
    changed_at = _changed_at(raw, replica_sets)
    return Deployment(
        namespace=clean_line(raw.metadata.namespace),
        name=clean_line(raw.metadata.name),
        state=state_of(raw),
        desired=raw.spec.replicas,
        updated=raw.status.updated_replicas,
        available=raw.status.available_replicas,
        revision=int(revision) if revision.isdecimal() else None,
        image=image_of(raw.spec.template),
        changed_at=min(utc(changed_at), now) if changed_at else None,
        reason=_reason(raw),
    )


def state_of(raw: RawDeployment) -> RolloutState:
    """The order of the questions is that of `kubectl rollout status`."""
    wanted, status = raw.spec.replicas, raw.status
    progressing = status.condition("Progressing")
    if raw.spec.paused:
        return RolloutState.PAUSED
    if status.observed_generation < raw.metadata.generation:
        return RolloutState.PROGRESSING
    if progressing is not None and progressing.status == "False":
        return RolloutState.STUCK
    if status.updated_replicas < wanted or status.replicas > status.updated_replicas:
        return RolloutState.PROGRESSING
    if status.available_replicas < wanted:
        was_complete = progressing is None or progressing.reason == "NewReplicaSetAvailable"
        return RolloutState.DEGRADED if was_complete else RolloutState.PROGRESSING
    return RolloutState.COMPLETE


def _reason(raw: RawDeployment) -> str:
    """What Kubernetes says against the deployment: first that no pod could be made, then that none gets ready."""
    for kind, bad in (("ReplicaFailure", "True"), ("Progressing", "False"), ("Available", "False")):
        condition = raw.status.condition(kind)
        if condition is not None and condition.status == bad:
            return clean_line(": ".join(filter(None, (condition.reason, condition.message))))
    return ""


def _changed_at(raw: RawDeployment, replica_sets: Collection[ReplicaSet]) -> datetime | None:
    """When the newest replica set was made; after a roll-back to an older one, when the roll-out last moved."""
    if not replica_sets:
        return None
    newest = max(replica_sets, key=lambda each: (each.metadata.creation_timestamp is not None, _made(each)))
    progressing = raw.status.condition("Progressing")
    is_current = newest.metadata.annotations.get(REVISION) == raw.metadata.annotations.get(REVISION)
    if is_current or progressing is None:
        return newest.metadata.creation_timestamp
    return progressing.last_update_time or newest.metadata.creation_timestamp


def _made(replica_set: ReplicaSet) -> float:
    made = replica_set.metadata.creation_timestamp
    return made.timestamp() if made else 0.0


def missing(name: str) -> Deployment:
    reason = _("There is no deployment of this name.")
    return Deployment("", name, RolloutState.DEGRADED, 0, 0, 0, None, reason=reason)
