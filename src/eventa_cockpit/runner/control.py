"""Control of a run from any cockpit that may reach its socket: cancel, type, resize."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

from eventa_cockpit.errors import RunError
from eventa_cockpit.locale import _, mark
from eventa_cockpit.runner.observing import status
from eventa_cockpit.runner.supervisor.processes import marked, send

ANSWER_S = 5.0
LOOK_S = 0.01
SENTENCES = {
    "ended": mark("It has already ended."),
    "no terminal": mark('It has no terminal to type into: its fence says "pty": false.'),
    "malformed": mark("The supervisor did not understand: it is of another version of the cockpit."),
    "unknown": mark("The supervisor did not understand: it is of another version of the cockpit."),
}


def cancel(run_dir: Path, by: str, *, immediately: bool = False) -> None:
    """Ask the command to end: INT, then TERM, then KILL, each after the grace; at once with KILL if `immediately`.

    `by` is the responder's name; the kernel adds the uid. Asking again changes nothing, but for `immediately`. Raises
    RunError when there is no supervisor to ask or nothing is left to end.
    """
    ask(run_dir, op="cancel", by=by, immediately=immediately)


def send_input(run_dir: Path, data: bytes) -> None:
    """Type `data` into the command's terminal. Raises RunError when it has none or has ended."""
    ask(run_dir, op="input", data=base64.b64encode(data).decode())


def resize(run_dir: Path, columns: int, rows: int) -> None:
    """Tell the command's terminal its new size. Raises RunError when nobody is there to be told."""
    ask(run_dir, op="resize", columns=columns, rows=rows)


def end_survivors(run_dir: Path) -> int:
    """Kill what a lost run left, as far as this user may; returns how many processes are still there.

    A run whose supervisor lives is cancelled instead; this is for when there is none to ask.
    """
    run_id = status(run_dir).run_id
    until = time.monotonic() + ANSWER_S
    while (survivors := marked(run_id)) and time.monotonic() < until:
        send(signal.SIGSTOP, survivors)
        send(signal.SIGKILL, survivors)
        time.sleep(LOOK_S)
    return len(survivors)


def ask(run_dir: Path, **request: Any) -> dict[str, Any]:
    """One request and its answer, on a connection of its own. Raises RunError."""
    with connect(run_dir) as connection:
        return exchange(connection, request)


def connect(run_dir: Path) -> socket.socket:
    """A connection to the run's supervisor, by way of the folder's descriptor: socket paths end at 108 bytes."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWER_S)
    try:
        folder = os.open(run_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            connection.connect(f"/proc/self/fd/{folder}/sock")
        finally:
            os.close(folder)
    except PermissionError as error:
        connection.close()
        raise RunError(
            _("You may not control this run: {folder} belongs to another user's group.").format(folder=run_dir)
        ) from error
    except OSError as error:
        connection.close()
        raise RunError(_("Its supervisor is not there any more, so it cannot be reached.")) from error
    return connection


def exchange(connection: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
    """Send one request and read its answer. Raises RunError."""
    try:
        connection.sendall(json.dumps(request).encode() + b"\n")
        line = b""
        while not line.endswith(b"\n"):
            part = connection.recv(1)
            if not part:
                raise RunError(_("Its supervisor ended before it answered."))
            line += part
    except OSError as error:
        raise RunError(_("Its supervisor did not answer in time.")) from error
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise RunError(_(SENTENCES.get(answer["error"], SENTENCES["unknown"])))
    return answer
