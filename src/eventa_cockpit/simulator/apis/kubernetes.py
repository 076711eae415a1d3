"""The Kubernetes API as far as kubectl's get, rollout, set image, scale, logs and the Python client need it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eventa_cockpit.simulator.apis.answers import has_bearer, json_answer
from eventa_cockpit.simulator.apis.kubernetes_streams import follow_log, watch
from eventa_cockpit.simulator.kube import discovery
from eventa_cockpit.simulator.kube.cluster import BAD_RELEASE, FRONTEND, image
from eventa_cockpit.simulator.kube.discovery import ResourceKind, kind_of
from eventa_cockpit.simulator.kube.kubelet import is_ready
from eventa_cockpit.simulator.kube.logs import lines
from eventa_cockpit.simulator.kube.patches import PatchError, json_patch, merge_patch, strategic_patch
from eventa_cockpit.simulator.kube.quantities import quantity
from eventa_cockpit.simulator.kube.rendering import failure, rendered
from eventa_cockpit.simulator.kube.selectors import matches
from eventa_cockpit.simulator.kube.store import Object
from eventa_cockpit.simulator.kube.tables import table
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import World

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
PATCHES = {
    "application/json-patch+json": json_patch,
    "application/merge-patch+json": merge_patch,
    "application/strategic-merge-patch+json": strategic_patch,
}


class ApiFailure(Exception):  # noqa: N818 (Kubernetes' own word)
    """An answer that is a `Status` with `Failure`."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.response = json_answer(failure(code, reason, message), code)


