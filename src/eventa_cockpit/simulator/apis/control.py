"""The drill's own controls: look at the world, break it, mend it, change its speed. No upstream has these."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eventa_cockpit.simulator.apis.answers import json_answer, json_body
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import Fault, World


class ControlApi:
    """Controls for tests and drill masters."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._is_aws_ready = False

    def aws_is_ready(self) -> None:
        """AWS' own thread says that it answers now."""
        self._is_aws_ready = True

    def routes(self) -> list[Route]:
        return [
            Route("/state", self.state),
            Route("/fault", self.inject, methods=["POST"]),
            Route("/clear", self.clear, methods=["POST"]),
            Route("/speed", self.set_speed, methods=["POST"]),
        ]

    async def state(self, _: Request) -> Response:
        with self._simulation.now() as (world, reading):
            return json_answer(self._state(world, reading))

    async def inject(self, request: Request) -> Response:
        body = await json_body(request) or {}
        try:
            fault = Fault(str(body.get("fault")))
        except ValueError:
            return json_answer({"error": f'"fault" must be one of {", ".join(Fault)}'}, 400)
        with self._simulation.now() as (world, reading):
            world.inject(fault)
            return json_answer(self._state(world, reading))

    async def clear(self, _: Request) -> Response:
        with self._simulation.now() as (world, reading):
            world.clear()
            return json_answer(self._state(world, reading))

    async def set_speed(self, request: Request) -> Response:
        body = await json_body(request) or {}
        try:
            self._simulation.clock.set_speed(float(body["speed"]))
        except (KeyError, TypeError, ValueError) as error:
            return json_answer({"error": f'"speed" must be a number above 0 and at most 3600: {error}'}, 400)
        return await self.state(request)

    def _state(self, world: World, reading: ClockReading) -> dict[str, Any]:
        return {
            "now_s": reading.now_s,
            "speed": self._simulation.clock.speed,
            "seed": world.seed,
            "faults": {fault.value: onset_s for fault, onset_s in world.faults.items()},
            "alerts": {name: firing.since_s for name, firing in world.alerting.firing.items()},
            "maintenance": asdict(world.maintenance),
            "gateway_is_down": world.payments.gateway_is_down(world.now_s),
            "bad_release_share": world.cluster.bad_share(),
            "frontend_release": world.cluster.frontend_release(),
            "sample": asdict(world.newest),
            "aws_ready": self._is_aws_ready,
        }
