"""Loki's query API: lines of a span of time, how many there were, and the live tail over a websocket.

https://grafana.com/docs/loki/latest/reference/loki-http-api/.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from eventa_cockpit.simulator.apis.answers import json_answer
from eventa_cockpit.simulator.apis.logql import LogQuery, count_query, log_query
from eventa_cockpit.simulator.log_store import LogStore, StoredLine
from eventa_cockpit.simulator.simulation import Simulation

TENANT = "eventa"
MOST_ENTRIES = 5000
USUAL_ENTRIES = 100
MOST_TAILS = 10
MOST_DELAY_S = 5
TAIL_EVERY_S = 0.2
FRAME = 100
"""Lines in one frame of a tail; of more at once, the oldest are dropped and named."""
POLICY, INTERNAL = 1008, 1011


class LokiApi:
    """A Loki of one tenant that holds what eventa's programs write."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._store = LogStore()
        self._tails = 0

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/ready", _ready),
            Route("/loki/api/v1/labels", self.labels),
            Route("/loki/api/v1/query_range", self.query_range),
            WebSocketRoute("/loki/api/v1/tail", self.tail),
        ]

    async def labels(self, request: Request) -> Response:
        return _refusal(request) or json_answer({"status": "success", "data": ["app", "env", "level", "service"]})

    async def query_range(self, request: Request) -> Response:
        refusal = _refusal(request)
        if refusal is not None:
            return refusal
        try:
            return json_answer({"status": "success", "data": self._answer(request)})
        except ValueError as error:
            return PlainTextResponse(f"{error}\n", 400)

    async def tail(self, socket: WebSocket) -> None:
        """As Loki does, it takes the connection first and says afterwards what is against it."""
        if _refusal(socket) is not None:
            await socket.close(POLICY)
            return
        await socket.accept()
        try:
            query = log_query(socket.query_params.get("query", ""))
            delay_s = min(int(socket.query_params.get("delay_for", "0")), MOST_DELAY_S)
        except ValueError as error:
            await socket.close(INTERNAL, str(error)[:120])
            return
        if self._tails >= MOST_TAILS:
            count = self._tails + 1
            text = f"max concurrent tail requests limit exceeded, count > limit ({count} > {MOST_TAILS})"
            await socket.close(INTERNAL, f"rpc error: code = Code(400) desc = {text}")
            return
        self._tails += 1
        try:
            await self._send(socket, query, delay_s)
        finally:
            self._tails -= 1

    async def _send(self, socket: WebSocket, query: LogQuery, delay_s: int) -> None:
        start = socket.query_params.get("start", "")
        earliest_ns = int(start) if start.isdecimal() else 0
        leaving = asyncio.create_task(_until_left(socket))
        last = -1
        try:
            while not leaving.done():
                lines = self._new_lines(last, delay_s)
                last = lines[-1].number if lines else last
                wanted = [line for line in lines if line.ns >= earliest_ns and query.selects(line)]
                if wanted:
                    await socket.send_json(_frame(wanted))
                await asyncio.wait({leaving}, timeout=TAIL_EVERY_S)
        except WebSocketDisconnect:
            return
        finally:
            leaving.cancel()

    def _new_lines(self, last: int, delay_s: int) -> list[StoredLine]:
        """What was written since that line and is old enough."""
        with self._simulation.now() as (world, reading):
            self._store.catch_up(world, reading)
            newest_ns = int((reading.now_wall - timedelta(seconds=delay_s)).timestamp() * 1e9)
            lines = self._store.after(last)
        return [line for line in lines if line.ns <= newest_ns] if delay_s else lines

    def _answer(self, request: Request) -> dict[str, Any]:
        """Raises ValueError on a bad query."""
        text = request.query_params.get("query", "")
        with self._simulation.now() as (world, reading):
            self._store.catch_up(world, reading)
            end_ns = int(request.query_params.get("end") or int(reading.now_wall.timestamp() * 1e9))
            start_ns = int(request.query_params.get("start") or end_ns - 3_600_000_000_000)
            counted = count_query(text)
            span_ns = 0 if counted is None else int(counted[1].total_seconds() * 1e9)
            lines = self._store.between(start_ns - span_ns, end_ns)
        if counted is not None:
            step = request.query_params.get("step", "10s").removesuffix("s")
            found = [line.ns for line in lines if counted[0].selects(line)]
            return _matrix(found, start_ns, end_ns, span_ns, int(float(step) * 1e9))
        limit = int(request.query_params.get("limit", USUAL_ENTRIES))
        if limit > MOST_ENTRIES:
            text = f"max entries limit per query exceeded, limit > max_entries_limit ({limit} > {MOST_ENTRIES})"
            raise ValueError(text)
        query = log_query(text)
        wanted = [line for line in lines if query.selects(line)]
        is_forward = request.query_params.get("direction", "backward") == "forward"
        kept = wanted[:limit] if is_forward else wanted[-limit:][::-1]
        return {"resultType": "streams", "result": _streams(kept), "stats": {}}


def _refusal(request: HTTPConnection) -> Response | None:
    if request.headers.get("x-scope-orgid") != TENANT:
        return PlainTextResponse("no org id\n", 401)
    return None


def _streams(lines: Sequence[StoredLine]) -> list[dict[str, Any]]:
    """Lines by stream, in the order in which they are given."""
    found: dict[tuple[tuple[str, str], ...], list[list[str]]] = {}
    for line in lines:
        found.setdefault(line.labels, []).append([str(line.ns), line.text])
    return [{"stream": dict(labels), "values": values} for labels, values in found.items()]


def _frame(lines: Sequence[StoredLine]) -> dict[str, Any]:
    frame: dict[str, Any] = {"streams": _streams(lines[-FRAME:])}
    if dropped := lines[:-FRAME]:
        frame["dropped_entries"] = [{"timestamp": str(line.ns), "labels": dict(line.labels)} for line in dropped]
    return frame


def _matrix(moments: Sequence[int], start_ns: int, end_ns: int, span_ns: int, step_ns: int) -> dict[str, Any]:
    """How many lines lie in the span before each step; a step with none has no value."""
    values = []
    for at_ns in range(start_ns, end_ns + 1, max(step_ns, 1_000_000_000)):
        count = sum(at_ns - span_ns < moment <= at_ns for moment in moments)
        if count:
            values.append([at_ns / 1e9, str(count)])
    return {"resultType": "matrix", "result": [{"metric": {}, "values": values}] if values else [], "stats": {}}


async def _until_left(socket: WebSocket) -> None:
    """Return when the client has gone; what it says is not listened to."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return


async def _ready(_: Request) -> Response:
    return PlainTextResponse("ready\n")