class KubernetesApi:
    """The API server of eventa's cluster."""

    def __init__(self, simulation: Simulation, token: str) -> None:
        self._simulation = simulation
        self._token = token

    def routes(self) -> list[Route]:
        found = [Route("/version", self._guarded(self.version))]
        found += [Route(path, self._guarded(self.health)) for path in ("/healthz", "/livez", "/readyz")]
        found += [Route(path, self._guarded(self.discover)) for path in ("/api", "/apis", "/api/v1", "/apis/apps/v1")]
        for base in ("/api/v1", "/apis/{group}/v1"):
            for scope in ("", "/namespaces/{namespace}"):
                collection = f"{base}{scope}/{{resource}}"
                found += [
                    Route(collection, self._guarded(self.list)),
                    Route(f"{collection}/{{name}}", self._guarded(self.get)),
                    Route(f"{collection}/{{name}}", self._guarded(self.write), methods=["PATCH", "PUT"]),
                    Route(f"{collection}/{{name}}", self._guarded(self.delete), methods=["DELETE"]),
                    Route(f"{collection}/{{name}}/log", self._guarded(self.log)),
                    Route(f"{collection}/{{name}}/scale", self._guarded(self.scale), methods=["GET", "PATCH", "PUT"]),
                ]
        # A namespace's own path looks like a collection inside one, so it must be found first.
        found.insert(0, Route("/api/v1/namespaces/{name}", self._guarded(self.namespace)))
        return [*found, Route("/{path:path}", self._guarded(self.unknown), methods=["GET", "POST", "PUT", "PATCH"])]

    def _guarded(self, handler: Any) -> Any:
        async def answer(request: Request) -> Response:
            if not has_bearer(request, self._token):
                return json_answer(failure(401, "Unauthorized", "Unauthorized"), 401)
            try:
                found: Response = await handler(request)
            except ApiFailure as refusal:
                return refusal.response
            return found

        return answer

    async def version(self, _: Request) -> Response:
        return json_answer(discovery.VERSION)

    async def health(self, _: Request) -> Response:
        return Response("ok", media_type="text/plain")

    async def discover(self, request: Request) -> Response:
        path = request.url.path.rstrip("/")
        if path in ("/api", "/apis"):
            if "apidiscovery.k8s.io;v=v2;" in request.headers.get("accept", ""):
                answer = json.dumps(discovery.aggregated(("",) if path == "/api" else ("apps",)))
                return Response(answer, media_type=AGGREGATED)
            return json_answer(discovery.versions(request.url.netloc) if path == "/api" else discovery.group_list())
        return json_answer(discovery.resource_list("apps" if "apps" in path else ""))

    async def unknown(self, _: Request) -> Response:
        raise ApiFailure(404, "NotFound", "the server could not find the requested resource")

    async def namespace(self, request: Request) -> Response:
        request.path_params["resource"] = "namespaces"
        return await self.get(request)

    async def list(self, request: Request) -> Response:
        kind, namespace = _kind(request), request.path_params.get("namespace", "")
        query = request.query_params
        if query.get("watch") in ("true", "1"):
            return watch(self._simulation, request, kind, namespace)
        with self._simulation.now() as (world, reading):
            store = world.cluster.store
            found = [subject for subject in store.list(kind.plural, namespace) if _is_selected(subject, request)]
            if _wants_table(request):
                return json_answer(rendered(table(kind.plural, found, reading.now_s, store.version), reading.wall))
            return json_answer(
                {
                    "kind": f"{kind.kind}List",
                    "apiVersion": kind.api_version,
                    "metadata": {"resourceVersion": str(store.version)},
                    "items": rendered(found, reading.wall),
                }
            )

    async def get(self, request: Request) -> Response:
        kind = _kind(request)
        with self._simulation.now() as (world, reading):
            subject = _find(world, kind, request)
            if _wants_table(request):
                version = int(subject["metadata"]["resourceVersion"])
                return json_answer(rendered(table(kind.plural, [subject], reading.now_s, version), reading.wall))
            return json_answer(rendered(subject, reading.wall))

    async def write(self, request: Request) -> Response:
        kind, body = _kind(request), await _body(request)
        if kind.plural != "deployments":
            raise ApiFailure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        with self._simulation.now() as (world, reading):
            former = _find(world, kind, request)
            changed = _changed(request, former, body)
            _check(former, changed)
            if request.query_params.get("dryRun") == "All":
                return json_answer(rendered(changed, reading.wall))
            world.cluster.replace(changed, former)
            return json_answer(rendered(_find(world, kind, request), reading.wall))

    async def delete(self, request: Request) -> Response:
        kind = _kind(request)
        if kind.plural != "pods":
            raise ApiFailure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        with self._simulation.now() as (world, reading):
            subject = _find(world, kind, request)
            if request.query_params.get("dryRun") != "All":
                world.cluster.delete_pod(subject)
            return json_answer(rendered(subject, reading.wall))

    async def scale(self, request: Request) -> Response:
        kind = _kind(request)
        body = None if request.method == "GET" else await _body(request)
        with self._simulation.now() as (world, reading):
            former = _find(world, kind, request)
            if body is not None:
                scale = rendered(_scale(former), reading.wall)
                wanted = body if request.method == "PUT" else _patched(request, scale, body)
                changed = {**former, "spec": {**former["spec"], "replicas": wanted["spec"]["replicas"]}}
                _check(former, changed)
                if request.query_params.get("dryRun") != "All":
                    world.cluster.replace(changed, former)
                former = changed
            return json_answer(rendered(_scale(former), reading.wall))

    async def log(self, request: Request) -> Response:
        kind, query = _kind(request), request.query_params
        with self._simulation.now() as (world, reading):
            pod = _find(world, kind, request)
            if not is_ready(pod):
                name = pod["spec"]["containers"][0]["name"]
                message = f'container "{name}" in pod "{pod["metadata"]["name"]}" is waiting to start'
                raise ApiFailure(400, "BadRequest", message)
            is_bad = pod["spec"]["containers"][0]["image"] == image(FRONTEND, BAD_RELEASE)
            since_s = reading.now_s - float(query.get("sinceSeconds", "inf"))
            found = lines(pod, world.history, reading.wall, is_bad_release=is_bad)
            text = [line for at_s, line in found if at_s > since_s]
        if "tailLines" in query:
            text = text[-int(query["tailLines"]) :] if int(query["tailLines"]) else []
        if query.get("follow") in ("true", "1"):
            return follow_log(self._simulation, pod, text, is_bad_release=is_bad)
        return Response("".join(f"{line}\n" for line in text), media_type="text/plain")


