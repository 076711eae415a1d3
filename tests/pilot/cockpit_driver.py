"""The real application on a simulated world: nothing between a key and a process is made up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from eventa_cockpit.app import CockpitApp
from eventa_cockpit.config import load_config
from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.screens.cockpit import CockpitScreen
from eventa_cockpit.services.setting import desk_for

DEADLINE_S = 20.0


class Driver:
    """Keys in, conditions out."""

    def __init__(self, app: CockpitApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def cockpit(self) -> CockpitScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, CockpitScreen)
        return screen

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Returns once the condition holds; fails with `what` after the deadline."""
        loop = asyncio.get_running_loop()
        end = loop.time() + DEADLINE_S
        while not condition():
            assert loop.time() < end, f"never happened: {what}\n{self.text}"
            await self.pilot.pause(0.02)

    def state(self, step: str) -> StepState:
        return self.cockpit.scene.checklist.status(step).state

    @property
    def text(self) -> str:
        """Everything on the screen now."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    async def shows(self, words: str) -> None:
        await self.until(lambda: words in self.text, f"{words!r} on the screen")

    async def open_runbook(self) -> None:
        """From the alert to its runbook, as a responder does it."""
        await self.until(lambda: self.cockpit.scene.offers, "a runbook is offered for the alert")
        await self.press("enter")
        await self.until(lambda: self.cockpit.scene.checklist.runbook, "the runbook is open")
        await self.until(lambda: self.cockpit.checklist_pane.cursor == "mitigate.1", "the cursor is at the first step")


@asynccontextmanager
async def cockpit(config_path: Path, state: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Driver]:
    """The cockpit with this configuration, and its own state folder."""
    config = load_config(config_path)
    desk = desk_for(config, state)
    app = CockpitApp(desk)
    try:
        async with app.run_test(size=size) as pilot:
            yield Driver(app, pilot)
    finally:
        desk.close()
