"""The whole cockpit while one upstream does to it all that one can do: the screen goes on, and says what is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cockpit_driver import Driver
from cockpit_driver import cockpit as opened
from tests.contract.loopback import Loopback, answer_json, running
from tests.contract.vendors import alert

from eventa_cockpit.domain.board import Failure, FailureKind, Freshness
from eventa_cockpit.simulator.launching import World
from eventa_cockpit.testing.measuring import HELD_AT_MOST_S, pauses
from eventa_cockpit.testing.misbehaving import FAULTS, Fault, behaviour
from eventa_cockpit.widgets.view.freshness import FAILURES

TRIES = 3
"""A stall that a fault makes is there each time; one that a busy machine makes is not."""
LAST = next(fault for fault in FAULTS if fault.name == "429 by a clock that is years ahead")
"""It makes us wait, and no key shortens that; so do those that name a time, which are left out."""
KINDS = [*(fault for fault in FAULTS if fault.wait is None and fault is not LAST), LAST]


@pytest.fixture
def upstream() -> Iterator[Loopback]:
    with running() as loopback:
        loopback.behaviour = healthy()
        yield loopback


@pytest.fixture
def config(world: World, upstream: Loopback, tmp_path: Path) -> Path:
    """The simulated world with another Alertmanager."""
    text = world.config_path.read_text()
    table = f'[environments.prod.alertmanager]\nurls = ["{upstream.url}"]\nwatchdog = ""\nevery = 60\ndeadline = 1\n'
    text, count = re.subn(r"\[environments\.prod\.alertmanager\]\n(?:[^\[\n].*\n|\n)*", table + "\n", text)
    assert count == 1
    path = world.config_path.with_name(f"{tmp_path.name}.toml")
    path.write_text(text)
    return path


def healthy() -> object:
    return answer_json([alert("DiskFull")])


def all_heard(cockpit: Driver) -> bool:
    feeds = cockpit.cockpit.scene.board.feeds.values()
    return all(feed.at is not None or feed.failure is not None for feed in feeds)


def failure(cockpit: Driver) -> Failure | None:
    feed = cockpit.cockpit.scene.board.alerts
    assert feed is not None
    return feed.failure


async def refreshed(cockpit: Driver, fault: Fault | None) -> None:
    """Asks anew until the screen knows the fault, or that it is over."""
    began = datetime.now(UTC)
    await cockpit.press("R")

    def known() -> bool:
        now = failure(cockpit)
        if fault is None or now is None:
            return fault is None and now is None
        return now.at > began and now.kind in fault.kinds

    await cockpit.until(known, f"{fault.name if fault else 'an answer'} to be on the board")


async def stalled(cockpit: Driver, fault: Fault) -> float:
    """Seconds for which the screen stood still at most, from the key until the pane has the fault's words."""
    with pauses() as held:
        await refreshed(cockpit, fault)
        found = failure(cockpit)
        assert found is not None
        words = FAILURES[found.kind]
        await cockpit.until(
            lambda: any(words in row for row in cockpit.text.splitlines()), f"the words for {fault.name}"
        )
    return max(held)


async def test_no_fault_holds_the_screen_and_each_has_its_words(
    config: Path, upstream: Loopback, tmp_path: Path
) -> None:
    async with opened(config, tmp_path / "state", (200, 60)) as cockpit:
        await cockpit.shows("DiskFull")
        await cockpit.press("U", "z")
        await cockpit.until(lambda: all_heard(cockpit), "everybody else, so that no library is imported any more")
        for fault in KINDS:
            upstream.behaviour = behaviour(fault.name, upstream)
            held = [await stalled(cockpit, fault)]
            while held[-1] >= HELD_AT_MOST_S and len(held) < TRIES and fault is not LAST:
                held.append(await stalled(cockpit, fault))
            board = cockpit.cockpit.scene.board
            assert board.alerts is not None
            assert board.alerts.freshness(datetime.now(UTC)) is Freshness.STALE
            assert board.alerts.value is not None, "the last good answer stays"
            (row,) = [row for row in cockpit.text.splitlines() if "Alertmanager" in row and "stale" in row][:1]
            assert "⚠ stale" in row
            print(f"{fault.name}: held for at most {min(held) * 1e3:.0f} ms")
            assert min(held) < HELD_AT_MOST_S, fault.name
            if fault is not LAST:
                upstream.behaviour = healthy()  # type: ignore[assignment]
                await refreshed(cockpit, None)


@pytest.mark.parametrize("name", ["500", "time-out", "HTML", "reset", "huge body"])
async def test_an_upstream_that_never_answered_is_unknown_and_never_green(
    config: Path, upstream: Loopback, tmp_path: Path, name: str
) -> None:
    upstream.behaviour = behaviour(name, upstream)
    async with opened(config, tmp_path / "state", (200, 60)) as cockpit:
        await cockpit.until(lambda: failure(cockpit) is not None, "the failure to be on the board")
        await cockpit.press("U", "z")
        await cockpit.shows("? unknown")
        assert "Nothing is firing" not in cockpit.text
        found = failure(cockpit)
        assert found is not None
        assert found.kind is not FailureKind.DEFECT
        await cockpit.shows(FAILURES[found.kind])