def _kind(request: Request) -> ResourceKind:
    kind = kind_of(request.path_params.get("group", ""), request.path_params["resource"])
    if kind is None:
        raise ApiFailure(404, "NotFound", "the server could not find the requested resource")
    return kind


def _find(world: World, kind: ResourceKind, request: Request) -> Object:
    name = request.path_params["name"]
    found = world.cluster.store.get(kind.plural, request.path_params.get("namespace", ""), name)
    if found is None:
        place = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
        raise ApiFailure(404, "NotFound", f'{place} "{name}" not found')
    return found


def _is_selected(subject: Object, request: Request) -> bool:
    query = request.query_params
    try:
        return matches(subject, query.get("labelSelector", ""), query.get("fieldSelector", ""))
    except ValueError as error:
        raise ApiFailure(400, "BadRequest", str(error)) from error


def _wants_table(request: Request) -> bool:
    return "as=Table" in request.headers.get("accept", "")


async def _body(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError as error:
        raise ApiFailure(400, "BadRequest", f"the body is not JSON: {error}") from error


def _patched(request: Request, former: Object, body: Any) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind not in PATCHES:
        raise ApiFailure(415, "UnsupportedMediaType", f"the body of the request was in an unknown format: {kind}")
    try:
        return PATCHES[kind](former, body)
    except PatchError as error:
        raise ApiFailure(422, "Invalid", f"the server rejected our request: {error}") from error


def _changed(request: Request, former: Object, body: Any) -> Object:
    """The object as the request wants it; times and names that the server owns stay."""
    if request.method == "PUT":
        version = body.get("metadata", {}).get("resourceVersion")
        if version not in (None, "", former["metadata"]["resourceVersion"]):
            message = f'Operation cannot be fulfilled on "{former["metadata"]["name"]}": the object has been modified'
            raise ApiFailure(409, "Conflict", message)
    wanted = body if request.method == "PUT" else _patched(request, former, body)
    metadata = {**former["metadata"], **{key: wanted["metadata"].get(key, {}) for key in ("labels", "annotations")}}
    return {**former, "metadata": metadata, "spec": wanted["spec"]}


def _check(former: Object, changed: Object) -> None:
    name, spec = former["metadata"]["name"], changed["spec"]
    problems = []
    if type(spec.get("replicas")) is not int or spec["replicas"] < 0:
        problems.append("spec.replicas: must be a whole number of at least 0")
    if spec.get("selector") != former["spec"]["selector"]:
        problems.append("spec.selector: field is immutable")
    containers = spec.get("template", {}).get("spec", {}).get("containers") or []
    if not containers or any(not found.get("image") for found in containers):
        problems.append("spec.template.spec.containers: an image is required")
    problems += [problem for container in containers for problem in _bad_quantities(container)]
    if problems:
        raise ApiFailure(422, "Invalid", f'Deployment.apps "{name}" is invalid: {", ".join(problems)}')


def _bad_quantities(container: Object) -> Iterator[str]:
    resources = container.get("resources") or {}
    for kind in ("limits", "requests"):
        for name, amount in (resources.get(kind) or {}).items():
            try:
                quantity(amount)
            except ValueError as error:
                yield f"spec.template.spec.containers.resources.{kind}.{name}: {error}"


def _scale(subject: Object) -> Object:
    metadata = subject["metadata"]
    labels = subject["spec"]["selector"]["matchLabels"].items()
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            key: metadata[key] for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
        },
        "spec": {"replicas": subject["spec"]["replicas"]},
        "status": {
            "replicas": subject["status"].get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in labels),
        },
    }
