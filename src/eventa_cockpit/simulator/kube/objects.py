"""New objects in the shape of Kubernetes' apps/v1 and v1."""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zlib import crc32

from eventa_cockpit.simulator.kube.store import Moment, Object

REVISION = "deployment.kubernetes.io/revision"
FORMER_REVISIONS = "deployment.kubernetes.io/revision-history"
CHANGE_CAUSE = "kubernetes.io/change-cause"
HASH_LABEL = "pod-template-hash"
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Kubernetes' own choice for random names: no vowels, so no words."""


def short_name(text: str, length: int) -> str:
    """A stable name that looks like Kubernetes' random ones."""
    number = crc32(text.encode()) | crc32(text[::-1].encode()) << 32
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def template_hash(template: Object) -> str:
    labels = {key: value for key, value in template.get("metadata", {}).get("labels", {}).items() if key != HASH_LABEL}
    plain = {**template, "metadata": {**template.get("metadata", {}), "labels": labels}}
    return short_name(json.dumps(plain, sort_keys=True), 10)


def metadata(name: str, namespace: str, at_s: float, **more: Any) -> Object:
    return {
        "name": name,
        "namespace": namespace,
        "uid": str(uuid5(NAMESPACE_URL, f"{namespace}/{name}/{at_s}")),
        "creationTimestamp": Moment(at_s),
        **more,
    }


def owner(kind: str, subject: Object) -> list[Object]:
    return [
        {
            "apiVersion": "apps/v1",
            "kind": kind,
            "name": subject["metadata"]["name"],
            "uid": subject["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def deployment(name: str, image: str, replicas: int, at_s: float, namespace: str = "default") -> Object:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name, namespace, at_s, labels=dict(labels), generation=1, annotations={}),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": dict(labels)},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {
                    "containers": [
                        {
                            "name": name.removeprefix("eventa-"),
                            "image": image,
                            "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                            "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}},
                            "imagePullPolicy": "IfNotPresent",
                        }
                    ],
                    "restartPolicy": "Always",
                    "terminationGracePeriodSeconds": 30,
                },
            },
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        },
        "status": {},
    }


def replica_set(parent: Object, at_s: float, revision: int) -> Object:
    template = json.loads(json.dumps(parent["spec"]["template"]))
    digest = template_hash(template)
    template["metadata"].setdefault("labels", {})[HASH_LABEL] = digest
    annotations = {REVISION: str(revision)}
    cause = parent["metadata"].get("annotations", {}).get(CHANGE_CAUSE)
    if cause:
        annotations[CHANGE_CAUSE] = cause
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": metadata(
            f"{parent['metadata']['name']}-{digest}",
            parent["metadata"]["namespace"],
            at_s,
            labels=dict(template["metadata"]["labels"]),
            annotations=annotations,
            ownerReferences=owner("Deployment", parent),
            generation=1,
        ),
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {**parent["spec"]["selector"]["matchLabels"], HASH_LABEL: digest}},
            "template": template,
        },
        "status": {"replicas": 0, "readyReplicas": 0, "availableReplicas": 0, "observedGeneration": 1},
    }


def pod(parent: Object, at_s: float, number: int) -> Object:
    """A pod that has no node yet."""
    name = f"{parent['metadata']['name']}-{short_name(parent['metadata']['name'] + str(number), 5)}"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(
            name,
            parent["metadata"]["namespace"],
            at_s,
            labels=dict(parent["metadata"]["labels"]),
            ownerReferences=owner("ReplicaSet", parent),
        ),
        "spec": json.loads(json.dumps(parent["spec"]["template"]["spec"])),
        "status": {"phase": "Pending", "qosClass": "Burstable", "pod_number": number},
    }


def node_of(subject: Object) -> str:
    number = subject["status"]["pod_number"]
    return f"ip-10-0-{number % 3}-{20 + number % 180}.ap-northeast-1.compute.internal"


def placed_status(subject: Object, at_s: float) -> Object:
    """The status of a pod that has just got its node."""
    number, container = subject["status"]["pod_number"], subject["spec"]["containers"][0]
    unready = f"containers with unready status: [{container['name']}]"
    return {
        "startTime": Moment(at_s),
        "podIP": f"10.1.{number // 250 % 250}.{number % 250 + 1}",
        "conditions": [
            condition("PodScheduled", "True", at_s, ""),
            condition("Ready", "False", at_s, "ContainersNotReady", unready),
        ],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": False,
                "started": False,
                "restartCount": 0,
                "state": {"waiting": {"reason": "ContainerCreating"}},
                "lastState": {},
            }
        ],
    }


def condition(kind: str, status: str, at_s: float, reason: str, message: str = "") -> Object:
    return {
        "type": kind,
        "status": status,
        "lastUpdateTime": Moment(at_s),
        "lastTransitionTime": Moment(at_s),
        "reason": reason,
        "message": message,
    }


def event(subject: Object, at_s: float, number: int, reason: str, message: str, kind: str, by: str) -> Object:
    """A v1 event about `subject`."""
    about = subject["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": metadata(f"{about['name']}.{number:016x}", about["namespace"], at_s),
        "involvedObject": {
            "kind": subject["kind"],
            "namespace": about["namespace"],
            "name": about["name"],
            "uid": about["uid"],
            "apiVersion": subject["apiVersion"],
        },
        "reason": reason,
        "message": message,
        "type": kind,
        "count": 1,
        "firstTimestamp": Moment(at_s),
        "lastTimestamp": Moment(at_s),
        "source": {"component": by},
        "reportingComponent": by,
        "reportingInstance": "",
    }
