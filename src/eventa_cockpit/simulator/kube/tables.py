"""Lists as `kubectl get` prints them: the server makes the columns (`as=Table`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from eventa_cockpit.simulator.kube.kubelet import is_ready
from eventa_cockpit.simulator.kube.store import Object

Cells = Callable[[Object, float], list[Any]]


def table(resource: str, subjects: Sequence[Object], now_s: float, version: int, *, has_header: bool = True) -> Object:
    """A `Table` (meta.k8s.io/v1); rows carry the objects' metadata."""
    columns, cells = TABLES[resource]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": str(version)},
        "columnDefinitions": [_column(*column) for column in columns] if has_header else None,
        "rows": [
            {
                "cells": cells(subject, now_s),
                "object": {
                    "kind": "PartialObjectMetadata",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": subject["metadata"],
                },
            }
            for subject in subjects
        ],
    }


def age(seconds: float) -> str:
    """A duration as Kubernetes writes it for people."""
    total = max(int(seconds), 0)
    minutes, hours, days = total // 60, total // 3600, total // 86400
    if total < 120:
        return f"{total}s"
    if minutes < 10:
        return f"{minutes}m{total % 60}s" if total % 60 else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h{minutes % 60}m" if minutes % 60 else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return f"{days}d{hours % 24}h" if hours % 24 else f"{days}d"
    return f"{days}d"


def pod_state(pod: Object) -> str:
    """What the STATUS column says."""
    for status in pod["status"].get("containerStatuses", []):
        waiting = status["state"].get("waiting")
        if waiting:
            return str(waiting["reason"])
    return str(pod["status"]["phase"])


def _column(name: str, kind: str = "string", priority: int = 0) -> Object:
    return {
        "name": name,
        "type": kind,
        "format": "name" if name == "Name" else "",
        "description": name,
        "priority": priority,
    }


def _age_of(subject: Object, now_s: float) -> str:
    return age(now_s - subject["metadata"]["creationTimestamp"])


def _selector(subject: Object) -> str:
    return ",".join(f"{key}={value}" for key, value in subject["spec"]["selector"]["matchLabels"].items())


def _containers(subject: Object) -> tuple[str, str]:
    containers = subject["spec"]["template"]["spec"]["containers"]
    return ",".join(found["name"] for found in containers), ",".join(found["image"] for found in containers)


def _deployment(subject: Object, now_s: float) -> list[Any]:
    status = subject["status"]
    ready = f"{status.get('readyReplicas', 0)}/{subject['spec']['replicas']}"
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    names, images = _containers(subject)
    name = subject["metadata"]["name"]
    return [name, ready, updated, available, _age_of(subject, now_s), names, images, _selector(subject)]


def _replica_set(subject: Object, now_s: float) -> list[Any]:
    status = subject["status"]
    counts = [subject["spec"]["replicas"], status["replicas"], status["readyReplicas"]]
    names, images = _containers(subject)
    return [subject["metadata"]["name"], *counts, _age_of(subject, now_s), names, images, _selector(subject)]


def _pod(subject: Object, now_s: float) -> list[Any]:
    ready = f"{int(is_ready(subject))}/1"
    status = subject["status"]
    restarts = str(sum(found["restartCount"] for found in status.get("containerStatuses", [])))
    place = [status.get("podIP", "<none>"), subject["spec"].get("nodeName", "<none>"), "<none>", "<none>"]
    return [subject["metadata"]["name"], ready, pod_state(subject), restarts, _age_of(subject, now_s), *place]


def _event(subject: Object, now_s: float) -> list[Any]:
    about = subject["involvedObject"]
    place = f"{about['kind'].lower()}/{about['name']}"
    return [age(now_s - subject["lastTimestamp"]), subject["type"], subject["reason"], place, subject["message"]]


def _namespace(subject: Object, now_s: float) -> list[Any]:
    return [subject["metadata"]["name"], subject["status"]["phase"], _age_of(subject, now_s)]


WIDE = (("Containers", "string", 1), ("Images", "string", 1), ("Selector", "string", 1))
TABLES: dict[str, tuple[Sequence[tuple[Any, ...]], Cells]] = {
    "deployments": (
        (("Name",), ("Ready",), ("Up-to-date", "integer"), ("Available", "integer"), ("Age",), *WIDE),
        _deployment,
    ),
    "replicasets": (
        (("Name",), ("Desired", "integer"), ("Current", "integer"), ("Ready", "integer"), ("Age",), *WIDE),
        _replica_set,
    ),
    "pods": (
        (
            ("Name",), ("Ready",), ("Status",), ("Restarts",), ("Age",), ("IP", "string", 1), ("Node", "string", 1),
            ("Nominated Node", "string", 1), ("Readiness Gates", "string", 1),
        ),
        _pod,
    ),
    "events": ((("Last Seen",), ("Type",), ("Reason",), ("Object",), ("Message",)), _event),
    "namespaces": ((("Name",), ("Status",), ("Age",)), _namespace),
}  # fmt: skip
