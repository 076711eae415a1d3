"""The launcher: a small process, started before the cockpit has threads, that forks supervisors when asked.

A request is one message on a socket with four descriptors: the run's folder, its lock, the pipe with the specification
and the pipe for the acknowledgement. It is answered by the supervisor itself, on the last of them.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
from collections.abc import Sequence

from eventa_cockpit.runner.supervisor.arrivals import Arrivals
from eventa_cockpit.runner.supervisor.masking import Masker
from eventa_cockpit.runner.supervisor.processes import boot_id, descendants
from eventa_cockpit.runner.supervisor.record import encode, newest
from eventa_cockpit.runner.supervisor.supervising import Supervisor

DESCRIPTORS = 4
PLUGS = 100
"""Objects of each size that fill the holes of the heap: a supervisor that allocated in them would copy a page for each.
Measured with bench/memory.py: 2.05 MB a run without, 1.95 MB with."""


def launch(fd: int) -> None:
    """Serve requests until the cockpit closes its end."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    _rehearse()
    gc.collect()
    _plugs = [bytes(size) for size in range(1, 480, 16) for _ in range(PLUGS)]
    gc.freeze()  # what is loaded stays shared with every supervisor
    gc.disable()  # a supervisor makes no cycles; looking for them would only write to shared pages
    requests = socket.socket(fileno=fd)
    size = array.array("i").itemsize
    while True:
        message, ancillary, _flags, _address = requests.recvmsg(16, socket.CMSG_SPACE(DESCRIPTORS * size))
        if not message:
            return
        descriptors = array.array("i")
        for _level, _kind, data in ancillary:
            descriptors.frombytes(data[: len(data) - len(data) % size])
        if len(descriptors) == DESCRIPTORS:
            supervise_in_child(descriptors, also_close=requests)
        for descriptor in descriptors:
            os.close(descriptor)


def _rehearse() -> None:
    """Have what every supervisor does first done once here: what that loads and caches is then shared as well."""
    masker = Masker(["a rehearsal's secret"])
    masker.feed(b"\x1b[1ma rehearsal\x1b[m\n")
    masker.flush()
    newest(encode(1, json.loads(json.dumps({"state": "rehearsed", "started": 1.5, "left": None}))))
    boot_id()
    scratch = os.memfd_create("rehearsal")
    arrivals = Arrivals(scratch)
    for moment in range(10):  # often enough for the interpreter to settle on how it executes this
        arrivals.note(moment, float(moment))
    os.close(scratch)
    descendants(os.getpid())


def supervise_in_child(descriptors: Sequence[int], also_close: socket.socket | None = None) -> None:
    """Fork twice, so that the supervisor is nobody's child, and return once it is on its own."""
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    try:
        if os.fork() == 0:
            if also_close is not None:
                also_close.close()
            _supervise(*descriptors)
    finally:
        os._exit(0)


def _supervise(folder: int, lock: int, spec: int, ack: int) -> None:
    os.setsid()
    os.set_inheritable(lock, False)
    os.set_inheritable(ack, False)
    os.fchdir(folder)
    os.close(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.close(nothing)
    text = b""
    while part := os.read(spec, 1 << 16):
        text += part
    os.close(spec)

    def acknowledge(failure: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # who asked has gone; the run goes on
            os.write(ack, failure.encode()[:1000] or b"started")
        os.close(ack)

    if _is_abandoned(ack):
        return
    supervisor = Supervisor(json.loads(text))
    try:
        supervisor.supervise(acknowledge)
    except BaseException as error:
        supervisor.note_crash(error)
        raise


def _is_abandoned(ack: int) -> bool:
    """Whether who asked has gone or given up waiting: then the command must not start behind everybody's back."""
    poller = select.poll()
    poller.register(ack, 0)
    return bool(poller.poll(0))
