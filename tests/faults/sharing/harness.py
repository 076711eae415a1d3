"""Cockpits without a screen in processes of their own, and an upstream that counts who asks it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.loopback import Loopback, Request, head

HEADLESS = Path(__file__).with_name("headless.py")
PATIENCE_S = 40.0


@dataclass
class Upstream:
    """Answers with how often it was asked, and remembers by whom and when."""

    loopback: Loopback
    calls: list[tuple[float, int]] = field(default_factory=list)
    """Moment of `time.monotonic()` and process of each call."""
    throttle_s: float = 0.0

    def __post_init__(self) -> None:
        self.loopback.behaviour = self._answer

    def _answer(self, request: Request, connection: socket.socket) -> None:
        self.calls.append((time.monotonic(), int(request.path.strip("/"))))
        if self.throttle_s:
            connection.sendall(head(429) + str(self.throttle_s).encode())
        else:
            connection.sendall(head() + str(len(self.calls)).encode())

    def calls_since(self, moment: float) -> list[int]:
        return [pid for at, pid in self.calls if at >= moment]


class Cockpit:
    """One of them; `boards` is everything that its screen would have shown."""

    def __init__(self, state: Path, upstream: Upstream, every_s: float = 1.0, **options: Any) -> None:
        self.log = state.parent / f"board-{time.monotonic_ns()}.log"
        self.log.touch(0o666)
        self.log.chmod(0o666)
        command = [sys.executable, HEADLESS, state, upstream.loopback.port, self.log, every_s]
        self.process = subprocess.Popen(list(map(str, command)), **options)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def boards(self) -> list[dict[str, Any]]:
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    @property
    def now(self) -> dict[str, Any]:
        boards = self.boards
        return boards[-1] if boards else {"count": None, "is_us": False, "asker": None, "at": 0.0, "trouble": ""}

    @property
    def leads(self) -> bool:
        return bool(self.now["is_us"]) and not self.now["trouble"]

    def signal(self, number: signal.Signals) -> float:
        """The moment at which it was sent."""
        moment = time.monotonic()
        os.kill(self.pid, number)
        return moment

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, f"waited in vain for {what}"
        time.sleep(0.01)


def leader_of(cockpits: list[Cockpit]) -> Cockpit:
    """The one that leads, once all of them agree on it."""
    found: list[Cockpit] = []

    def agreed() -> bool:
        askers = {cockpit.now["asker"] for cockpit in cockpits}
        found[:] = [cockpit for cockpit in cockpits if cockpit.leads and askers == {cockpit.pid}]
        return len(found) == 1

    until(agreed, "one leader that all agree on")
    return found[0]
