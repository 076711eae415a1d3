"""eventa itself: the admin API (maintenance mode, test payment, indexes), the public API and the front end."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from eventa_cockpit.simulator.apis.answers import has_bearer, json_answer, json_body, seconds
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.model.noise import jitter
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import Maintenance, World

COMPONENTS = ("api", "payment")
"""What maintenance mode can be asked to cover; both if nothing is named."""


class EventaApi:
    """`api.eventa.app`."""

    def __init__(self, simulation: Simulation, token: str) -> None:
        self._simulation = simulation
        self._token = token
        self._orders = 0

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self.health),
            Route("/events", self.events),
            Route("/orders", self.order, methods=["POST"]),
            Route("/admin/maintenance", self.maintenance),
            Route("/admin/maintenance", self.set_maintenance, methods=["POST", "PUT"]),
            Route("/admin/test-payment", self.test_payment, methods=["POST"]),
            Route("/admin/indexes", self.indexes),
            Route("/admin/indexes", self.add_index, methods=["POST"]),
        ]

    async def health(self, _: Request) -> Response:
        with self._simulation.now() as (world, _reading):
            available = world.newest.database.is_available
            maintenance = world.maintenance.enabled
        content = {"status": "ok" if available else "unavailable", "maintenance": maintenance}
        return json_answer(content, 200 if available else 503)

    async def events(self, _: Request) -> Response:
        with self._simulation.now() as (world, reading):
            refusal = _refusal(world, "api", reading)
            if refusal is not None:
                return refusal
            if not world.newest.database.is_available:
                return json_answer({"error": "database_unavailable"}, 503)
        return json_answer({"events": [{"id": 48213, "title": "eventa フェス 2026", "seats_left": 312}]})

    async def order(self, _: Request) -> Response:
        with self._simulation.now() as (world, reading):
            self._orders += 1
            return _refusal(world, "payment", reading) or _pay(world, f"order-{self._orders}")

    async def maintenance(self, request: Request) -> Response:
        if not has_bearer(request, self._token):
            return _unauthorised()
        with self._simulation.now() as (world, reading):
            return json_answer(_maintenance_json(world.maintenance, reading))

    async def set_maintenance(self, request: Request) -> Response:
        if not has_bearer(request, self._token):
            return _unauthorised()
        body = await json_body(request)
        if body is None or not isinstance(body.get("enabled"), bool):
            return _bad_request('the body must be JSON with "enabled": true or false')
        components = body.get("affected_components", list(COMPONENTS))
        if not isinstance(components, list) or not set(map(str, components)) <= set(COMPONENTS):
            return _bad_request(f'"affected_components" may name {", ".join(COMPONENTS)}')
        with self._simulation.now() as (world, reading):
            state = world.set_maintenance(
                enabled=body["enabled"], message=str(body.get("message", "")), components=tuple(components)
            )
            return json_answer(_maintenance_json(state, reading))

    async def test_payment(self, request: Request) -> Response:
        """One payment of 1 yen through the real gateway, whatever maintenance mode says."""
        if not has_bearer(request, self._token):
            return _unauthorised()
        with self._simulation.now() as (world, _reading):
            self._orders += 1
            return _pay(world, f"test-{self._orders}")

    async def indexes(self, request: Request) -> Response:
        if not has_bearer(request, self._token):
            return _unauthorised()
        with self._simulation.now() as (world, reading):
            found = [
                {"table": index.table, "columns": index.columns, "state": _index_state(index.ready_at, reading.now_s)}
                for index in world.database.indexes
            ]
        return json_answer({"indexes": found})

    async def add_index(self, request: Request) -> Response:
        if not has_bearer(request, self._token):
            return _unauthorised()
        body = await json_body(request) or {}
        table, columns = body.get("table"), body.get("columns")
        if not isinstance(table, str) or not isinstance(columns, list) or not columns:
            return _bad_request('the body must be JSON with "table" and a list of "columns"')
        with self._simulation.now() as (world, reading):
            index = world.database.add_index(reading.now_s, table, tuple(map(str, columns)))
            state = _index_state(index.ready_at, reading.now_s)
        return json_answer({"table": table, "columns": columns, "state": state}, 202)


class FrontendApi:
    """`eventa.app`: the page that visitors load."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        return [Route("/healthz", self.health), Route("/{path:path}", self.page)]

    async def health(self, _: Request) -> Response:
        return json_answer({"status": "ok"})

    async def page(self, _: Request) -> Response:
        with self._simulation.now() as (world, _reading):
            release = world.cluster.frontend_release()
            message = world.maintenance.message if world.maintenance.enabled else ""
        banner = f'<div class="maintenance">{_escaped(message)}</div>' if message else ""
        return HTMLResponse(
            f'<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="release" content="{release}">'
            f"<title>eventa</title>{banner}<main>チケット</main></html>\n"
        )


def _pay(world: World, payment_id: str) -> Response:
    """One payment, which fails with the probability that all payments have now."""
    rate = _failure_rate(world)
    if (jitter(world.seed, world.now_s, payment_id) + 1) / 2 < rate:
        content = {"id": payment_id, "status": "failed", "error": "gateway_timeout", "gateway": "stripe"}
        return json_answer(content, 502)
    return json_answer({"id": payment_id, "status": "succeeded", "amount": 1, "currency": "jpy", "gateway": "stripe"})


def _failure_rate(world: World) -> float:
    if world.payments.gateway_is_down(world.now_s):
        return 1.0
    return 0.0 if world.maintenance.refuses("payment") else world.newest.payment.failure_rate


def _maintenance_json(state: Maintenance, reading: ClockReading) -> dict[str, Any]:
    return {
        "enabled": state.enabled,
        "message": state.message,
        "affected_components": list(state.affected_components),
        "updated_at": None if state.changed_at is None else seconds(reading.wall(state.changed_at)),
    }


def _index_state(ready_at: float, now_s: float) -> str:
    return "ready" if ready_at <= now_s else "building"


def _refusal(world: World, component: str, reading: ClockReading) -> Response | None:
    """The polite answer of maintenance mode."""
    if not world.maintenance.refuses(component):
        return None
    return json_answer(
        {"error": "maintenance", **_maintenance_json(world.maintenance, reading)}, 503, {"Retry-After": "600"}
    )


def _unauthorised() -> Response:
    content = {"error": "unauthorized", "message": "a valid bearer token is needed"}
    return json_answer(content, 401, {"WWW-Authenticate": 'Bearer realm="eventa-admin"'})


def _bad_request(message: str) -> Response:
    return json_answer({"error": "bad_request", "message": message}, 400)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
