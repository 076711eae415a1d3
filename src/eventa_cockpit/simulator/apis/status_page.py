"""Status pages in Atlassian Statuspage's shape: Stripe's, which tells of the outage, and PAY.JP's, in Japanese."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from html import escape
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
TOKYO = timezone(timedelta(hours=9))
PAYJP_COMPONENTS = ("API", "管理画面", "チェックアウト", "Webhook")
MAINTENANCE_IN = timedelta(hours=30)
"""When PAY.JP's next maintenance begins, seen from the opening of the drill."""

Summary = Callable[[World, ClockReading], dict[str, Any]]


class StatusPageApi:
    """One page: its summary, its history as a feed, and what it shows to people."""

    def __init__(self, simulation: Simulation, summary: Summary) -> None:
        self._simulation = simulation
        self._summary = summary

    def routes(self) -> list[Route]:
        return [
            Route("/api/v2/summary.json", self.summary),
            Route("/api/v2/status.json", self.status),
            Route("/history.atom", self.history),
            Route("/", self.page),
        ]

    async def summary(self, _: Request) -> Response:
        return json_answer(self._now())

    async def status(self, _: Request) -> Response:
        summary = self._now()
        return json_answer({"page": summary["page"], "status": summary["status"]})

    async def history(self, _: Request) -> Response:
        return Response(_atom(self._now()), media_type="application/atom+xml")

    async def page(self, _: Request) -> Response:
        summary = self._now()
        name, description = summary["page"]["name"], summary["status"]["description"]
        return HTMLResponse(f"<!doctype html><title>{name} Status</title><h1>{description}</h1>\n")

    def _now(self) -> dict[str, Any]:
        with self._simulation.now() as (world, reading):
            return self._summary(world, reading)


def is_reported(world: World, now_s: float) -> bool:
    """Whether the page shows the outage by now."""
    down, up = world.payments.down_at, world.payments.up_at
    return down is not None and up is not None and down + NOTICED_AFTER_S <= now_s < up + CLEARED_AFTER_S


def stripe(world: World, reading: ClockReading) -> dict[str, Any]:
    """Stripe's page, which shows the outage a little late."""
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


def payjp(world: World, _reading: ClockReading) -> dict[str, Any]:
    """PAY.JP's page: all is well, and a maintenance is planned. Its moments are Tokyo's."""
    opened = world.opened_at
    begins = (opened + MAINTENANCE_IN).astimezone(TOKYO).replace(minute=0, second=0, microsecond=0)
    updated = _in_tokyo(opened - timedelta(days=1))
    return {
        "page": {
            "id": "payjp",
            "name": "PAY.JP",
            "url": "https://status.pay.jp",
            "time_zone": "Asia/Tokyo",
            "updated_at": updated,
        },
        "components": [
            {"id": f"payjp-{place}", "name": name, "status": "operational", "position": place, "group": False}
            for place, name in enumerate(PAYJP_COMPONENTS, 1)
        ],
        "incidents": [],
        "scheduled_maintenances": [
            {
                "id": "payjp-maintenance",
                "name": "カード会社のメンテナンスに伴う一部カード決済の停止",
                "status": "scheduled",
                "impact": "maintenance",
                "shortlink": "https://status.pay.jp/incidents/payjp-maintenance",
                "created_at": updated,
                "scheduled_for": _in_tokyo(begins),
                "scheduled_until": _in_tokyo(begins + timedelta(hours=2)),
                "incident_updates": [{"status": "scheduled", "body": "期間中、一部のカードで決済ができません。"}],
            }
        ],
        "status": {"indicator": "none", "description": "全てのシステムは正常です"},
    }


def _in_tokyo(moment: datetime) -> str:
    return moment.astimezone(TOKYO).isoformat(timespec="milliseconds")


def _atom(summary: dict[str, Any]) -> str:
    """The history of a page; only what is open now is in it."""
    page = summary["page"]
    entries = [
        f"<entry><title>{escape(entry['name'])}</title><updated>{entry['created_at']}</updated>"
        f'<link rel="alternate" type="text/html" href="{escape(entry["shortlink"])}"/>'
        f'<content type="html">{escape(_update(entry))}</content></entry>'
        for entry in (*summary["incidents"], *summary["scheduled_maintenances"])
    ]
    head = f"<title>{escape(page['name'])} Status - Incident History</title><updated>{page['updated_at']}</updated>"
    return f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{"".join(entries)}</feed>'


def _update(entry: dict[str, Any]) -> str:
    update = entry["incident_updates"][0]
    return f"<p><strong>{update['status'].capitalize()}</strong> - {escape(update['body'])}</p>"
