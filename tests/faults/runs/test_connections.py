"""Runs outlive what a responder sits behind: tmux and SSH, however those end."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.faults.repeats import repeats
from tests.faults.runs.harness import Report, closed, end, finished, output, wait_for
from tests.faults.runs.test_survival import HALF, SCRIPT, WHOLE, let_go

from eventa_cockpit.runner.observing import status
from eventa_cockpit.runner.supervisor.processes import descendants, send

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.apt


def command_line(run_dir: Path) -> str:
    settings = json.dumps({"run_dir": str(run_dir), "script": SCRIPT, "prefork": True})
    return f"cd {ROOT} && exec {sys.executable} -m tests.faults.runs.one_cockpit '{settings}'"


def check(name: str, count: int, folder: Path, begin: Callable[[Path], Callable[[], object]], capsys) -> None:
    """`begin` starts a cockpit behind something and returns what breaks it off."""
    folder.mkdir(parents=True)
    report = Report(name)
    for number in range(count):
        run_dir = folder / f"run-{number}"
        break_off = begin(run_dir)
        wait_for(
            lambda run_dir=run_dir: (run_dir / "output.log").exists() and output(run_dir) == HALF, "half of the output"
        )
        break_off()
        let_go(run_dir)
        finished(run_dir)
        verdict = closed(run_dir)
        report.note(lost=output(run_dir) != WHOLE, wrong=verdict.exit_code != 7, detail=str(verdict))
    report.conclude(capsys)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize("ending", ["kill-server", "kill -9 of the server"])
def test_tmux_may_end(ending, tmp_path, capsys):
    tmux = ["tmux", "-f", "/dev/null", "-S", str(tmp_path / "tmux")]

    def begin(run_dir: Path) -> Callable[[], object]:
        subprocess.run([*tmux, "new-session", "-d", "-x", "80", "-y", "24", command_line(run_dir)], check=True)
        pid = subprocess.run([*tmux, "display-message", "-p", "#{pid}"], capture_output=True, check=True).stdout
        if ending == "kill-server":
            return lambda: subprocess.run([*tmux, "kill-server"], check=True)
        return lambda: os.kill(int(pid), signal.SIGKILL)

    check(f"tmux, {ending}", repeats(2, 2), tmp_path / "runs", begin, capsys)


@dataclass(frozen=True)
class Server:
    """An SSH server on loopback."""

    process: subprocess.Popen[bytes]
    port: int
    key: Path

    @property
    def client(self) -> list[str]:
        """OpenSSH's command line for it, with a terminal."""
        client = ["ssh", "-tt", "-F", "/dev/null", "-i", str(self.key), "-p", str(self.port)]
        for option in ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"):
            client += ["-o", option]
        return [*client, "root@127.0.0.1"]

    def kill_connections(self) -> None:
        """The server's own end of all connections."""
        children = descendants(self.process.pid)
        sshds = [pid for pid in children if Path(f"/proc/{pid}/comm").read_text().startswith("sshd")]
        send(signal.SIGKILL, sshds)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Server]:
    program = shutil.which("sshd", path="/usr/sbin:/usr/bin")
    if program is None or os.getuid() != 0:
        pytest.skip("no sshd, or no right to start one")
    Path("/run/sshd").mkdir(exist_ok=True)
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / key], check=True)
    shutil.copy(tmp_path / "user.pub", tmp_path / "authorized")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "Port": port, "ListenAddress": "127.0.0.1", "HostKey": tmp_path / "host", "UsePAM": "no", "StrictModes": "no",
        "AuthorizedKeysFile": tmp_path / "authorized", "PidFile": "none", "PermitRootLogin": "yes",
        "ClientAliveInterval": 1, "ClientAliveCountMax": 2,
    }  # fmt: skip
    arguments = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
    server = subprocess.Popen([program, "-D", "-e", "-f", "/dev/null", *arguments], stderr=subprocess.DEVNULL)
    wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, "sshd to listen")
    yield Server(server, port, tmp_path / "user")
    server.terminate()
    server.wait()


CLIENT_SIGNALS = {"client killed": signal.SIGKILL, "client hung up": signal.SIGHUP, "client silent": signal.SIGSTOP}


@pytest.mark.parametrize("ending", ["client killed", "client hung up", "client silent", "server's end killed"])
def test_an_ssh_connection_may_end(ending, sshd, tmp_path, capsys):
    clients: list[subprocess.Popen[bytes]] = []

    def begin(run_dir: Path) -> Callable[[], object]:
        client = subprocess.Popen(
            [*sshd.client, command_line(run_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        clients.append(client)
        if ending not in CLIENT_SIGNALS:
            return sshd.kill_connections
        return lambda: client.send_signal(CLIENT_SIGNALS[ending])

    try:
        check(f"SSH, {ending}", repeats(2, 2), tmp_path / "runs", begin, capsys)
    finally:
        for client in clients:
            client.kill()
            client.communicate()
        for run_dir in (tmp_path / "runs").glob("run-*"):
            if run_dir.is_dir() and status(run_dir).is_supervised:
                end(run_dir)


def test_another_ssh_client_may_destroy_its_socket(sshd, tmp_path, capsys):
    asyncssh = pytest.importorskip("asyncssh")
    with asyncio.Runner() as loop:

        async def open_terminal(run_dir: Path) -> Any:
            connection = await asyncssh.connect(
                "127.0.0.1", sshd.port, username="root", client_keys=[str(sshd.key)], known_hosts=None, config=None
            )
            await connection.create_process(command_line(run_dir), term_type="xterm")
            return connection

        def begin(run_dir: Path) -> Callable[[], object]:
            return loop.run(open_terminal(run_dir)).abort

        check("SSH, socket destroyed", repeats(2, 2), tmp_path / "runs", begin, capsys)
