"""The supervisor: one process that owns one run, from its claimed folder to its final verdict."""

from __future__ import annotations

import base64
import errno
import os
import select
import signal
import time
from collections.abc import Callable
from typing import Any

from eventa_cockpit.runner.supervisor import command as commands
from eventa_cockpit.runner.supervisor.arrivals import Arrivals
from eventa_cockpit.runner.supervisor.control_server import Answer, Client, ControlServer, Request
from eventa_cockpit.runner.supervisor.ladder import INTERRUPT, KILL, TERMINATE, Ladder
from eventa_cockpit.runner.supervisor.output_file import OutputFile
from eventa_cockpit.runner.supervisor.processes import become_subreaper, boot_id, descendants
from eventa_cockpit.runner.supervisor.record import StatusRecord
from eventa_cockpit.runner.supervisor.streaming import OutputStream

Spec = dict[str, Any]
KILL_TICK_S = 0.005
VERDICT_OF_CANCEL = {"cancelled": "cancelled", "timeout": "timed_out", "interrupted": "interrupted"}
IGNORED = (
    signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGQUIT,
    signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGXFSZ,
)  # fmt: skip


class Supervisor:
    """`supervise` does it all; the rest are the turns of its loop."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._mode: int = spec["mode"]
        self._record = StatusRecord.resume("status")
        self._control = ControlServer(self._answer, self._type)
        file = OutputFile("output.log", self._mode)
        arrivals = Arrivals("output.times", self._mode)
        self._output = OutputStream(file, arrivals, list(spec["secrets"].values()), self._control.announce_output)
        self._poll = select.poll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._began = 0.0
        self._told_to_stop = 0
        self._cancel_reason = ""
        self._is_final = False
        self._has_children = True
        self._input_waits = False

    def supervise(self, acknowledge: Callable[[str], None]) -> None:
        """Start the command, tell the launcher, and stay until nothing of it is left."""
        become_subreaper()
        self._listen_to_signals()
        failure = self._start()
        acknowledge(failure)
        if failure.startswith("record:"):
            return
        while not self._is_final or (self._has_children and not failure):
            self._turn()
        self._control.close()
        self._output.sync()

    def note_crash(self, error: BaseException) -> None:
        """Leave word of a fault of our own. The run is lost then, and its terminal goes with us."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else ""
        self._put(crash=f"{type(error).__name__} {where}")

    # ------------------------------------------------------------------ start

    def _start(self) -> str:
        """Empty when the command runs; else why it does not, with `record:` before what could not be recorded."""
        spec = self._spec
        try:
            self._watch(self._control.open("sock", 0o660 if self._mode & 0o040 else 0o600), self._accept)
            self._record.write(supervisor=os.getpid(), boot=boot_id())
        except OSError as error:
            return f"record:{error.strerror}"
        size = (spec["columns"], spec["rows"]) if spec["uses_pty"] else None
        environment = {**spec["environment"], **spec["secrets"]}
        try:
            self._command = commands.start(
                [*spec["shell"], spec["script"]], environment, spec["cwd"], spec["run_id"], size
            )
        except OSError as error:
            return self._never_started(f"{error.strerror}")
        self._ladder = Ladder(self._command, spec["grace"])
        self._began = time.monotonic()
        try:
            self._record.write(state="running", started=time.time(), began=self._began, pid=self._command.pid)
        except OSError as error:
            self._command.abandon()
            return f"record:{error.strerror}"
        failure = self._command.release()
        if failure:
            os.waitpid(self._command.pid, 0)
            return self._never_started(failure)
        self._watch(self._command.fd, self._read)
        return ""

    def _never_started(self, failure: str) -> str:
        self._record.write(state="failed", exit=commands.EXEC_FAILED, reason="exec", detail=failure, ended=time.time())
        self._is_final = True
        return failure

    def _listen_to_signals(self) -> None:
        for number in IGNORED:
            signal.signal(number, signal.SIG_IGN)
        wake, waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_stop)
        self._watch(wake, lambda _: _drain(wake))

    def _on_stop(self, *_: object) -> None:
        self._told_to_stop += 1

    # ------------------------------------------------------------------- loop

    def _turn(self) -> None:
        for fd, event in self._poll.poll(self._patience_ms()):
            self._handlers[fd](event)
        now = time.monotonic()
        self._reap()
        if self._told_to_stop:
            self._climb("interrupted", KILL if self._told_to_stop > 1 else TERMINATE, now)
        limit = self._spec["timeout"]
        if limit is not None and now - self._began >= limit and self._command.wait_status is None:
            self._climb("timeout", INTERRUPT, now)
        if self._ladder.is_active and self._has_children and self._ladder.advance(now):
            self._note_stage()
        self._output.tend(now)
        if self._command.wait_status is not None:
            self._settle(now)

    def _patience_ms(self) -> int | None:
        """How long the loop may sleep when nothing happens; None is for ever."""
        now = time.monotonic()
        waits = [wait] if (wait := self._output.due_in(now)) is not None else []
        if self._ladder.is_active and self._has_children:
            waits.append(KILL_TICK_S if self._ladder.stage == KILL else self._ladder.due - now)
        if self._spec["timeout"] is not None and self._command.wait_status is None and not self._ladder.is_active:
            waits.append(self._began + self._spec["timeout"] - now)
        return max(int(min(waits) * 1000) + 1, 0) if waits else None

    def _watch(self, fd: int, handler: Callable[[int], None], events: int = select.POLLIN) -> None:
        self._poll.register(fd, events)
        self._handlers[fd] = handler

    def _ignore(self, fd: int) -> None:
        self._poll.unregister(fd)
        del self._handlers[fd]

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._has_children = False
                return
            if not pid:
                return
            if pid == self._command.pid:
                self._command.wait_status = status

    def _read(self, event: int) -> None:
        if event & select.POLLOUT:
            self._type(b"")
        self._output.take(self._command)
        if not self._output.is_open:
            self._ignore(self._command.fd)

    # ---------------------------------------------------------------- verdict

    def _settle(self, now: float) -> None:
        """The command has ended: record the verdict once it stands, and again when what it left has gone."""
        if self._is_final:
            if not self._has_children:
                self._output.finish()
                self._put(left=0, **self._output.facts)
            return
        if self._ladder.is_active and self._has_children and not self._ladder.is_exhausted(now):
            return
        self._drain()
        if not self._has_children:
            self._output.finish()
        code = os.waitstatus_to_exitcode(self._command.wait_status or 0)
        self._is_final = True
        self._put(
            state=VERDICT_OF_CANCEL.get(self._cancel_reason) or ("succeeded" if code == 0 else "failed"),
            exit=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            ended=time.time(),
            elapsed=time.monotonic() - self._began,
            left=len(descendants(os.getpid())) if self._has_children else 0,
            stage="",
            stage_due=None,
            **self._output.facts,
        )

    def _drain(self) -> None:
        if self._output.is_open and not self._output.drain(self._command, is_alone=not self._has_children):
            self._ignore(self._command.fd)

    def _put(self, **changes: Any) -> None:
        """Record what is known. The slots are preallocated, so a refusal means a broken disk: say so with the next."""
        try:
            self._record.write(**changes)
        except OSError as error:
            self._record.facts["record_error"] = errno.errorcode.get(error.errno or 0, "EIO")

    # ----------------------------------------------------------------- cancel

    def _climb(self, reason: str, stage: str, now: float) -> None:
        before = self._ladder.stage
        if self._command.wait_status is None and not self._cancel_reason:
            self._cancel_reason = reason
        if self._has_children:
            self._ladder.climb_to(stage, now)
        if self._ladder.stage != before:
            self._note_stage()

    def _note_stage(self) -> None:
        wall = time.time() + self._ladder.due - time.monotonic()
        self._put(stage=self._ladder.stage, stage_due=None if self._ladder.stage == KILL else wall)

    # ---------------------------------------------------------------- control

    def _accept(self, _event: int) -> None:
        fd = self._control.accept()
        if fd is not None:
            self._watch(fd, lambda _: self._serve(fd))

    def _serve(self, fd: int) -> None:
        if not self._control.serve(fd):
            self._ignore(fd)
            if self._command.has_terminal and self._output.is_open and not self._control.has_attached:
                self._command.returns_carriage(enabled=False)

    def _answer(self, client: Client, request: Request) -> Answer:
        operations = {"cancel": self._cancel, "input": self._input, "resize": self._resize, "attach": self._attach}
        operation = operations.get(str(request.get("op")))
        if operation is None:
            return {"error": "unknown"}
        try:
            return operation(client, request)
        except (KeyError, TypeError, ValueError, OverflowError):
            return {"error": "malformed"}

    def _cancel(self, client: Client, request: Request) -> Answer:
        if not self._has_children:
            return {"error": "ended"}
        if not self._cancel_reason and self._command.wait_status is None:
            self._put(cancel={"name": str(request["by"])[:200], "uid": client.uid, "at": time.time()})
        politely = INTERRUPT if self._command.wait_status is None else TERMINATE  # what was left has no keyboard
        self._climb("cancelled", KILL if request["immediately"] else politely, time.monotonic())
        return {}

    def _input(self, _client: Client, request: Request) -> Answer:
        if not self._command.has_terminal:
            return {"error": "no terminal"}
        if not self._output.is_open:
            return {"error": "ended"}
        self._type(base64.b64decode(request["data"]))
        return {}

    def _resize(self, _client: Client, request: Request) -> Answer:
        if self._command.has_terminal and self._output.is_open:
            self._command.resize(int(request["columns"]), int(request["rows"]))
        return {}

    def _attach(self, client: Client, _request: Request) -> Answer:
        if not self._command.has_terminal:
            return {"error": "no terminal"}
        if not self._output.is_open:
            return {"error": "ended"}
        client.is_attached = True
        self._command.returns_carriage(enabled=True)
        return {"offset": self._output.written}

    def _type(self, data: bytes) -> None:
        if not self._output.is_open:
            return
        self._command.write_input(data)
        waits = bool(self._command.pending_input)
        if waits != self._input_waits:
            self._input_waits = waits
            self._poll.modify(self._command.fd, select.POLLIN | (select.POLLOUT if waits else 0))


def _drain(fd: int) -> None:
    try:
        while os.read(fd, 4096):
            continue
    except BlockingIOError:
        return
