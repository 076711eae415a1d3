"""The deployment controller: rolls pods over some seconds, with 25 % surge and unavailability as Kubernetes' own."""

from __future__ import annotations

import math

from eventa_cockpit.simulator.kube import objects
from eventa_cockpit.simulator.kube.kubelet import Kubelet, is_ready
from eventa_cockpit.simulator.kube.objects import CHANGE_CAUSE, FORMER_REVISIONS, HASH_LABEL, REVISION
from eventa_cockpit.simulator.kube.store import Object, Store
from eventa_cockpit.simulator.kube.telling import CONTROLLER, Teller

TICK_S = 1.0
"""Simulated seconds between two looks."""
SHARE = 0.25


class Controller:
    """Moves one deployment's replica sets towards its specification, one tick at a time."""

    def __init__(self, store: Store, kubelet: Kubelet, teller: Teller) -> None:
        self._store = store
        self._kubelet = kubelet
        self._teller = teller
        self._numbers = 0

    def reconcile(self, deployment: Object, now_s: float) -> bool:
        """One tick; says whether anything moved or still waits."""
        newest = self._newest_set(deployment, now_s)
        sets = self.sets_of(deployment)
        started = [self._kubelet.step(pod, now_s) for found in sets for pod in self.pods_of(found)]
        moved = self._roll(deployment, newest, sets, now_s)
        changed = self._write_status(deployment, newest, sets, now_s)
        waiting = any(not is_ready(pod) for found in sets for pod in self.pods_of(found))
        return any(started) or moved or changed or waiting

    def sets_of(self, deployment: Object) -> list[Object]:
        namespace, uid = deployment["metadata"]["namespace"], deployment["metadata"]["uid"]
        return [found for found in self._store.list("replicasets", namespace) if _owner_uid(found) == uid]

    def pods_of(self, replica_set: Object) -> list[Object]:
        namespace, uid = replica_set["metadata"]["namespace"], replica_set["metadata"]["uid"]
        return [found for found in self._store.list("pods", namespace) if _owner_uid(found) == uid]

    def _newest_set(self, deployment: Object, now_s: float) -> Object:
        """The replica set of the current template; a former one becomes the newest revision again."""
        sets = self.sets_of(deployment)
        highest = max((revision_of(found) for found in sets), default=0)
        digest = objects.template_hash(deployment["spec"]["template"])
        newest = next((found for found in sets if found["metadata"]["labels"][HASH_LABEL] == digest), None)
        if newest is None:
            number = revision_of(deployment) + 1 if not sets else highest + 1
            newest = self._store.add("replicasets", objects.replica_set(deployment, now_s, number))
        elif revision_of(newest) < highest:
            _renumber(newest, deployment, highest + 1)
            self._store.touch("replicasets", newest)
        annotations = deployment["metadata"].setdefault("annotations", {})
        if annotations.get(REVISION) != newest["metadata"]["annotations"][REVISION]:
            annotations[REVISION] = newest["metadata"]["annotations"][REVISION]
            deployment["status"]["rolled_at"] = now_s
            self._store.touch("deployments", deployment)
        return newest

    def _roll(self, deployment: Object, newest: Object, sets: list[Object], now_s: float) -> bool:
        if deployment["spec"].get("paused"):
            return False
        desired = deployment["spec"]["replicas"]
        pods = {found["metadata"]["name"]: self.pods_of(found) for found in sets}
        mine = pods[newest["metadata"]["name"]]
        total = sum(map(len, pods.values()))
        room = desired + math.ceil(desired * SHARE) - total
        wanted = min(room, desired - len(mine))
        for _ in range(wanted):
            self._add_pod(newest, now_s)
        surplus = self._surplus(deployment, newest, sets, pods)
        for pod in surplus:
            self._store.delete("pods", pod)
        if wanted > 0:
            self._tell_scaled(deployment, newest, "up", now_s)
        for found in sets:
            if any(_owner_uid(pod) == found["metadata"]["uid"] for pod in surplus):
                self._tell_scaled(deployment, found, "down", now_s)
        return wanted > 0 or bool(surplus)

    def _surplus(
        self, deployment: Object, newest: Object, sets: list[Object], pods: dict[str, list[Object]]
    ) -> list[Object]:
        """Pods that may go now: those that never got ready first, then ready ones as far as enough stay available."""
        desired = deployment["spec"]["replicas"]
        mine = pods[newest["metadata"]["name"]]
        surplus = mine[desired:]
        old = [pod for found in sets if found is not newest for pod in pods[found["metadata"]["name"]]]
        surplus += [pod for pod in old if not is_ready(pod)]
        ready = sum(is_ready(pod) for group in pods.values() for pod in group)
        spare = ready - sum(is_ready(pod) for pod in surplus) - (desired - math.floor(desired * SHARE))
        return surplus + [pod for pod in old if is_ready(pod)][: max(spare, 0)]

    def _add_pod(self, replica_set: Object, now_s: float) -> None:
        self._numbers += 1
        self._store.add("pods", objects.pod(replica_set, now_s, self._numbers))

    def _write_status(self, deployment: Object, newest: Object, sets: list[Object], now_s: float) -> bool:
        counts = {}
        for found in sets:
            pods = self.pods_of(found)
            counts[found["metadata"]["name"]] = len(pods), sum(map(is_ready, pods))
            self._write_set_status(deployment, newest, found, *counts[found["metadata"]["name"]])
        updated, updated_ready = counts[newest["metadata"]["name"]]
        total, ready = (sum(count[place] for count in counts.values()) for place in (0, 1))
        status = _deployment_status(deployment, newest, total, updated, ready, updated_ready, now_s)
        if status == deployment["status"]:
            return False
        deployment["status"] = status
        self._store.touch("deployments", deployment)
        return True

    def _write_set_status(self, deployment: Object, newest: Object, found: Object, total: int, ready: int) -> None:
        wanted = deployment["spec"]["replicas"] if found is newest else total
        status = {
            "replicas": total,
            "fullyLabeledReplicas": total,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "observedGeneration": 1,
        }
        if found["status"] != status or found["spec"]["replicas"] != wanted:
            found["status"], found["spec"]["replicas"] = status, wanted
            self._store.touch("replicasets", found)

    def _tell_scaled(self, deployment: Object, replica_set: Object, direction: str, now_s: float) -> None:
        count = len(self.pods_of(replica_set))
        text = f"Scaled {direction} replica set {replica_set['metadata']['name']} to {count}"
        self._teller.tell(deployment, now_s, "ScalingReplicaSet", text, by=CONTROLLER)


