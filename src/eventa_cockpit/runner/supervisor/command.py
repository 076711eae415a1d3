"""The command's process: its own session, with a terminal or a pipe, held at a gate until its start is on record."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios
from collections.abc import Mapping, Sequence

from eventa_cockpit.runner.supervisor.processes import MARK

PIPE_SIZE = 1 << 20
BATCH = 1 << 15
"""Bytes gathered before they are handed on: one write to the file for 8 reads of a terminal, which gives 4 KB each."""
TERMINAL_SIZE = struct.Struct("HHHH")
INTEGER = struct.Struct("i")
EXEC_FAILED = 127


class Command:
    """One process and what it started. `wait_status` is None until it has ended."""

    def __init__(self, pid: int, fd: int, gate: int, failure: int, *, has_terminal: bool) -> None:
        self.pid = pid
        self.fd = fd
        """Where its output is read, non-blocking; with a terminal, also where its input is written."""
        self.has_terminal = has_terminal
        self.wait_status: int | None = None
        self.pending_input = bytearray()
        self._gate = gate
        self._failure = failure
        self._view = memoryview(bytearray(BATCH))

    def release(self) -> str:
        """Open the gate. Returns why the program could not be executed, or an empty string."""
        os.write(self._gate, b"g")
        os.close(self._gate)
        failure = b""
        while part := os.read(self._failure, 512):
            failure += part
        os.close(self._failure)
        return failure.decode("utf-8", "replace")

    def abandon(self) -> None:
        """Close the gate for good: the program is never executed."""
        os.close(self._gate)
        os.close(self._failure)
        os.waitpid(self.pid, 0)

    def read(self) -> tuple[bytes, bool]:
        """What there is to read now, and whether that was the end."""
        size = 0
        while size < BATCH:
            try:
                count = os.readv(self.fd, (self._view[size:],))
            except BlockingIOError:
                return bytes(self._view[:size]), False
            except OSError:  # EIO: the last process on the terminal has let go
                count = 0
            if not count:
                return bytes(self._view[:size]), True
            size += count
        return bytes(self._view), False

    def write_input(self, data: bytes = b"") -> None:
        """Type `data`, after what is still waiting; as much of it as fits now."""
        self.pending_input += data
        try:
            while self.pending_input:
                del self.pending_input[: os.write(self.fd, self.pending_input)]
        except BlockingIOError:
            return
        except OSError:
            self.pending_input.clear()

    def resize(self, columns: int, rows: int) -> None:
        """Sizes that no terminal has are cut to the nearest that one may have."""
        size = TERMINAL_SIZE.pack(min(max(rows, 1), 0xFFFF), min(max(columns, 1), 0xFFFF), 0, 0)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)

    def returns_carriage(self, enabled: bool) -> None:
        """Whether the terminal adds a carriage return to each line feed: only while somebody looks at it raw."""
        try:
            settings = termios.tcgetattr(self.fd)
            settings[1] = settings[1] | termios.ONLCR if enabled else settings[1] & ~termios.ONLCR
            termios.tcsetattr(self.fd, termios.TCSANOW, settings)
        except termios.error:  # the command's side is gone already
            return

    def interrupt(self) -> None:
        """SIGINT to the foreground of the terminal, or to the command's group where there is none."""
        group = self.pid
        if self.has_terminal:
            try:
                group = INTEGER.unpack(fcntl.ioctl(self.fd, termios.TIOCGPGRP, INTEGER.pack(0)))[0] or self.pid
            except OSError:
                group = self.pid
        for number in (signal.SIGINT, signal.SIGCONT):
            try:
                os.killpg(group, number)
            except (ProcessLookupError, PermissionError):
                return


def start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    cwd: str,
    run_id: str,
    size: tuple[int, int] | None,
) -> Command:
    """Fork the command up to its gate; `size` is (columns, rows) of its terminal, None for a pipe. Raises OSError."""
    ours, theirs = _terminal(*size) if size else _pipe()
    gate_read, gate_write = os.pipe()
    failure_read, failure_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(gate_write)
        _become(arguments, {**environment, MARK: run_id}, cwd, theirs, gate_read, failure_write, size is not None)
    os.close(theirs)
    os.close(gate_read)
    os.close(failure_write)
    os.set_blocking(ours, False)
    return Command(pid, ours, gate_write, failure_read, has_terminal=size is not None)


def _terminal(columns: int, rows: int) -> tuple[int, int]:
    ours, theirs = os.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, TERMINAL_SIZE.pack(rows, columns, 0, 0))
    settings = termios.tcgetattr(theirs)
    settings[1] &= ~termios.ONLCR  # the record keeps line ends as the command wrote them
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    return ours, theirs


def _pipe() -> tuple[int, int]:
    ours, theirs = os.pipe()
    try:
        fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    except OSError:  # over the user's share of pipe memory: the usual size does as well
        return ours, theirs
    return ours, theirs


def _become(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    cwd: str,
    output: int,
    gate: int,
    failure: int,
    has_terminal: bool,
) -> None:
    """In the child: wait at the gate, then become the command. Never returns."""
    try:
        os.setsid()
        source = output
        if has_terminal:
            fcntl.ioctl(output, termios.TIOCSCTTY, 0)
        else:
            source = os.open("/dev/null", os.O_RDONLY)
        for target, fd in enumerate((source, output, output)):
            os.dup2(fd, target)
        _reset_signals()
        if os.read(gate, 1) != b"g":
            os._exit(EXEC_FAILED)
        os.chdir(cwd)
        os.execvpe(arguments[0], list(arguments), environment)  # noqa: S606 - the shell is the first argument
    except OSError as error:
        os.write(failure, f"{error.filename or arguments[0]}: {error.strerror}".encode()[:500])
    except ValueError as error:  # a NUL, or a character that no program can be given
        os.write(failure, str(error).encode("utf-8", "replace")[:500])
    finally:
        os._exit(EXEC_FAILED)


def _reset_signals() -> None:
    for number in (
        signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD,
        signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGXFSZ,
    ):  # fmt: skip
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
