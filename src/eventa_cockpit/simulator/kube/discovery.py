"""What the cluster offers: resource kinds in the three forms in which clients discover them."""

from __future__ import annotations

from dataclasses import dataclass

from eventa_cockpit.simulator.kube.store import Object

READ = ("get", "list", "watch")


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """One kind of object."""

    plural: str
    singular: str
    kind: str
    short_names: tuple[str, ...]
    group: str = ""
    is_namespaced: bool = True
    verbs: tuple[str, ...] = READ
    categories: tuple[str, ...] = ()
    subresources: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(name, kind, verbs) of each."""

    @property
    def api_version(self) -> str:
        return f"{self.group}/v1" if self.group else "v1"


KINDS = (
    ResourceKind("namespaces", "namespace", "Namespace", ("ns",), is_namespaced=False),
    ResourceKind(
        "pods", "pod", "Pod", ("po",), verbs=(*READ, "delete"), categories=("all",),
        subresources=(("log", "Pod", ("get",)),),
    ),
    ResourceKind("events", "event", "Event", ("ev",)),
    ResourceKind(
        "deployments", "deployment", "Deployment", ("deploy",), "apps", verbs=(*READ, "patch", "update"),
        categories=("all",), subresources=(("scale", "Scale", ("get", "patch", "update")),),
    ),
    ResourceKind("replicasets", "replicaset", "ReplicaSet", ("rs",), "apps", categories=("all",)),
)  # fmt: skip

VERSION = {
    "major": "1",
    "minor": "33",
    "gitVersion": "v1.33.4",
    "gitCommit": "0000000000000000000000000000000000000000",
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "go1.24.6",
    "compiler": "gc",
    "platform": "linux/amd64",
}


def kind_of(group: str, plural: str) -> ResourceKind | None:
    return next((kind for kind in KINDS if (kind.group, kind.plural) == (group, plural)), None)


def aggregated(groups: tuple[str, ...]) -> Object:
    """`APIGroupDiscoveryList` (apidiscovery.k8s.io/v2): everything in one answer."""
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [
            {
                "metadata": {"name": group} if group else {},
                "versions": [
                    {"version": "v1", "freshness": "Current", "resources": [_aggregated(kind) for kind in _of(group)]}
                ],
            }
            for group in groups
        ],
    }


def versions(host: str) -> Object:
    """The answer of `/api` to clients that know no aggregated discovery."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": host}],
    }


def group_list() -> Object:
    """The same for `/apis`."""
    version = {"groupVersion": "apps/v1", "version": "v1"}
    group = {"name": "apps", "versions": [version], "preferredVersion": version}
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]}


def resource_list(group: str) -> Object:
    """The same for one group version."""
    resources: list[Object] = []
    for kind in _of(group):
        resources.append(
            {
                "name": kind.plural,
                "singularName": kind.singular,
                "namespaced": kind.is_namespaced,
                "kind": kind.kind,
                "verbs": list(kind.verbs),
                "shortNames": list(kind.short_names),
                "categories": list(kind.categories),
            }
        )
        resources += [
            {
                "name": f"{kind.plural}/{name}",
                "singularName": "",
                "namespaced": kind.is_namespaced,
                "kind": found,
                "verbs": list(verbs),
                **({"group": "autoscaling", "version": "v1"} if found == "Scale" else {}),
            }
            for name, found, verbs in kind.subresources
        ]
    group_version = f"{group}/v1" if group else "v1"
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}


def _of(group: str) -> list[ResourceKind]:
    return [kind for kind in KINDS if kind.group == group]


def _aggregated(kind: ResourceKind) -> Object:
    return {
        "resource": kind.plural,
        "responseKind": {"group": kind.group, "version": "v1", "kind": kind.kind},
        "scope": "Namespaced" if kind.is_namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
        "shortNames": list(kind.short_names),
        "categories": list(kind.categories),
        "subresources": [
            {
                "subresource": name,
                "responseKind": {
                    "group": "autoscaling" if found == "Scale" else kind.group,
                    "version": "v1",
                    "kind": found,
                },
                "verbs": list(verbs),
            }
            for name, found, verbs in kind.subresources
        ],
    }