def revision_of(subject: Object) -> int:
    return int(subject["metadata"].get("annotations", {}).get(REVISION, 0))


def _renumber(replica_set: Object, deployment: Object, number: int) -> None:
    """A former template again: it keeps the numbers that it had, and gets the reason that is given now."""
    annotations = replica_set["metadata"]["annotations"]
    former = [*filter(None, annotations.get(FORMER_REVISIONS, "").split(",")), annotations[REVISION]]
    annotations[FORMER_REVISIONS] = ",".join(former)
    annotations[REVISION] = str(number)
    cause = deployment["metadata"].get("annotations", {}).get(CHANGE_CAUSE)
    if cause:
        annotations[CHANGE_CAUSE] = cause


def _owner_uid(subject: Object) -> str:
    owners = subject["metadata"].get("ownerReferences", [])
    return str(owners[0]["uid"]) if owners else ""


def _deployment_status(
    deployment: Object, newest: Object, total: int, updated: int, ready: int, updated_ready: int, now_s: float
) -> Object:
    desired = deployment["spec"]["replicas"]
    rolled_at = deployment["status"].get("rolled_at", now_s)
    name = newest["metadata"]["name"]
    is_complete = updated == total == desired and ready >= desired
    if is_complete:
        progress = ("True", "NewReplicaSetAvailable", f'ReplicaSet "{name}" has successfully progressed.')
    elif now_s - rolled_at > deployment["spec"]["progressDeadlineSeconds"] and updated_ready < desired:
        progress = ("False", "ProgressDeadlineExceeded", f'ReplicaSet "{name}" has timed out progressing.')
    else:
        progress = ("True", "ReplicaSetUpdated", f'ReplicaSet "{name}" is progressing.')
    enough = ready >= desired - math.floor(desired * SHARE)
    available = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    if not enough:
        available = ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    return {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": total,
        "updatedReplicas": updated,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(max(desired, total) - ready, 0),
        "conditions": [
            _kept(deployment, objects.condition("Available", available[0], now_s, *available[1:])),
            _kept(deployment, objects.condition("Progressing", progress[0], now_s, *progress[1:])),
        ],
        "rolled_at": rolled_at,
    }


def _kept(deployment: Object, new: Object) -> Object:
    """The former condition where it says the same, so that its times stay."""
    for old in deployment["status"].get("conditions", []):
        if (old["type"], old["status"], old["reason"], old["message"]) == (
            new["type"], new["status"], new["reason"], new["message"],
        ):  # fmt: skip
            kept: Object = old
            return kept
    return new
