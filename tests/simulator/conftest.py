"""Worlds for a whole module, and the real tools that act on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from eventa_cockpit.simulator.launching import World, start_world

DEADLINE_S = 40.0
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


class Drill:
    """A running world as a responder's shell sees it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def run(self, command: str, *, deadline_s: float = DEADLINE_S) -> subprocess.CompletedProcess[str]:
        """Run a command with bash in the world's environment; whatever its exit status."""
        environment = {**os.environ, **self.world.variables, "ADMIN_TOKEN": self.world.admin_token}
        environment["CF_DISTRIBUTION_ID"] = self.world.distribution
        return subprocess.run(
            ["bash", "-c", command],
            env=environment,
            cwd=self.world.folder,
            capture_output=True,
            text=True,
            timeout=deadline_s,
            check=False,
        )

    def output(self, command: str) -> str:
        """What a command prints; it has to succeed."""
        done = self.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.world.control_url}/state").raise_for_status().json()
        return found

    def control(self, action: str, **content: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.world.control_url}/{action}", json=content).raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def until(self, condition: Callable[[dict[str, Any]], bool], *, deadline_s: float = DEADLINE_S) -> dict[str, Any]:
        """The first state that fulfils the condition."""
        ends_at = time.monotonic() + deadline_s
        while True:
            state = self.state()
            if condition(state):
                return state
            assert time.monotonic() < ends_at, f"not within {deadline_s} s: {state}"
            time.sleep(0.02)

    def pass_time(self, seconds: float) -> dict[str, Any]:
        """Let so many simulated seconds pass."""
        until_s = self.state()["now_s"] + seconds
        return self.until(lambda state: state["now_s"] >= until_s)


@pytest.fixture(scope="module")
def make_drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Drill]]:
    """Starts worlds that end with the module."""
    worlds: list[World] = []

    def make(fault: str | None = None, **options: Any) -> Drill:
        folder: Path = tmp_path_factory.mktemp("world")
        worlds.append(start_world(folder, fault=fault, **options))
        return Drill(worlds[-1])

    yield make
    for world in worlds:
        world.stop()
