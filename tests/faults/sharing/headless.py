"""One cockpit without a screen: the real service, a source that says who asks, and every board as a line of a log.

usage: headless.py STATE PORT LOG EVERY_S [NAME]     SIGUSR1: refresh; AS_USER=uid:gid: as that user
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eventa_cockpit.domain.board import Board, FailureKind
from eventa_cockpit.domain.service_status import ServiceState, ServiceStatus
from eventa_cockpit.domain.values import value_type
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.services.sharing.meeting import Meeting
from eventa_cockpit.services.sharing.shared_board import SharedBoard

KEY = "status:counted"


class Counted:
    """Asks the counting upstream; the answer's summary is how many calls it has had."""

    key = KEY
    vendor = "Counted"
    deadline = timedelta(seconds=5)

    def __init__(self, port: int, every_s: float) -> None:
        self._port = port
        self.every = timedelta(seconds=every_s)

    async def read(self) -> ServiceStatus:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(f"GET /{os.getpid()} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            await writer.drain()
            head, _blank, body = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
        status = int(head.split()[1])
        if status != 200:
            wait = timedelta(seconds=float(body)) if status == 429 else None
            raise UpstreamError(FailureKind.THROTTLED if wait else FailureKind.SERVER, f"HTTP {status}.", wait)
        return ServiceStatus("counted", ServiceState.OPERATIONAL, body.decode())

    async def close(self) -> None:
        """Nothing stays open."""


def as_line(board: Board) -> str:
    feed, asker = board.feeds[KEY], board.asked_by
    said: dict[str, Any] = {
        "at": time.monotonic(),
        "count": int(feed.value.summary) if feed.value is not None else None,
        "freshness": feed.freshness(datetime.now(UTC)).value,
        "tries": feed.failure.tries if feed.failure is not None else 0,
        "asker": asker.pid if asker is not None else None,
        "name": asker.responder if asker is not None else "",
        "is_us": asker is not None and asker.is_us,
        "trouble": asker.trouble if asker is not None else "",
    }
    return json.dumps(said) + "\n"


async def main(state: str, port: str, log: str, every_s: str, name: str = "") -> None:
    service = SharedBoard(
        [Counted(int(port), float(every_s))],
        lambda: Meeting(Path(state), "prod-00000000"),
        name or f"responder {os.getpid()}",
        random=lambda: 0.5,
    )
    with open(log, "a", buffering=1) as file:  # noqa: ASYNC230 - a line a second
        service.subscribe(lambda board: file.write(as_line(board)) and None)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, service.refresh)
        running = asyncio.ensure_future(service.run())
        loop.add_signal_handler(signal.SIGTERM, running.cancel)
        await asyncio.wait({running})
        if not running.cancelled():
            running.result()


def become(uid: int, group: int) -> None:
    """Another user, from here on: everything is imported, for he may not read where we are installed."""
    value_type(KEY)
    os.setgroups([group])
    os.setgid(group)
    os.setuid(uid)
    os.umask(0o077)


if __name__ == "__main__":
    if "AS_USER" in os.environ:
        become(*map(int, os.environ["AS_USER"].split(":")))
    asyncio.run(main(*sys.argv[1:]))
