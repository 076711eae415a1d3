"""A cockpit on a terminal of its own, for the benchmarks that press keys or count bytes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

COCKPIT = str(Path(sys.executable).with_name("cockpit"))


class Terminal:
    """`with Terminal(config, state) as terminal:` starts `cockpit`; the end kills it."""

    def __init__(self, config: Path, state: Path, size: tuple[int, int] = (120, 40)) -> None:
        self._environment = {
            **os.environ,
            "EVENTA_COCKPIT_STATE": str(state),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
        }
        self._arguments = [COCKPIT, "--config", str(config), "--language", "en"]
        self._size = size
        self.pid = self.fd = -1

    def __enter__(self) -> Terminal:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            columns, rows = self._size
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(COCKPIT, self._arguments, self._environment)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def press(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def read(self, seconds: float) -> bytes:
        """Everything that arrives within that time."""
        found, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            found += self._next(left)
        return found

    def until(self, sign: bytes, deadline_s: float = 30.0) -> bytes:
        """Everything up to the sign; raises TimeoutError when it never comes."""
        found, end = b"", time.monotonic() + deadline_s
        while sign not in found:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{sign!r} never came")
            found += self._next(left)
        return found

    def first(self, deadline_s: float = 5.0) -> float:
        """Moment (`perf_counter`) at which the next bytes arrive."""
        ready, _w, _x = select.select([self.fd], [], [], deadline_s)
        moment = time.perf_counter()
        if not ready:
            raise TimeoutError("nothing was painted")
        os.read(self.fd, 1 << 16)
        return moment

    def _next(self, seconds: float) -> bytes:
        ready, _w, _x = select.select([self.fd], [], [], seconds)
        return os.read(self.fd, 1 << 16) if ready else b""
