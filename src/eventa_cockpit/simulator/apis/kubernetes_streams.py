"""Answers of the Kubernetes API that go on: watches and followed logs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.kube.discovery import ResourceKind
from eventa_cockpit.simulator.kube.logs import lines
from eventa_cockpit.simulator.kube.rendering import failure, rendered
from eventa_cockpit.simulator.kube.selectors import matches
from eventa_cockpit.simulator.kube.store import Object
from eventa_cockpit.simulator.kube.tables import table
from eventa_cockpit.simulator.simulation import Simulation

LOOK_EVERY_S = 0.2
"""Real seconds between two looks while somebody watches; nothing runs while nobody does."""
LONGEST_WATCH_S = 3600.0


def watch(simulation: Simulation, request: Request, kind: ResourceKind, namespace: str) -> Response:
    """Changes from the request's `resourceVersion` on, one JSON object a line."""
    return StreamingResponse(_Watch(simulation, request, kind, namespace).lines(), media_type="application/json")


def follow_log(simulation: Simulation, pod: Object, text: Sequence[str], *, is_bad_release: bool) -> Response:
    """A pod's log so far, and then each new line until the pod is gone."""
    return StreamingResponse(_follow(simulation, pod, text, is_bad_release), media_type="text/plain")


class _Watch:
    """One watch and what it asked for."""

    def __init__(self, simulation: Simulation, request: Request, kind: ResourceKind, namespace: str) -> None:
        query = request.query_params
        self._simulation = simulation
        self._kind = kind
        self._namespace = namespace
        self._labels, self._fields = query.get("labelSelector", ""), query.get("fieldSelector", "")
        self._is_table = "as=Table" in request.headers.get("accept", "")
        self._version = int(query.get("resourceVersion") or 0)
        self._starts_with_all = query.get("sendInitialEvents") == "true" or self._version == 0
        self._bookmark = query.get("sendInitialEvents") == "true"
        self._longest_s = min(float(query.get("timeoutSeconds", LONGEST_WATCH_S)), LONGEST_WATCH_S)
        self._has_header = False

    async def lines(self) -> AsyncIterator[str]:
        ends_at = asyncio.get_running_loop().time() + self._longest_s
        if self._starts_with_all:
            for line in self._initial():
                yield line
        while asyncio.get_running_loop().time() < ends_at and self._can_go_on():
            for line in self._news():
                yield line
            await asyncio.sleep(LOOK_EVERY_S)
        if not self._can_go_on():
            gone = failure(410, "Expired", f"too old resource version: {self._version}")
            yield json.dumps({"type": "ERROR", "object": gone}) + "\n"

    def _can_go_on(self) -> bool:
        with self._simulation.now() as (world, _reading):
            return world.cluster.store.remembers(self._version)

    def _initial(self) -> list[str]:
        with self._simulation.now() as (world, reading):
            store = world.cluster.store
            found = [subject for subject in store.list(self._kind.plural, self._namespace) if self._wants(subject)]
            self._version = store.version
            answers = [self._line("ADDED", subject, reading) for subject in found]
        if self._bookmark:
            metadata = {
                "resourceVersion": str(self._version),
                "creationTimestamp": None,
                "annotations": {"k8s.io/initial-events-end": "true"},
            }
            bookmark = {"kind": self._kind.kind, "apiVersion": self._kind.api_version, "metadata": metadata}
            answers.append(json.dumps({"type": "BOOKMARK", "object": bookmark}) + "\n")
        return answers

    def _news(self) -> list[str]:
        with self._simulation.now() as (world, reading):
            changes = list(world.cluster.store.changes_since(self._kind.plural, self._version))
            if changes:
                self._version = changes[-1].version
            return [self._line(change.kind, change.object, reading) for change in changes if self._wants(change.object)]

    def _wants(self, subject: Object) -> bool:
        in_namespace = self._namespace in ("", subject["metadata"].get("namespace", ""))
        return in_namespace and matches(subject, self._labels, self._fields)

    def _line(self, kind: str, subject: Object, reading: ClockReading) -> str:
        content: Any = subject
        if self._is_table:
            version = int(subject["metadata"]["resourceVersion"])
            content = table(self._kind.plural, [subject], reading.now_s, version, has_header=not self._has_header)
            self._has_header = True
        return json.dumps({"type": kind, "object": rendered(content, reading.wall)}, ensure_ascii=False) + "\n"


async def _follow(simulation: Simulation, pod: Object, text: Sequence[str], is_bad_release: bool) -> AsyncIterator[str]:
    for line in text:
        yield f"{line}\n"
    written_s = simulation.clock.now()
    metadata = pod["metadata"]
    is_there = True
    while is_there:
        await asyncio.sleep(LOOK_EVERY_S)
        with simulation.now() as (world, reading):
            found = lines(pod, world.history, reading.wall, is_bad_release=is_bad_release)
            fresh = [line for at_s, line in found if at_s > written_s]
            written_s = max(written_s, world.newest.at_s)
            is_there = world.cluster.store.get("pods", metadata["namespace"], metadata["name"]) is not None
        for line in fresh:
            yield f"{line}\n"
