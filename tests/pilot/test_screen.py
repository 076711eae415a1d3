"""The main screen: sizes, panes, dead upstreams, palette, help."""

from __future__ import annotations

from pathlib import Path

import pytest
from cockpit_driver import cockpit as opened

from eventa_cockpit.keymap import Pane
from eventa_cockpit.screens.help import Help
from eventa_cockpit.simulator.launching import World, start_world


async def test_a_small_screen_shows_one_pane_at_a_time(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path, (80, 24)) as cockpit:
        await cockpit.until(lambda: cockpit.cockpit.scene.offers, "alerts have arrived")
        for pane in Pane:
            await cockpit.press(pane.key)
            in_sight = [other for other in Pane if cockpit.cockpit.query_one(f"#{other.value}").region]
            assert in_sight == [pane]


async def test_a_large_screen_shows_every_pane_that_has_an_upstream(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path, (200, 60)) as cockpit:
        await cockpit.until(lambda: cockpit.cockpit.scene.offers, "alerts have arrived")
        expected = [pane for pane in Pane if pane not in cockpit.cockpit.scene.absent]
        assert [pane for pane in Pane if cockpit.cockpit.query_one(f"#{pane.value}").region] == expected


async def test_a_pane_without_an_upstream_says_that_it_has_none(world: World, tmp_path: Path) -> None:
    config = tmp_path / "cockpit.toml"
    config.write_text("[environments.prod]\nproduction = true\ndrill = true\n")
    async with opened(config, tmp_path) as cockpit:
        for pane in (Pane.ALERTS, Pane.DATABASE, Pane.ERRORS, Pane.LOGS, Pane.ON_CALL, Pane.SLO):
            await cockpit.press("escape", pane.key)
            await cockpit.shows("Not configured for this environment.")


async def test_a_pane_fills_the_screen_and_esc_brings_the_others_back(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.press("2", "z")
        assert cockpit.cockpit.query_one("#database").region.width == 120
        await cockpit.press("escape")
        assert cockpit.cockpit.query_one("#alerts").region


async def test_resizing_while_it_runs_changes_the_layout(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.pilot.resize_terminal(80, 24)
        await cockpit.until(lambda: not cockpit.cockpit.query_one("#database").region, "one pane at a time")
        await cockpit.pilot.resize_terminal(30, 8)
        await cockpit.shows("Too small")
        await cockpit.pilot.resize_terminal(200, 60)
        await cockpit.until(lambda: cockpit.cockpit.query_one("#timeline").region, "all panes")


async def test_tab_goes_through_the_panes_in_sight(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        seen = []
        for _turn in range(6):
            seen.append(cockpit.cockpit.front)
            await cockpit.press("tab")
        assert seen == list(Pane)[: list(Pane).index(Pane.TIMELINE)]
        await cockpit.press("shift+tab")
        assert cockpit.cockpit.front is Pane.ROLLOUTS


async def test_a_dead_upstream_leaves_its_last_data_marked_stale_and_the_rest_alive(tmp_path: Path) -> None:
    with start_world(tmp_path / "world", fault="payment") as world:
        async with opened(world.config_path, tmp_path / "state") as cockpit:
            await cockpit.until(lambda: cockpit.cockpit.scene.offers, "alerts have arrived")
            world.stop()
            await cockpit.press("R")
            await cockpit.until(lambda: cockpit.cockpit.scene.board.alerts.failure, "the failure is known")
            await cockpit.shows("⚠ stale")
            assert "PaymentFailureRateHigh" in cockpit.text
            await cockpit.press("U")
            await cockpit.shows("Next try")


async def test_the_palette_offers_what_the_keys_do(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.press("ctrl+p")
        await cockpit.until(lambda: type(cockpit.app.screen).__name__ == "CommandPalette", "the palette is open")
        await cockpit.type("Timeline")
        await cockpit.shows("Timeline")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.cockpit.front is Pane.TIMELINE, "the timeline is in front")


@pytest.mark.parametrize("pane", [Pane.CHECKLIST, Pane.OUTPUT])
async def test_the_help_is_about_the_pane_in_front(world: World, tmp_path: Path, pane: Pane) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.press(pane.key, "question_mark")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, Help), "the help is open")
        await cockpit.shows("In this pane")
        assert ("Follow" in cockpit.text) is (pane is Pane.OUTPUT)


async def test_the_theme_changes_and_the_screen_is_drawn_in_it(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        before = cockpit.cockpit.header_bar.render_lines(cockpit.cockpit.header_bar.region)
        cockpit.cockpit.action_toggle_theme()
        await cockpit.pilot.pause()
        assert cockpit.cockpit.header_bar.render_lines(cockpit.cockpit.header_bar.region) != before
