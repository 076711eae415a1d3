"""eventa's cluster: its deployments, their history, and which releases are bad."""

from __future__ import annotations

import re

from eventa_cockpit.simulator.kube import objects
from eventa_cockpit.simulator.kube.controller import TICK_S, Controller
from eventa_cockpit.simulator.kube.kubelet import Kubelet, is_ready
from eventa_cockpit.simulator.kube.objects import CHANGE_CAUSE, REVISION
from eventa_cockpit.simulator.kube.store import Moment, Object, Store, cloned
from eventa_cockpit.simulator.kube.telling import Teller

REGISTRY = "registry.eventa.app"
FRONTEND = "eventa-frontend"
GOOD_RELEASE = "4.18.2"
BAD_RELEASE = "4.19.0"
FIXED_RELEASE = "4.19.1"
"""The hotfix: in the registry from the start, rolled out by nobody."""
RELEASES = ("4.17.1", "4.18.0", GOOD_RELEASE, BAD_RELEASE, FIXED_RELEASE)
DEPLOYMENTS = ((FRONTEND, 4, 41), ("eventa-api", 6, 118), ("eventa-worker", 3, 77))
"""Name, replicas, revision of the newest roll-out."""
DAY_S = 86400.0


def image(name: str, release: str) -> str:
    return f"{REGISTRY}/{name}:{release}"


class Cluster:
    """The API server's content and the controller that moves it."""

    def __init__(self, at_s: float) -> None:
        self.store = Store()
        images = {image(name, release) for name, _, _ in DEPLOYMENTS for release in RELEASES}
        self._teller = Teller(self.store)
        self._controller = Controller(self.store, Kubelet(self.store, images, self._teller), self._teller)
        self._ticked_at = at_s
        self._is_moving = False
        for namespace in ("default", "kube-system"):
            self.store.add("namespaces", _namespace(namespace, at_s - 300 * DAY_S))
        for name, replicas, revision in DEPLOYMENTS:
            self._install(name, replicas, revision, at_s)

    def _install(self, name: str, replicas: int, revision: int, at_s: float) -> None:
        """A deployment with three former releases and the present one, all rolled out long ago."""
        made = objects.deployment(name, image(name, RELEASES[0]), replicas, at_s - 200 * DAY_S)
        made["metadata"]["annotations"][REVISION] = str(revision - 3)
        self.store.add("deployments", made)
        for age_days, release in ((17, RELEASES[0]), (10, RELEASES[1]), (3, GOOD_RELEASE)):
            rolled_at = at_s - age_days * DAY_S
            self.roll_out(name, release, rolled_at)
            while self._controller.reconcile(made, rolled_at):
                rolled_at += TICK_S
        self._teller.forget()

    def roll_out(self, name: str, release: str, at_s: float) -> None:
        """What the delivery pipeline does: a new image, and the reason for it."""
        deployment = self.deployment(name)
        deployment["spec"]["template"]["spec"]["containers"][0]["image"] = image(name, release)
        deployment["metadata"].setdefault("annotations", {})[CHANGE_CAUSE] = f"release {release}"
        self._changed(deployment)
        self._ticked_at = max(self._ticked_at, at_s)

    def deployment(self, name: str, namespace: str = "default") -> Object:
        found = self.store.get("deployments", namespace, name)
        if found is None:
            raise KeyError(name)
        return found

    def replace(self, changed: Object, former: Object) -> None:
        """Accept a written deployment; the controller acts on it from the next tick."""
        merged = cloned(changed)
        merged["status"] = former["status"]
        merged["metadata"]["generation"] = former["metadata"]["generation"]
        if merged["spec"] != former["spec"]:
            merged["metadata"]["generation"] += 1
        self.store.replace("deployments", merged)
        self._is_moving = True

    def _changed(self, deployment: Object) -> None:
        deployment["metadata"]["generation"] += 1
        self.store.touch("deployments", deployment)
        self._is_moving = True

    def delete_pod(self, pod: Object) -> None:
        self.store.delete("pods", pod)
        self._is_moving = True

    def advance(self, to_s: float) -> None:
        """Let the controller work until `to_s`; costs nothing while nothing moves."""
        while self._is_moving and self._ticked_at + TICK_S <= to_s:
            self._ticked_at += TICK_S
            moves = [self._controller.reconcile(found, self._ticked_at) for found in self.store.list("deployments")]
            self._is_moving = any(moves)
        if not self._is_moving:
            self._ticked_at = max(self._ticked_at, to_s)

    @property
    def is_moving(self) -> bool:
        return self._is_moving

    def bad_share(self) -> float:
        """Share of the front end's ready pods that serve the bad release, 0–1."""
        bad = image(FRONTEND, BAD_RELEASE)
        serving = [
            pod["spec"]["containers"][0]["image"]
            for pod in self.store.list("pods", "default")
            if pod["metadata"]["labels"].get("app") == FRONTEND and is_ready(pod)
        ]
        return serving.count(bad) / len(serving) if serving else 0.0

    def frontend_release(self) -> str:
        """The release that the front end's deployment asks for."""
        found = self.deployment(FRONTEND)["spec"]["template"]["spec"]["containers"][0]["image"]
        return re.sub(r"^.*:", "", found)


def _namespace(name: str, at_s: float) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "uid": objects.metadata(name, "", at_s)["uid"],
            "creationTimestamp": Moment(at_s),
            "labels": {"kubernetes.io/metadata.name": name},
        },
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }
