"""Starts a simulated world in a process of its own, and stops it again. Imports nothing heavy."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from eventa_cockpit.errors import CockpitError
from eventa_cockpit.locale import _
from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.files import variables, write_world_files

FAULTS = ("payment", "database", "frontend")
REQUIRED = ("starlette", "uvicorn", "moto", "flask", "cryptography")
READY_DEADLINE_S = 30.0
STOP_DEADLINE_S = 3.0


class WorldError(CockpitError):
    """The simulated world could not be started."""


class World:
    """A running world. Use as a context manager, or call `stop`."""

    def __init__(
        self, folder: Path, ports: dict[str, int], process: subprocess.Popen[bytes], config_path: Path
    ) -> None:
        self._process = process
        self.folder = folder
        self.ports = ports
        """Listener (`alertmanager`, `loki`, `sentry`, `kubernetes`, `control`, `tls`, `aws`) → port on loopback."""
        self.config_path = config_path
        """Its `cockpit.toml`, with one environment: prod, a drill."""

    @property
    def control_url(self) -> str:
        """Base of the drill's controls: `GET /state`, `POST /fault`, `/clear`, `/speed`."""
        return self.url(sites.CONTROL)

    def url(self, listener: str) -> str:
        return f"http://{sites.HOST}:{self.ports[listener]}"

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables with which curl, aws and kubectl reach this world."""
        return variables(self.folder, self.ports)

    @property
    def admin_token_file(self) -> Path:
        """Holds the bearer token of eventa's admin API."""
        return self.folder / sites.ADMIN_TOKEN_FILE

    @property
    def admin_token(self) -> str:
        return self.admin_token_file.read_text()

    @property
    def distribution(self) -> str:
        """Id of the CDN's distribution."""
        return sites.DISTRIBUTION

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self, deadline_s: float = READY_DEADLINE_S) -> None:
        """Return when everything but AWS answers; raises WorldError with the world's last words otherwise."""
        output = self._process.stdout
        if output is None or output.closed:
            return
        readable, _w, _x = select.select([output], [], [], deadline_s)
        if readable and output.readline() == b"ready\n":
            output.close()
            return
        self.stop()
        log = self.folder / sites.LOG_FILE
        words = log.read_text(errors="replace").strip().splitlines()
        last = words[-1] if words else _("it said nothing")
        message = _("The simulated world did not start: {reason} (see {file})")
        raise WorldError(message.format(reason=last, file=log))

    def wake_aws(self) -> None:
        """Have AWS start now rather than at its first call, which would wait for it."""
        socket.create_connection((sites.HOST, self.ports[sites.AWS]), READY_DEADLINE_S).close()

    def wait(self) -> None:
        """Return when the world has ended, by itself or because something stopped it."""
        self._process.wait()

    def stop(self) -> None:
        """End the process and wait for it; harmless when it has ended already."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            try:
                self._process.wait(STOP_DEADLINE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def launch_world(folder: Path, *, fault: str | None = None, seed: int = 0, speed: float = 1.0) -> World:
    """Start a world and return at once: its sockets accept already, answers come as soon as it is up.

    Raises WorldError when the `demo` extra is not installed or `folder` cannot be written.
    """
    _require_extra()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        listeners = {name: _listener() for name in sites.LISTENERS}
        ports = {name: listener.getsockname()[1] for name, listener in listeners.items()}
        config_path = write_world_files(folder, ports)
        process = _spawn(folder, listeners, fault, seed, speed)
    except OSError as error:
        message = _("The simulated world cannot be set up in {folder}: {reason}")
        raise WorldError(message.format(folder=folder, reason=error.strerror or error)) from error
    for listener in listeners.values():
        listener.close()
    return World(folder, ports, process, config_path)


def start_world(folder: Path, *, fault: str | None = None, seed: int = 0, speed: float = 1.0) -> World:
    """Start a world in `folder` and wait until everything but AWS answers (AWS starts with its first call).

    fault: what is wrong when it opens, since some minutes: `payment`, `database`, `frontend` or nothing.
    speed: simulated seconds a real second. Raises WorldError.
    """
    world = launch_world(folder, fault=fault, seed=seed, speed=speed)
    world.wait_until_ready()
    return world


def _require_extra() -> None:
    missing = [name for name in REQUIRED if find_spec(name) is None]
    if missing:
        message = _("The simulated world needs {names}. Install it with: pip install 'eventa-cockpit[demo]'")
        raise WorldError(message.format(names=", ".join(missing)))


def _listener() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((sites.HOST, 0))
    listener.listen(128)
    return listener


def _spawn(
    folder: Path, listeners: dict[str, socket.socket], fault: str | None, seed: int, speed: float
) -> subprocess.Popen[bytes]:
    settings = {
        "folder": str(folder),
        "parent": os.getpid(),
        "sockets": {name: listener.fileno() for name, listener in listeners.items()},
        "fault": fault,
        "seed": seed,
        "speed": speed,
    }
    with (folder / sites.LOG_FILE).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "eventa_cockpit.simulator.process", json.dumps(settings)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=[listener.fileno() for listener in listeners.values()],
            start_new_session=True,
            bufsize=0,
        )
