"""The bad front-end release, seen by a responder: what changed stands beside what hurts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cockpit_driver import cockpit as opened

from eventa_cockpit.simulator.launching import World, start_world


@pytest.fixture(scope="module")
def bad_release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with start_world(tmp_path_factory.mktemp("world"), fault="frontend") as world:
        yield world


async def test_the_release_before_the_first_alert_is_the_first_suspect(bad_release: World, tmp_path: Path) -> None:
    async with opened(bad_release.config_path, tmp_path, (120, 40)) as cockpit:
        await cockpit.shows("-1m")
        await cockpit.press("9")
        await cockpit.shows("before the first alert")
        await cockpit.shows("eventa-frontend revision 42 (4.19.0)")
        await cockpit.shows("✗ first alert")


async def test_the_roll_outs_at_full_size_tell_the_history_and_the_events(bad_release: World, tmp_path: Path) -> None:
    async with opened(bad_release.config_path, tmp_path, (120, 40)) as cockpit:
        await cockpit.shows("rev 42")
        await cockpit.press("6", "z")
        await cockpit.shows("image 4.18.2 → 4.19.0")
        await cockpit.press("G")
        await cockpit.shows("ScalingReplicaSet deployment/eventa-frontend")


async def test_the_offer_says_why_and_the_list_of_runbooks_begins_with_it(bad_release: World, tmp_path: Path) -> None:
    async with opened(bad_release.config_path, tmp_path, (120, 40)) as cockpit:
        await cockpit.shows("open: フロントエンド障害")
        await cockpit.shows("because it lists this alert")
        await cockpit.press("b")
        await cockpit.shows("› フロントエンド障害")
        assert "because it lists this alert" in next(row for row in cockpit.text.splitlines() if "› フロント" in row)
