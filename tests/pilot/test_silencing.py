"""An alert silenced with keys, held back by the simulated Alertmanager, extended, and let go again."""

from __future__ import annotations

from pathlib import Path

import httpx
from cockpit_driver import Driver
from cockpit_driver import cockpit as opened

from eventa_cockpit.domain.alert import Alert, AlertState
from eventa_cockpit.screens.silence import SilenceDialog
from eventa_cockpit.simulator.launching import World
from eventa_cockpit.simulator.sites import ALERTMANAGER

NAME = "PaymentFailureRateHigh"


def alert(cockpit: Driver) -> Alert | None:
    feed = cockpit.cockpit.scene.board.alerts
    alerts = feed.value.alerts if feed is not None and feed.value is not None else ()
    return next((found for found in alerts if found.name == NAME), None)


async def answer(cockpit: Driver, *, reason: str, typed: str) -> None:
    await cockpit.until(lambda: isinstance(cockpit.app.screen, SilenceDialog), "the dialog is open")
    await cockpit.type(reason)
    await cockpit.press("enter")
    await cockpit.type(typed)
    await cockpit.press("enter")


def silences(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = httpx.get(f"{world.url(ALERTMANAGER)}/api/v2/silences").json()
    return found


async def test_an_alert_is_silenced_extended_and_let_go(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.until(lambda: alert(cockpit) is not None, "the alert is there")
        found = alert(cockpit)
        assert found is not None
        cockpit.cockpit.alerts_pane.choose(found.fingerprint)
        await cockpit.press("s")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, SilenceDialog), "the dialog is open")
        assert f'alertname="{NAME}"' in cockpit.text
        assert 'environment="prod"' in cockpit.text
        await answer(cockpit, reason="known", typed="stg")
        await cockpit.shows("That is not prod.")
        assert silences(world) == []
        await cockpit.press("backspace", "backspace", "backspace", *"prod", "enter")
        await cockpit.shows("is silenced until")
        await cockpit.until(
            lambda: (now := alert(cockpit)) is not None and now.state is AlertState.SILENCED, "it is held back"
        )
        assert [entry["status"] for entry in silences(world)] == [{"state": "active"}]
        before = silences(world)[0]["endsAt"]

        await cockpit.press("s")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, SilenceDialog), "the dialog is open")
        await cockpit.press("up", "up")
        await answer(cockpit, reason="longer", typed="prod")
        await cockpit.until(lambda: silences(world)[0]["endsAt"] > before, "it was extended")  # type: ignore[operator]
        assert len(silences(world)) == 1

        await cockpit.press("S")
        await answer(cockpit, reason="mended", typed="prod")
        await cockpit.until(
            lambda: (now := alert(cockpit)) is not None and now.state is AlertState.FIRING, "it fires again"
        )
        assert [entry["status"] for entry in silences(world)] == [{"state": "expired"}]
        told = [type(event.fact).__name__ for event in cockpit.cockpit.scene.events]
        assert [name for name in told if "Silence" in name] == [
            "SilenceRequested",
            "AlertSilenced",
            "SilenceRequested",
            "AlertSilenced",
            "SilenceExpiryRequested",
            "SilenceExpired",
        ]


async def test_backing_out_silences_nothing_and_declares_nothing(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.until(lambda: alert(cockpit) is not None, "the alert is there")
        before = len(silences(world))
        await cockpit.press("s")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, SilenceDialog), "the dialog is open")
        await cockpit.press("escape")
        await cockpit.until(lambda: cockpit.app.screen is cockpit.cockpit, "the dialog is closed")
        assert len(silences(world)) == before
        assert cockpit.cockpit.scene.incident == ""
