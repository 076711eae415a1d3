"""Kubernetes deployments and the state of their roll-outs, as `kubectl rollout status` would tell it.

API: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import ROLLOUTS, FailureKind
from eventa_cockpit.domain.rollout import Deployment, RolloutList, RolloutState
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.cluster import cluster_failure, heard, open_cluster
from eventa_cockpit.integrations.decoding import elements, malformed, strictly, utc
from eventa_cockpit.integrations.fetching import within
from eventa_cockpit.integrations.threads import Lane
from eventa_cockpit.locale import _

T = TypeVar("T")

REVISION = "deployment.kubernetes.io/revision"
LENGTH = 500
"""Objects a page."""
PAGES = 10


class Owner(msgspec.Struct):
    uid: str


class Metadata(msgspec.Struct, rename="camel"):
    name: str
    uid: str
    namespace: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    annotations: dict[str, str] = {}
    owner_references: list[Owner] = []


class Container(msgspec.Struct):
    image: str = ""


class PodSpec(msgspec.Struct):
    containers: list[Container]


class Template(msgspec.Struct):
    spec: PodSpec


class Spec(msgspec.Struct):
    template: Template
    replicas: int = 1
    paused: bool = False


class Condition(msgspec.Struct, rename="camel"):
    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_update_time: datetime | None = None


class Status(msgspec.Struct, rename="camel"):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    conditions: list[Condition] = []

    def condition(self, kind: str) -> Condition | None:
        return next((condition for condition in self.conditions if condition.type == kind), None)


class RawDeployment(msgspec.Struct):
    metadata: Metadata
    spec: Spec
    status: Status


class ReplicaSet(msgspec.Struct):
    metadata: Metadata


class ListMetadata(msgspec.Struct):
    following: str = msgspec.field(default="", name="continue")


class Page(msgspec.Struct):
    items: list[msgspec.Raw]
    metadata: ListMetadata


class KubernetesSource:
    """The roll-outs feed: the deployments of one namespace."""

    key = ROLLOUTS
    vendor = "Kubernetes"

    def __init__(
        self,
        namespace: str,
        *,
        names: Collection[str] = (),
        kubeconfig: str = "",
        context: str = "",
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """Only the deployments in `names`, or all of them. An empty `kubeconfig` means kubectl's usual places."""
        self.every = every
        self.deadline = deadline
        self._namespace = namespace
        self._names = tuple(names)
        self._kubeconfig = kubeconfig
        self._context = context
        self._now = now
        self._lane = Lane("kubernetes")
        self._api: Any = None

    async def read(self) -> RolloutList:
        """All deployments asked for; raises UpstreamError when the API server gave no answer."""
        async with within(self.deadline):
            return await self._lane.run(self._read)

    async def close(self) -> None:
        api, self._api = self._api, None
        if api is not None:
            api.api_client.rest_client.pool_manager.clear()

    def _read(self) -> RolloutList:
        with heard() as complaints:
            try:
                if self._api is None:
                    self._api = open_cluster(self._kubeconfig, self._context, self.deadline)
                deployments = self._pages(self._api.list_namespaced_deployment, RawDeployment)
                replica_sets = self._pages(self._api.list_namespaced_replica_set, ReplicaSet)
            except UpstreamError as failure:
                raise self._explained(failure, complaints) from None
            except Exception as error:  # noqa: BLE001 - told apart there; what it does not know, it raises again
                raise cluster_failure(error) from None
        return rollouts(deployments, replica_sets, self._names, self._now())

    def _explained(self, failure: UpstreamError, complaints: list[str]) -> UpstreamError:
        """A refusal after the credential plug-in failed is about our credentials. Either way we log in anew."""
        if failure.kind not in (FailureKind.UNAUTHORISED, FailureKind.FORBIDDEN, FailureKind.CREDENTIALS):
            return failure
        self._api = None
        if not complaints:
            return failure
        why = clean_line(complaints[-1])[:200].rstrip(".")
        sentence = _("The kubeconfig's login command failed: {why}.").format(why=why)
        return UpstreamError(FailureKind.CREDENTIALS, sentence)

    def _pages(self, call: Callable[..., Any], shape: type[T]) -> list[T]:
        items: list[T] = []
        following: dict[str, str] = {}
        for _page in range(PAGES):
            answer = call(self._namespace, limit=LENGTH, _preload_content=False, **following)
            page = strictly(answer.data or b"", Page)
            items += elements(page.items, shape, "items")
            if not page.metadata.following:
                return items
            following = {"_continue": page.metadata.following}
        raise malformed(_("it has more than {count} pages").format(count=PAGES))


def rollouts(
    deployments: Iterable[RawDeployment], replica_sets: Iterable[ReplicaSet], names: Collection[str], now: datetime
) -> RolloutList:
    """The deployments by name; one that was asked for and does not exist is told, not left out."""
    owned: dict[str, list[ReplicaSet]] = {}
    for replica_set in replica_sets:
        for owner in replica_set.metadata.owner_references:
            owned.setdefault(owner.uid, []).append(replica_set)
    found = {raw.metadata.name: raw for raw in deployments if not names or raw.metadata.name in names}
    told = [deployment_of(raw, owned.get(raw.metadata.uid, []), now) for raw in found.values()]
    told += [_missing(name) for name in names if name not in found]
    return RolloutList(tuple(sorted(told, key=lambda deployment: deployment.name)))


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
        image=clean_line(", ".join(container.image for container in raw.spec.template.spec.containers)),
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


def _missing(name: str) -> Deployment:
    reason = _("There is no deployment of this name.")
    return Deployment("", name, RolloutState.DEGRADED, 0, 0, 0, None, reason=reason)
