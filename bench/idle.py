"""Idle: bytes a second that the cockpit sends to the terminal while only the clock moves, and on a quiet live world.

Run: python bench/idle.py [SECONDS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cockpit_terminal import Terminal
from eventa_cockpit.simulator.launching import start_world

QUIET = "[environments.prod]\nproduction = true\n"
SETTLE_S = 6.0
"""Until everything has been painted once."""


def rate(config: Path, state: Path, seconds: float) -> float:
    with Terminal(config, state) as terminal:
        terminal.read(SETTLE_S)
        return len(terminal.read(seconds)) / seconds


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        config = place / "cockpit.toml"
        config.write_text(QUIET)
        idle = rate(config, place / "idle", seconds)
        with start_world(place / "world") as world:
            live = rate(world.config_path, place / "live", seconds)
    print(f"five upstreams answering every few seconds: {live:.0f} bytes/s")
    print(f"idle: {idle:.0f} bytes/s")


if __name__ == "__main__":
    main()
