"""What the tests of the output's widgets share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from eventa_cockpit.runner.output import OutputLog


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.005)
        await pilot.pause()


def indexed(path: Path, text: bytes, *, is_final: bool = True) -> OutputLog:
    path.write_bytes(text)
    log = OutputLog(path, is_final=lambda: is_final)
    while log.poll():
        pass
    return log
