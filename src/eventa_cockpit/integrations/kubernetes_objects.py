"""Kubernetes' objects as far as we read them: shapes only, in the API's own words.

API: https://kubernetes.io/docs/reference/kubernetes-api/.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

REVISION = "deployment.kubernetes.io/revision"
FORMER_REVISIONS = "deployment.kubernetes.io/revision-history"
"""Numbers that a replica set had before it was rolled back to, joined by commas."""
CHANGE_CAUSE = "kubernetes.io/change-cause"
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


class Owner(msgspec.Struct):
    uid: str
    name: str = ""


class Metadata(msgspec.Struct, rename="camel"):
    name: str
    uid: str
    namespace: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    annotations: dict[str, str] = {}
    owner_references: list[Owner] = []


class Variable(msgspec.Struct, rename="camel"):
    """Its value is only ever compared, never shown or kept."""

    name: str
    value: str = ""
    value_from: Any = None


class Resources(msgspec.Struct):
    limits: dict[str, str | int | float] = {}
    requests: dict[str, str | int | float] = {}


class Container(msgspec.Struct):
    image: str = ""
    name: str = ""
    env: list[Variable] = []
    resources: Resources = msgspec.field(default_factory=Resources)


class PodSpec(msgspec.Struct, rename="camel"):
    containers: list[Container]
    init_containers: list[Container] = []


class TemplateMetadata(msgspec.Struct):
    annotations: dict[str, str] = {}


class Template(msgspec.Struct):
    spec: PodSpec
    metadata: TemplateMetadata = msgspec.field(default_factory=TemplateMetadata)


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
    last_transition_time: datetime | None = None


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


class ReplicaSetSpec(msgspec.Struct):
    template: Template | None = None


class ReplicaSet(msgspec.Struct):
    metadata: Metadata
    spec: ReplicaSetSpec = msgspec.field(default_factory=ReplicaSetSpec)


class Waiting(msgspec.Struct):
    reason: str = ""
    message: str = ""


class Running(msgspec.Struct, rename="camel"):
    started_at: datetime | None = None


class Terminated(msgspec.Struct, rename="camel"):
    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    finished_at: datetime | None = None


class ContainerState(msgspec.Struct):
    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(msgspec.Struct, rename="camel"):
    name: str
    ready: bool = False
    restart_count: int = 0
    state: ContainerState = msgspec.field(default_factory=ContainerState)
    last_state: ContainerState = msgspec.field(default_factory=ContainerState)


class PodStatus(msgspec.Struct, rename="camel"):
    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: list[Condition] = []
    init_container_statuses: list[ContainerStatus] = []
    container_statuses: list[ContainerStatus] = []

    def condition(self, kind: str) -> Condition | None:
        return next((condition for condition in self.conditions if condition.type == kind), None)


class Pod(msgspec.Struct):
    metadata: Metadata
    status: PodStatus = msgspec.field(default_factory=PodStatus)


class ObjectReference(msgspec.Struct):
    kind: str = ""
    name: str = ""
    uid: str = ""


class Series(msgspec.Struct, rename="camel"):
    count: int = 1
    last_observed_time: datetime | None = None


class RawEvent(msgspec.Struct, rename="camel"):
    metadata: Metadata
    involved_object: ObjectReference
    type: str = "Normal"
    reason: str = ""
    message: str | None = ""
    count: int | None = 1
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    """Set, instead of the two before it, by those who write events.k8s.io/v1."""
    series: Series | None = None


class ListMetadata(msgspec.Struct):
    following: str = msgspec.field(default="", name="continue")


class Page(msgspec.Struct):
    items: list[msgspec.Raw]
    metadata: ListMetadata
