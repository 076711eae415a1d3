"""The world's own process: `python -m eventa_cockpit.simulator.process SETTINGS`, started by the launcher only.

SETTINGS is a JSON object; the listening sockets are inherited. It says `ready` on its standard output when the first
upstreams answer, and leaves when its parent does.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.apis.control import ControlApi
from eventa_cockpit.simulator.aws.server import start_aws
from eventa_cockpit.simulator.certificates import write_certificates
from eventa_cockpit.simulator.clock import Clock
from eventa_cockpit.simulator.servers import plain_server, started, tls_server
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import Fault, World

PARENT_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Settings:
    """What the launcher says on the command line; nothing secret."""

    folder: Path
    parent: int
    sockets: dict[str, int]
    """Name of the listener → inherited file descriptor."""
    fault: Fault | None
    seed: int
    speed: float

    @classmethod
    def from_json(cls, text: str) -> Settings:
        content: dict[str, Any] = json.loads(text)
        fault = None if content["fault"] is None else Fault(content["fault"])
        return cls(
            Path(content["folder"]),
            content["parent"],
            content["sockets"],
            fault,
            content["seed"],
            content["speed"],
        )


def main(arguments: list[str]) -> None:
    """Serve one world until told to stop or orphaned."""
    asyncio.run(_serve(Settings.from_json(arguments[0])))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(_wait_for_the_end(settings.parent, stop))
    sockets = {name: socket.socket(fileno=number) for name, number in settings.sockets.items()}
    ports = {name: found.getsockname()[1] for name, found in sockets.items()}
    world = World(settings.seed, datetime.now(UTC), settings.fault)
    simulation = Simulation(world, Clock(settings.speed))
    control = ControlApi(simulation)
    plain = plain_server(simulation, settings.folder, control, ports)
    serving = [await started(plain, [sockets[name] for name in sites.PLAIN_LISTENERS])]
    write_certificates(settings.folder)
    tls = tls_server(simulation, settings.folder, ports)
    serving.append(await started(tls, [sockets[name] for name in sites.TLS_LISTENERS]))
    _say_ready()
    start_aws(simulation, sockets[sites.AWS], control.aws_is_ready)
    ended, _running = await asyncio.wait([stopping, *serving], return_when=asyncio.FIRST_COMPLETED)
    for task in ended:
        task.result()
    # Nothing here is worth an orderly end: watches would be waited for, and AWS' threads.
    os._exit(0)


async def _wait_for_the_end(parent: int, stop: asyncio.Event) -> None:
    """Return when `stop` is set or the parent is gone.

    The parent's id is polled rather than asked for by PR_SET_PDEATHSIG, which fires when the *thread* that started
    this process ends, or by a pipe, which a forked child of the parent would keep open.
    """
    while os.getppid() == parent and not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PARENT_EVERY_S)


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    # The launcher reads no further: anything written later goes to the log.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    main(sys.argv[1:])
