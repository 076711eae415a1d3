"""Stripe's status page in Atlassian Statuspage's shape: `/api/v2/summary.json`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from eventa_cockpit.simulator.apis.answers import json_answer, timestamp
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import World

NOTICED_AFTER_S = 120.0
"""A vendor's page learns of its outage later than its customers do."""
CLEARED_AFTER_S = 30.0
COMPONENTS = ("API", "Checkout", "Dashboard", "Webhooks", "Connect")
AFFECTED = ("API", "Checkout")


class StatusPageApi:
    """The page that says whether the gateway is down, a little late."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        return [
            Route("/api/v2/summary.json", self.summary),
            Route("/api/v2/status.json", self.status),
            Route("/", self.page),
        ]

    async def summary(self, _: Request) -> Response:
        with self._simulation.now() as (world, reading):
            return json_answer(_summary(world, reading))

    async def status(self, _: Request) -> Response:
        with self._simulation.now() as (world, reading):
            summary = _summary(world, reading)
        return json_answer({"page": summary["page"], "status": summary["status"]})

    async def page(self, _: Request) -> Response:
        with self._simulation.now() as (world, reading):
            description = _summary(world, reading)["status"]["description"]
        return HTMLResponse(f"<!doctype html><title>Stripe Status</title><h1>{description}</h1>\n")


def is_reported(world: World, now_s: float) -> bool:
    """Whether the page shows the outage by now."""
    down, up = world.payments.down_at, world.payments.up_at
    return down is not None and up is not None and down + NOTICED_AFTER_S <= now_s < up + CLEARED_AFTER_S


def _summary(world: World, reading: ClockReading) -> dict[str, Any]:
    reported = is_reported(world, reading.now_s)
    updated = timestamp(reading.wall(_changed_at(world, reading.now_s)))
    status = {"indicator": "none", "description": "All Systems Operational"}
    if reported:
        status = {"indicator": "major", "description": "Partial System Outage"}
    return {
        "page": {
            "id": "stripe",
            "name": "Stripe",
            "url": "https://www.stripestatus.com",
            "time_zone": "Etc/UTC",
            "updated_at": updated,
        },
        "components": [_component(name, place, updated, reported) for place, name in enumerate(COMPONENTS, 1)],
        "incidents": [_incident(world, reading, updated)] if reported else [],
        "scheduled_maintenances": [],
        "status": status,
    }


def _changed_at(world: World, now_s: float) -> float:
    moments = [0.0 - 86400]
    if world.payments.down_at is not None and world.payments.up_at is not None:
        moments += [world.payments.down_at + NOTICED_AFTER_S, world.payments.up_at + CLEARED_AFTER_S]
    return max(moment for moment in moments if moment <= now_s)


def _component(name: str, place: int, updated: str, reported: bool) -> dict[str, Any]:
    return {
        "id": f"stripe-{name.lower()}",
        "name": name,
        "status": "partial_outage" if reported and name in AFFECTED else "operational",
        "position": place,
        "updated_at": updated,
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(world: World, reading: ClockReading, updated: str) -> dict[str, Any]:
    assert world.payments.down_at is not None
    started = timestamp(reading.wall(world.payments.down_at))
    return {
        "id": "elevated-errors",
        "name": "Elevated error rates for card payments",
        "status": "investigating",
        "impact": "major",
        "created_at": updated,
        "started_at": started,
        "updated_at": updated,
        "resolved_at": None,
        "shortlink": "https://www.stripestatus.com/incidents/elevated-errors",
        "incident_updates": [
            {
                "id": "elevated-errors-1",
                "status": "investigating",
                "body": "We are investigating elevated error rates for card payments in Asia Pacific.",
                "created_at": updated,
                "display_at": updated,
            }
        ],
    }
