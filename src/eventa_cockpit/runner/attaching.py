"""Attaching: a whole terminal lent to a run for a while. A key gives it back; the run goes on.

Output is read from the run's file, which is masked and never skips; the supervisor only says when there is more. What
is typed goes over the socket. The caller has suspended its own screen.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import struct
import termios
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from eventa_cockpit.errors import RunError
from eventa_cockpit.locale import _
from eventa_cockpit.runner import control
from eventa_cockpit.runner.observing import status

DETACH_KEY = b"\x1d"
"""Ctrl+], as in telnet: no shell, editor or pager uses it."""
REPLAY = 1 << 14
"""Bytes of earlier output that are shown first, from the beginning of a line."""
CHUNK = 1 << 16
LOOK_MS = 250
"""Between two looks at whether the run has ended or our window has another size, when nothing else happens."""


class AttachEnd(StrEnum):
    DETACHED = "detached"
    ENDED = "ended"
    """The command has ended, and all of its output was shown."""
    LOST = "lost"
    """The terminal or the supervisor went away."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The two ends of the terminal that is lent."""

    keys: int = 0
    screen: int = 1

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        rows, columns, _x, _y = struct.unpack("HHHH", fcntl.ioctl(self.screen, termios.TIOCGWINSZ, bytes(8)))
        return columns, rows


def attach(run_dir: Path, terminal: Terminal | None = None, *, stop: threading.Event | None = None) -> AttachEnd:
    """Lend the terminal to the run until it ends, the detach key is pressed or `stop` is set.

    Works in any thread. Raises RunError when it cannot be.
    """
    lent = terminal or Terminal()
    stopped = stop or threading.Event()
    with control.connect(run_dir) as connection, (run_dir / "output.log").open("rb", buffering=0) as log:
        answer = control.exchange(connection, {"op": "attach"})
        connection.setblocking(False)
        log.seek(_replay_start(log, answer["offset"]))
        with _raw(lent.keys):
            _write(lent.screen, f"\r\n{banner()}\r\n".encode())
            return _proxy(run_dir, lent, connection, log, stopped)


def banner() -> str:
    """What tells the way back, in reverse video on a line of its own."""
    return f"\x1b[7m {_('Attached. Ctrl+] gives the screen back; the command goes on.')} \x1b[0m"


def _proxy(run_dir: Path, lent: Terminal, connection: socket.socket, log: Any, stop: threading.Event) -> AttachEnd:
    poller = select.poll()
    for fd in (lent.keys, connection.fileno()):
        poller.register(fd, select.POLLIN)
    size = (0, 0)
    while not stop.is_set():
        _show(log, lent.screen)
        size = _pass_size(run_dir, lent, size)
        ready = {fd for fd, _event in poller.poll(LOOK_MS)}
        if connection.fileno() in ready and not _heard(connection):
            return _ending(run_dir, log, lent.screen)
        if lent.keys in ready:
            typed = _typed(lent.keys)
            before, key, _after = typed.partition(DETACH_KEY)
            _send(connection, before)
            if key or not typed:
                return AttachEnd.DETACHED if key else AttachEnd.LOST
        if not ready and status(run_dir).state.is_final:
            return _ending(run_dir, log, lent.screen)
    return AttachEnd.DETACHED


def _ending(run_dir: Path, log: Any, screen: int) -> AttachEnd:
    _show(log, screen)
    return AttachEnd.ENDED if status(run_dir).state.is_final else AttachEnd.LOST


def _replay_start(log: Any, offset: int) -> int:
    start = max(offset - REPLAY, 0)
    if not start:
        return 0
    log.seek(start)
    line_end: int = log.read(offset - start).find(b"\n")
    return start + line_end + 1


def _show(log: Any, screen: int) -> None:
    while data := log.read(CHUNK):
        _write(screen, data)


def _heard(connection: socket.socket) -> bool:
    """Take in the announcements. False when the supervisor has closed."""
    try:
        return bool(connection.recv(CHUNK))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _typed(keys: int) -> bytes:
    try:
        return os.read(keys, 4096)
    except OSError:  # EIO: our own terminal was closed
        return b""


def _send(connection: socket.socket, data: bytes) -> None:
    if not data:
        return
    connection.settimeout(control.ANSWER_S)
    try:
        connection.sendall(data)
    except OSError as error:
        raise RunError(_("Its supervisor does not take what is typed.")) from error
    finally:
        connection.setblocking(False)


def _write(screen: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(screen, view) :]
        except BlockingIOError:
            select.select([], [screen], [])


def _pass_size(run_dir: Path, lent: Terminal, before: tuple[int, int]) -> tuple[int, int]:
    """The run's terminal takes the size of ours whenever that is another one."""
    with contextlib.suppress(RunError, OSError):  # it has ended meanwhile, or the terminal is no terminal any more
        size = lent.size
        if size != before:
            control.resize(run_dir, *size)
        return size
    return before


@contextlib.contextmanager
def _raw(keys: int) -> Iterator[None]:
    """Every key goes through, also Ctrl+C. Settings are put back whatever happens."""
    before = termios.tcgetattr(keys)
    tty.setraw(keys, termios.TCSADRAIN)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal itself has gone
            termios.tcsetattr(keys, termios.TCSADRAIN, before)
