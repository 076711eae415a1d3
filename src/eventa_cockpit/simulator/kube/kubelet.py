"""What happens to a pod after it was made: a node is found, its image pulled, its container started, and killed.

A pod whose image is not in the registry never starts; one that asks for more than a node has is never placed; one whose
memory limit is below what the program needs is killed over and over.
"""

from __future__ import annotations

from eventa_cockpit.simulator.kube import objects
from eventa_cockpit.simulator.kube.quantities import quantity
from eventa_cockpit.simulator.kube.store import Moment, Object, Store
from eventa_cockpit.simulator.kube.telling import KUBELET, SCHEDULER, Teller

READY_S = 4.0
"""A pod is ready so long after it was made, if nothing is against it."""
NODES = 3
NODE_CORES = 4.0
NODE_BYTES = 16 * 2**30
NEEDED_BYTES = 128 * 2**20
"""What the program takes as soon as it runs."""
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 300.0
"""Between two tries; doubled each time, as the kubelet's own back-off."""


class Kubelet:
    """Moves one pod at a time."""

    def __init__(self, store: Store, images: set[str], teller: Teller) -> None:
        self._store = store
        self._images = images
        """What the registry has."""
        self._teller = teller

    def step(self, pod: Object, now_s: float) -> bool:
        """Whether anything about the pod changed."""
        if is_ready(pod) or now_s < _memory(pod).get("next_s", pod["metadata"]["creationTimestamp"]):
            return False
        lacking = _lacking(pod)
        if lacking:
            return self._refuse(pod, now_s, lacking)
        if "nodeName" not in pod["spec"]:
            return self._place(pod, now_s)
        if _status(pod)["image"] not in self._images:
            return self._fail_to_pull(pod, now_s)
        if _limit(pod) < NEEDED_BYTES:
            return self._kill(pod, now_s)
        self._tell(pod, now_s, "Started", f"Started container {_status(pod)['name']}")
        _make_ready(pod, now_s)
        self._store.touch("pods", pod)
        return True

    def _refuse(self, pod: Object, now_s: float, lacking: str) -> bool:
        message = f"0/{NODES} nodes are available: {NODES} Insufficient {lacking}."
        _memory(pod)["next_s"] = now_s + LONGEST_PAUSE_S
        self._teller.tell(pod, now_s, "FailedScheduling", message, by=SCHEDULER, is_warning=True)
        placed = objects.condition("PodScheduled", "False", now_s, "Unschedulable", message)
        pod["status"]["conditions"] = [placed]
        self._store.touch("pods", pod)
        return True

    def _place(self, pod: Object, now_s: float) -> bool:
        node = objects.node_of(pod)
        pod["spec"]["nodeName"] = node
        pod["status"].update(objects.placed_status(pod, now_s))
        _memory(pod)["next_s"] = pod["metadata"]["creationTimestamp"] + READY_S
        metadata = pod["metadata"]
        message = f"Successfully assigned {metadata['namespace']}/{metadata['name']} to {node}"
        self._teller.tell(pod, now_s, "Scheduled", message, by=SCHEDULER)
        self._store.touch("pods", pod)
        return True

    def _fail_to_pull(self, pod: Object, now_s: float) -> bool:
        status, image = _status(pod), _status(pod)["image"]
        failed = f'Failed to pull image "{image}": rpc error: code = NotFound desc = {image}: not found'
        self._tell(pod, now_s, "Pulling", f'Pulling image "{image}"')
        self._tell(pod, now_s, "Failed", failed, is_warning=True)
        self._tell(pod, now_s, "BackOff", f'Back-off pulling image "{image}"', is_warning=True)
        status["state"] = {
            "waiting": {
                "reason": "ImagePullBackOff",
                "message": f'Back-off pulling image "{image}": ErrImagePull: {failed}',
            }
        }
        return self._wait(pod, now_s)

    def _kill(self, pod: Object, now_s: float) -> bool:
        """Started, out of memory within a second, and put off."""
        status = _status(pod)
        name = status["name"]
        self._tell(pod, now_s, "Started", f"Started container {name}")
        status["restartCount"] += 1
        status["lastState"] = {
            "terminated": {
                "exitCode": 137,
                "reason": "OOMKilled",
                "startedAt": Moment(now_s - 1),
                "finishedAt": Moment(now_s),
            }
        }
        metadata = pod["metadata"]
        place = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
        message = f"back-off {_pause(pod):.0f}s restarting failed container={name} pod={place}"
        status["state"] = {"waiting": {"reason": "CrashLoopBackOff", "message": message}}
        told = f"Back-off restarting failed container {name} in pod {place}"
        self._tell(pod, now_s, "BackOff", told, is_warning=True)
        pod["status"]["phase"] = "Running"
        return self._wait(pod, now_s)

    def _wait(self, pod: Object, now_s: float) -> bool:
        memory = _memory(pod)
        memory["next_s"] = now_s + _pause(pod)
        memory["tries"] = memory.get("tries", 0) + 1
        self._store.touch("pods", pod)
        return True

    def _tell(self, pod: Object, now_s: float, reason: str, message: str, *, is_warning: bool = False) -> None:
        self._teller.tell(pod, now_s, reason, message, by=KUBELET, is_warning=is_warning)


def is_ready(pod: Object) -> bool:
    """Also a pod that has no node yet, and so no container, can be asked."""
    statuses = pod["status"].get("containerStatuses", [])
    return bool(statuses) and all(status["ready"] for status in statuses)


def _memory(pod: Object) -> dict[str, float]:
    """What only we know of the pod; never sent."""
    found: dict[str, float] = pod["status"].setdefault("kubelet", {})
    return found


def _pause(pod: Object) -> float:
    return float(min(FIRST_PAUSE_S * 2 ** _memory(pod).get("tries", 0), LONGEST_PAUSE_S))


def _status(pod: Object) -> Object:
    found: Object = pod["status"]["containerStatuses"][0]
    return found


def _resources(pod: Object, kind: str) -> Object:
    found: Object = pod["spec"]["containers"][0].get("resources", {}).get(kind, {})
    return found


def _lacking(pod: Object) -> str:
    """The resource of which no node has as much as is asked for, or empty."""
    wanted = _resources(pod, "requests")
    if quantity(wanted.get("cpu", "0")) > NODE_CORES:
        return "cpu"
    return "memory" if quantity(wanted.get("memory", "0")) > NODE_BYTES else ""


def _limit(pod: Object) -> float:
    limit = _resources(pod, "limits").get("memory")
    return quantity(limit) if limit is not None else NODE_BYTES


def _make_ready(pod: Object, now_s: float) -> None:
    _status(pod).update(ready=True, started=True, state={"running": {"startedAt": Moment(now_s)}})
    pod["status"]["phase"] = "Running"
    pod["status"]["conditions"] = [
        objects.condition(kind, "True", now_s, "")
        for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
    ]
