"""Finding, sorting, opening and taking along a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cockpit_driver import Driver
from cockpit_driver import cockpit as opened

from eventa_cockpit.keymap import Pane
from eventa_cockpit.screens.chart import ChartOf
from eventa_cockpit.screens.detail import Detail
from eventa_cockpit.simulator.launching import World
from eventa_cockpit.widgets.scene_pane import ThingsPane
from eventa_cockpit.widgets.view import readings


async def _full(cockpit: Driver, pane: Pane) -> ThingsPane[Any]:
    """The pane alone on the screen, with what its upstream said."""
    await cockpit.until(lambda: cockpit.cockpit.scene.offers, "alerts have arrived")
    await cockpit.press(pane.key, pane.key)
    found = cockpit.cockpit.query_one(f"#{pane.value}", ThingsPane)
    await cockpit.until(lambda: found.has_value and found.things(), "it has rows")
    return found


async def test_what_is_typed_narrows_the_list_and_stands_in_the_title(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        alerts = await _full(cockpit, Pane.ALERTS)
        everything = len(alerts.things())
        await cockpit.press("slash", *"payment")
        await cockpit.shows(f"/payment▏ 1 of {everything}")
        assert "PaymentFailureRateHigh" in cockpit.text
        await cockpit.press("backspace")
        await cockpit.shows("/paymen▏")


async def test_letters_that_are_keys_elsewhere_are_only_letters_in_a_filter(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        alerts = await _full(cockpit, Pane.ALERTS)
        await cockpit.press("slash", *"q1zb?")
        assert alerts.filter == "q1zb?"
        assert cockpit.cockpit.front is Pane.ALERTS
        assert len(cockpit.app.screen_stack) == 1


async def test_enter_keeps_the_filter_and_esc_takes_it_away_before_it_leaves_the_full_view(
    world: World, tmp_path: Path
) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        alerts = await _full(cockpit, Pane.ALERTS)
        await cockpit.press("slash", *"payment", "enter")
        assert (alerts.filter, alerts.is_typing) == ("payment", False)
        await cockpit.press("escape")
        assert (alerts.filter, cockpit.cockpit.is_zoomed) == ("", True)
        await cockpit.press("escape")
        assert not cockpit.cockpit.is_zoomed


async def test_esc_while_typing_brings_everything_back(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        alerts = await _full(cockpit, Pane.ALERTS)
        await cockpit.press("slash", *"nothing like it")
        assert not alerts.cursor
        await cockpit.press("escape")
        assert (alerts.filter, alerts.is_typing) == ("", False)
        assert alerts.cursor


async def test_one_key_goes_through_the_orders_and_says_which(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        database = await _full(cockpit, Pane.DATABASE)
        await cockpit.press("O")
        await cockpit.shows("by worst first")
        for _more in database.choosing.orders[1:]:
            await cockpit.press("O")
        assert database.choosing.order is database.choosing.orders[0]


async def test_the_details_of_a_row_are_all_that_is_known(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await _full(cockpit, Pane.ALERTS)
        await cockpit.press("v")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, Detail), "the details are open")
        await cockpit.shows("alertname = PaymentFailureRateHigh")
        await cockpit.press("escape")
        assert len(cockpit.app.screen_stack) == 1


async def test_enter_opens_the_details_where_it_has_nothing_better_to_do(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await _full(cockpit, Pane.UPSTREAMS)
        await cockpit.press("enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, Detail), "the details are open")
        await cockpit.shows("Stale after")


async def test_a_row_and_its_link_go_to_the_clipboard(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        alerts = await _full(cockpit, Pane.ALERTS)
        await cockpit.press("y")
        await cockpit.shows("Copied the row.")
        assert "PaymentFailureRateHigh" in cockpit.app.clipboard
        assert alerts.link.startswith("http")
        await cockpit.press("l")
        await cockpit.shows(f"Copied {alerts.link}")
        assert cockpit.app.clipboard == alerts.link


async def test_a_row_without_a_link_says_so(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await _full(cockpit, Pane.DATABASE)
        await cockpit.press("l")
        await cockpit.shows("This row has no link.")


async def test_the_checklist_can_be_searched_as_well(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        everything = len(cockpit.cockpit.checklist_pane._entries.keys)
        await cockpit.press("slash", *"slack", "enter")
        found = cockpit.cockpit.checklist_pane
        assert 0 < len(found._entries.keys) < everything
        await cockpit.press("escape")
        assert len(found._entries.keys) == everything


async def test_a_metric_opens_into_a_chart_that_goes_to_its_neighbours_and_ranges(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        database = await _full(cockpit, Pane.DATABASE)
        names = [reading.metric for reading in database.things()]
        await cockpit.press("enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, ChartOf), "the chart is open")
        await cockpit.shows("CPU, the last 1h00")
        await cockpit.press("t")
        await cockpit.shows("CPU, the last 30m")
        await cockpit.press("down")
        await cockpit.shows(f"{readings.name(names[1])}, the last 30m")
        await cockpit.press("escape")
        assert len(cockpit.app.screen_stack) == 1


async def test_a_list_that_nobody_is_in_shows_what_comes_in_first(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        timeline = cockpit.cockpit.query_one(f"#{Pane.TIMELINE.value}", ThingsPane)
        await cockpit.pilot.resize_terminal(200, 60)
        await cockpit.until(lambda: timeline.cursor, "the timeline has a cursor")
        await cockpit.press("n", *"checked", "enter")
        await cockpit.until(lambda: "checked" in timeline.facts[-1][1], "its cursor is on the new note")
