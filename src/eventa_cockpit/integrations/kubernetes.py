"""A Kubernetes namespace: deployments and their roll-outs, pods that do not serve, events, and what was changed when.

API: https://kubernetes.io/docs/reference/kubernetes-api/.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import ROLLOUTS, FailureKind
from eventa_cockpit.domain.rollout import RolloutList
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.cluster import Cluster, cluster_failure, heard, open_cluster
from eventa_cockpit.integrations.decoding import elements, malformed, strictly
from eventa_cockpit.integrations.fetching import within
from eventa_cockpit.integrations.kubernetes_deployments import deployment_of, missing
from eventa_cockpit.integrations.kubernetes_events import cluster_events
from eventa_cockpit.integrations.kubernetes_history import revisions
from eventa_cockpit.integrations.kubernetes_objects import (
    ObjectReference,
    Page,
    Pod,
    RawDeployment,
    RawEvent,
    ReplicaSet,
)
from eventa_cockpit.integrations.kubernetes_pods import pod_troubles
from eventa_cockpit.integrations.threads import Lane
from eventa_cockpit.locale import _

T = TypeVar("T")

LENGTH = 500
"""Objects a page."""
PAGES = 10
SHARE = 0.8
"""Of the deadline, after which the further parts are given up, so that the deployments are told in time."""
COSTLY = frozenset(
    {
        FailureKind.FORBIDDEN,
        FailureKind.NOT_FOUND,
        FailureKind.REFUSED,
        FailureKind.SERVER,
        FailureKind.MALFORMED,
        FailureKind.TOO_LARGE,
        FailureKind.TIMEOUT,
    }
)
"""Failures of a further part that cost that part only; any other is about the whole API server."""
NOT_DONE = {"field_selector": "status.phase!=Succeeded"}
"""Pods of jobs that have ended say nothing, and there may be thousands."""


class KubernetesSource:
    """The roll-outs feed: one namespace."""

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
        self._cluster: Cluster | None = None

    async def read(self) -> RolloutList:
        """All deployments asked for, and what else could be read; raises UpstreamError when there are none to tell."""
        async with within(self.deadline):
            return await self._lane.run(self._read)

    async def close(self) -> None:
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            cluster.close()

    def _read(self) -> RolloutList:
        began = time.monotonic()
        with heard() as complaints:
            try:
                found = self._contents(began)
            except UpstreamError as failure:
                raise self._explained(failure, complaints) from None
            except Exception as error:  # noqa: BLE001 - told apart there; what it does not know, it raises again
                raise cluster_failure(error) from None
        return rollouts(found, self._names, self._now())

    def _contents(self, began: float) -> Contents:
        """The deployments first; each further part may fail without the others."""
        if self._cluster is None:
            self._cluster = open_cluster(self._kubeconfig, self._context)
        cluster, seconds = self._cluster, self.deadline.total_seconds()
        cluster.end_at(began + seconds)
        deployments = self._pages(cluster.apps.list_namespaced_deployment, RawDeployment)
        cluster.end_at(began + seconds * SHARE)
        unread: list[str] = []
        replica_sets = self._part(unread, _("History"), cluster.apps.list_namespaced_replica_set, ReplicaSet)
        pods = self._part(unread, _("Pods"), cluster.core.list_namespaced_pod, Pod, **NOT_DONE)
        events = self._part(unread, _("Events"), cluster.core.list_namespaced_event, RawEvent)
        return Contents(deployments, replica_sets, pods, events, tuple(unread))

    def _explained(self, failure: UpstreamError, complaints: list[str]) -> UpstreamError:
        """A refusal after the credential plug-in failed is about our credentials. Either way we log in anew."""
        if failure.kind not in (FailureKind.UNAUTHORISED, FailureKind.FORBIDDEN, FailureKind.CREDENTIALS):
            return failure
        self._cluster = None
        if not complaints:
            return failure
        why = clean_line(complaints[-1])[:200].rstrip(".")
        sentence = _("The kubeconfig's login command failed: {why}.").format(why=why)
        return UpstreamError(FailureKind.CREDENTIALS, sentence)

    def _part(self, unread: list[str], name: str, call: Callable[..., Any], shape: type[T], **options: str) -> list[T]:
        try:
            return self._pages(call, shape, **options)
        except UpstreamError as failure:
            if failure.kind not in COSTLY:
                raise
            unread.append(_("{part} could not be read: {reason}").format(part=name, reason=failure))
            return []

    def _pages(self, call: Callable[..., Any], shape: type[T], **options: str) -> list[T]:
        items: list[T] = []
        for _page in range(PAGES):
            answer = call(self._namespace, limit=LENGTH, _preload_content=False, **options)
            page = strictly(answer.data or b"", Page)
            items += elements(page.items, shape, "items")
            if not page.metadata.following:
                return items
            options["_continue"] = page.metadata.following
        raise malformed(_("it has more than {count} pages").format(count=PAGES))


@dataclass(frozen=True, slots=True)
class Contents:
    """What the API server said of the namespace."""

    deployments: list[RawDeployment]
    replica_sets: list[ReplicaSet]
    pods: list[Pod]
    events: list[RawEvent]
    unread: tuple[str, ...] = ()


def rollouts(found: Contents, names: Collection[str], now: datetime) -> RolloutList:
    """By name; a deployment that was asked for and does not exist is told, not left out."""
    raws = [raw for raw in found.deployments if not names or raw.metadata.name in names]
    owned: dict[str, list[ReplicaSet]] = {}
    for replica_set in found.replica_sets:
        for owner in replica_set.metadata.owner_references:
            owned.setdefault(owner.uid, []).append(replica_set)
    ours = {raw.metadata.uid: owned.get(raw.metadata.uid, []) for raw in raws}
    told = {raw.metadata.uid: deployment_of(raw, ours[raw.metadata.uid], now) for raw in raws}
    known = {deployment.name for deployment in told.values()}
    family = Family.of(raws, ours, found.pods, is_closed=bool(names))
    return RolloutList(
        deployments=tuple(
            sorted(
                (*told.values(), *(missing(name) for name in names if name not in known)), key=lambda each: each.name
            )
        ),
        pods=pod_troubles(found.pods, family.of_pod, now),
        events=cluster_events(found.events, family.of_object, now),
        revisions=tuple(
            revision
            for uid, deployment in sorted(told.items(), key=lambda item: item[1].name)
            for revision in revisions(deployment, ours[uid], now)
        ),
        unread=found.unread,
    )


@dataclass(frozen=True, slots=True)
class Family:
    """Which deployment an object belongs to."""

    by_uid: Mapping[str, str]
    by_name: Mapping[tuple[str, str], str]
    """Kind and name → deployment."""
    deployments: Collection[str]
    is_closed: bool
    """Nothing but these deployments is asked for."""

    @classmethod
    def of(
        cls,
        raws: Collection[RawDeployment],
        replica_sets: Mapping[str, Collection[ReplicaSet]],
        pods: Collection[Pod],
        *,
        is_closed: bool,
    ) -> Family:
        by_uid = {raw.metadata.uid: raw.metadata.name for raw in raws}
        by_name = {("Deployment", raw.metadata.name): raw.metadata.name for raw in raws}
        for raw in raws:
            for replica_set in replica_sets[raw.metadata.uid]:
                by_uid[replica_set.metadata.uid] = raw.metadata.name
                by_name["ReplicaSet", replica_set.metadata.name] = raw.metadata.name
        for pod in pods:
            for owner in pod.metadata.owner_references:
                if owner.uid in by_uid:
                    by_uid[pod.metadata.uid] = by_uid[owner.uid]
        return cls(by_uid, by_name, frozenset(raw.metadata.name for raw in raws), is_closed)

    def of_pod(self, pod: Pod) -> str:
        owners = pod.metadata.owner_references
        found = self.by_uid.get(pod.metadata.uid) or next(map(self._of_replica_set, (each.name for each in owners)), "")
        if found or self.is_closed:
            return found
        return owners[0].name if owners and owners[0].name else pod.metadata.name

    def of_object(self, about: ObjectReference) -> str | None:
        found = self.by_uid.get(about.uid) or self.by_name.get((about.kind, about.name), "")
        if not found and about.kind == "Pod":  # it may be gone, but its name begins with its replica set's
            found = self._of_replica_set(about.name.rpartition("-")[0])
        elif not found and about.kind == "ReplicaSet":
            found = self._of_replica_set(about.name)
        return found or (None if self.is_closed else "")

    def _of_replica_set(self, name: str) -> str:
        """By the name that the deployment controller gives: the deployment's, a dash, a hash."""
        known = self.by_name.get(("ReplicaSet", name))
        base = name.rpartition("-")[0]
        return known or (base if base in self.deployments else "")
