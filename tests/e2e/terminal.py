"""Drives the real command: in a bare pseudo-terminal, or in a tmux pane that keeps the whole screen."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

COCKPIT = str(Path(sys.executable).with_name("cockpit"))
DEADLINE_S = 20.0
POLL_S = 0.05
KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "EVENTA_COCKPIT_STATE", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS")


class DeadlineError(AssertionError):
    """What was waited for did not come; the message shows what was there instead."""


def environment(**more: str | None) -> dict[str, str]:
    """A responder's environment in a test: UTF-8, a capable terminal; None takes a variable out."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    wanted = {**kept, "LANG": "C.UTF-8", "TERM": "xterm-256color", **more}
    return {name: value for name, value in wanted.items() if value is not None}


class PtyTerminal:
    """A command in a pseudo-terminal of a given size, and everything it wrote."""

    def __init__(
        self, arguments: Sequence[str], *, variables: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24
    ) -> None:
        self.written = b""
        self.started_at = time.monotonic()
        self._status: int | None = None
        self._pid, self._fd = pty.fork()
        if self._pid == 0:  # pragma: no cover - the child
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(arguments[0], list(arguments), dict(variables or environment()))

    @property
    def text(self) -> str:
        return self.written.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def said(self) -> str:
        """What is readable of it: without escape sequences and surrounding blanks."""
        return re.sub(r"\x1b(\[[0-9;?>=]*[ -/]*[@-~]|[@-_=>78])", "", self.text).strip()

    def send(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def wait_for(self, text: str, deadline_s: float = DEADLINE_S) -> None:
        self._until(lambda: text in self.text, f"waited for {text!r}", deadline_s)

    def exit_status(self, deadline_s: float = DEADLINE_S) -> int:
        """Waits for the end of the command; the exit status as a shell gives it."""
        self._until(self._has_ended, "waited for the end", deadline_s)
        assert self._status is not None
        return self._status if self._status >= 0 else 128 - self._status

    def close(self) -> None:
        if not self._has_ended():
            os.kill(self._pid, signal.SIGKILL)
            self.exit_status()
        os.close(self._fd)

    def _has_ended(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                while self._read(0):
                    pass
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def _read(self, timeout_s: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], timeout_s)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:  # EIO: nobody holds the other end
            return False
        self.written += data
        return bool(data)

    def _until(self, condition: Callable[[], bool], what: str, deadline_s: float) -> None:
        end = time.monotonic() + deadline_s
        while not condition():
            if time.monotonic() > end:
                raise DeadlineError(f"{what} for {deadline_s:g} s; written: {self.said[-2000:]!r}")
            self._read(POLL_S)


@contextlib.contextmanager
def in_pty(arguments: Sequence[str], **how: object) -> Iterator[PtyTerminal]:
    terminal = PtyTerminal(arguments, **how)  # type: ignore[arg-type]
    try:
        yield terminal
    finally:
        terminal.close()


class TmuxTerminal:
    """A command in a tmux pane on a server of its own: what a responder sees, cell by cell."""

    def __init__(
        self, command: Sequence[str], *, columns: int, rows: int, variables: Mapping[str, str] | None = None
    ) -> None:
        self.socket = f"cockpit-test-{uuid.uuid4().hex[:12]}"
        given = dict(variables or environment())
        given.pop("TERM", None)
        line = shlex.join(["env", "-u", "TMUX", *(f"{name}={value}" for name, value in given.items()), *command])
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-s", "main", "-x", str(columns), "-y", str(rows),
            f"{line}; echo ended:$?; exec cat",
        )  # fmt: skip
        self._tmux("set-option", "-g", "status", "off")
        self._tmux("resize-window", "-t", "main", "-x", str(columns), "-y", str(rows))

    @property
    def text(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "main")

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: `Enter`, `C-c`, `Escape`, `j`."""
        self._tmux("send-keys", "-t", "main", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", "main", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-t", "main", "-x", str(columns), "-y", str(rows))

    def wait_for(self, *texts: str, deadline_s: float = DEADLINE_S) -> str:
        """The screen as soon as all of `texts` are on it."""
        return self.wait_until(lambda screen: all(text in screen for text in texts), f"{texts!r}", deadline_s)

    def wait_until(self, condition: Callable[[str], bool], what: str, deadline_s: float = DEADLINE_S) -> str:
        end = time.monotonic() + deadline_s
        while not condition(screen := self.text):
            if time.monotonic() > end:
                raise DeadlineError(f"waited {deadline_s:g} s for {what}; the screen:\n{screen}")
            select.select([], [], [], POLL_S)
        return screen

    def kill(self) -> None:
        """Ends the server and with it the terminal, as a lost connection would."""
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True, check=False)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-L", self.socket, *arguments],
            capture_output=True, text=True, check=True, env={**os.environ, "LANG": "C.UTF-8"},
        )  # fmt: skip
        return done.stdout


@contextlib.contextmanager
def in_tmux(command: Sequence[str], *, columns: int = 120, rows: int = 40, **how: object) -> Iterator[TmuxTerminal]:
    terminal = TmuxTerminal(command, columns=columns, rows=rows, **how)  # type: ignore[arg-type]
    try:
        yield terminal
    finally:
        terminal.kill()
