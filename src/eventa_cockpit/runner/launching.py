"""Launching: a claimed run gets its supervisor, through the pre-forked launcher or, without one, by itself."""

from __future__ import annotations

import array
import fcntl
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.errors import RunError, UnrecordedError
from eventa_cockpit.locale import _
from eventa_cockpit.runner import supervisor
from eventa_cockpit.runner.claiming import Claim, claim, run_name
from eventa_cockpit.runner.observing import status
from eventa_cockpit.secrets import check_secret

__all__ = ["Runner", "claim", "run_name"]

PROGRAM = str(Path(supervisor.__file__).parent)
ANSWER_S = 10.0
"""How long a supervisor may take to say that its command runs."""
LATE = "late:"
"""There may still be somebody who answers, so nobody else may be asked."""
CLOSING_S = 2.0
SPEC_PIPE = 1 << 20
KEPT_VARIABLES = ("LD_LIBRARY_PATH", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
"""All that the supervisor itself gets of our environment; the command's own comes with the request."""


class Runner:
    """Starts runs. Safe to use from several threads; the supervisors outlive it."""

    def __init__(self, python: str = sys.executable, prefix: Sequence[str] = ()) -> None:
        self._arguments = (python, "-I", "-S", PROGRAM)
        self._prefix = tuple(prefix)
        """Puts the supervisors somewhere else, such as a scope that survives a log-out; done without if it fails."""
        self._launcher: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def prefork(self) -> None:
        """Start the launcher. Returns at once; call it before there are threads. Runs start without it too, slower."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = self._spawn("launch", (theirs.fileno(),), self._prefix)
            except OSError:  # no such program as the prefix names: each run is then executed by itself
                ours.close()
                return
        self._launcher = ours

    @property
    def has_prefix(self) -> bool:
        """What is started goes where the prefix puts it; false where that was tried and failed, or there is none."""
        return bool(self._prefix) and self._process is not None and self._process.poll() is None

    def start(self, request: RunRequest) -> None:
        """Claim the run and start its command; returns when it runs, or has its verdict because it could not.

        Raises StepTakenError when another responder was first, SecretError when a secret could not be masked, and
        RunError when the run could not be recorded, in which case its command was not started.
        """
        for name, value in request.secrets.items():
            check_secret(value, name=name)
        ours = claim(request)
        try:
            self._hand_over(ours, request)
        finally:
            ours.close()

    def close(self) -> None:
        """End the launcher. What it started goes on."""
        if self._launcher is not None:
            self._launcher.close()
            self._launcher = None
        if self._process is not None:
            try:
                self._process.wait(CLOSING_S)
            except subprocess.TimeoutExpired:  # somebody has stopped it; it holds nothing that would be lost
                self._process.kill()
                self._process.wait()
            self._process = None

    def _hand_over(self, ours: Claim, request: RunRequest) -> None:
        spec = json.dumps(_specification(ours, request)).encode()
        for ask in (self._ask_launcher, self._execute, self._execute_without_prefix):
            answer = _exchange(ours, spec, ask)
            if answer == "started" or (not answer and status(request.directory).has_started):
                return
            if answer == LATE:
                raise RunError(
                    _("Nothing answered within {seconds:.0f} s; look at {run} again before you start it anew.").format(
                        seconds=ANSWER_S, run=request.run_id
                    )
                )
            if answer.startswith("record:"):
                raise UnrecordedError(
                    _("The run cannot be recorded in {folder} ({reason}), so the command was not started.").format(
                        folder=request.directory, reason=answer.removeprefix("record:")
                    )
                )
            if answer:  # could not be executed: that is the run's verdict, and it is on record
                return
        raise RunError(
            _("No supervisor could be started for {run}; the command does not run.").format(run=request.run_id)
        )

    def _ask_launcher(self, descriptors: Sequence[int]) -> bool:
        """False when there is no launcher, or no longer."""
        with self._lock:
            if self._launcher is None:
                return False
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
            try:
                self._launcher.sendmsg([b"run"], rights)
            except OSError:
                self._launcher.close()
                self._launcher = None
                return False
        return True

    def _execute(self, descriptors: Sequence[int]) -> bool:
        return self._spawned(descriptors, self._prefix)

    def _execute_without_prefix(self, descriptors: Sequence[int]) -> bool:
        return bool(self._prefix) and self._spawned(descriptors, ())

    def _spawned(self, descriptors: Sequence[int], prefix: Sequence[str]) -> bool:
        try:
            self._spawn("supervise", descriptors, prefix).wait()
        except OSError:
            return False
        return True

    def _spawn(self, role: str, descriptors: Sequence[int], prefix: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*prefix, *self._arguments, role, *map(str, descriptors)],
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
            start_new_session=True,
        )


def _specification(ours: Claim, request: RunRequest) -> dict[str, Any]:
    return {
        "run_id": request.run_id,
        "mode": ours.file_mode,
        "script": request.script,
        "shell": list(request.shell),
        "environment": dict(request.environment),
        "secrets": dict(request.secrets),
        "cwd": os.fspath(request.cwd.absolute()),
        "uses_pty": request.uses_pty,
        "columns": request.columns,
        "rows": request.rows,
        "timeout": request.timeout.total_seconds() if request.timeout is not None else None,
        "grace": request.grace.total_seconds(),
    }


def _exchange(ours: Claim, spec: bytes, ask: Callable[[Sequence[int]], bool]) -> str:
    """Ask for a supervisor, give it the specification, and wait for its word; empty when there is none."""
    spec_read, spec_write = os.pipe()
    ack_read, ack_write = os.pipe()
    try:
        _widen(spec_write)
        try:
            is_asked = ask((ours.folder_fd, ours.lock_fd, spec_read, ack_write))
        finally:
            os.close(spec_read)
            os.close(ack_write)
        if not is_asked:
            return ""
        _write_all(spec_write, spec)
        os.close(spec_write)
        spec_write = -1
        return _read_answer(ack_read)
    finally:
        os.close(ack_read)
        if spec_write >= 0:
            os.close(spec_write)


def _widen(pipe: int) -> None:
    try:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, SPEC_PIPE)
    except OSError:  # over the user's share: writing may take until the supervisor reads
        return


def _write_all(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(pipe, view) :]
    except BrokenPipeError:  # there is no supervisor; the missing answer says so
        return


def _read_answer(pipe: int) -> str:
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    if not poller.poll(ANSWER_S * 1000):
        return LATE
    return os.read(pipe, 4096).decode("utf-8", "replace")
