"""What a service manager is told: that we are ready, how we are, and that we still live (sd_notify(3)).

A datagram to the socket that $NOTIFY_SOCKET names; where there is none, nothing happens.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

SOCKET = "NOTIFY_SOCKET"
WATCHDOG = "WATCHDOG_USEC"
WATCHDOG_PID = "WATCHDOG_PID"


class Manager:
    """The service manager that started us, if one did. Never blocks and never raises."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environment.get(SOCKET, ""))
        self.beat_s = _beat(environment) if self._address else None
        """Seconds between two signs of life that it wants; None when it wants none."""

    def ready(self) -> None:
        self._tell("READY=1")

    def status(self, text: str) -> None:
        """One line that `systemctl status` shows."""
        self._tell("STATUS=" + text.replace("\n", " "))

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
            speaker.setblocking(False)
            speaker.sendto(message.encode(), self._address)


def _address(place: str) -> str:
    """`@` stands for the NUL byte before an abstract name; anything but that and a path is not for us."""
    if place.startswith("@"):
        return "\0" + place[1:]
    return place if place.startswith("/") else ""


def _beat(environment: Mapping[str, str]) -> float | None:
    """Half of the time after which it takes us for dead."""
    span, pid = environment.get(WATCHDOG, ""), environment.get(WATCHDOG_PID, "")
    if not span.isdecimal() or not int(span) or pid not in ("", str(os.getpid())):
        return None
    return int(span) / 2e6
