"""An SSH connection may end in any way: the step goes on, and whoever connects again sees all of it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from tests.e2e.survival.seen import SeenChannel, SeenPty
from tests.e2e.survival.walk import Desk, desk_in, seen, settle, start_step
from tests.faults.repeats import repeats
from tests.faults.runs.harness import Report
from tests.faults.runs.test_connections import Server

pytestmark = [pytest.mark.apt, pytest.mark.timeout(180)]

TRIES = repeats(3, 20)


def client_killed(client: SeenPty, _server: Server) -> None:
    os.kill(client.pid, signal.SIGKILL)


def socket_destroyed(_client: SeenPty, server: Server) -> None:
    """By the kernel, which needs CONFIG_INET_DIAG_DESTROY; else by the end of the server's process."""
    ss = shutil.which("ss", path="/usr/bin:/usr/sbin:/bin")
    if ss is not None:
        done = subprocess.run(
            [ss, "-K", "-tn", "dst", "127.0.0.1", "dport", "=", f":{server.port}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if f":{server.port}" in done.stdout:
            return
    server.kill_connections()


ENDINGS = {"client killed": client_killed, "socket destroyed": socket_destroyed}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_dropped_connection_costs_nothing(
    ending: str, sshd: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(f"cockpit over OpenSSH, {ending}")
    for number in range(TRIES):
        with desk_in(tmp_path / str(number)) as desk:
            client = SeenPty([*sshd.client, desk.command_line], variables=desk.variables)
            try:
                start_step(client)
                ENDINGS[ending](client, sshd)
                client.exit_status()
            finally:
                client.close()
            settle(desk, report)
    report.conclude(capsys)


def test_a_connection_without_a_terminal_is_refused_in_words_and_harms_nothing(
    sshd: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("cockpit over OpenSSH, no terminal")
    for number in range(TRIES):
        with desk_in(tmp_path / str(number)) as desk:
            with seen(desk) as first:
                start_step(first)
                refused = subprocess.run(
                    ["ssh", "-T", *sshd.client[2:], desk.command_line],
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
                )  # fmt: skip
            assert (refused.returncode, refused.stdout) == (2, "")
            assert "ssh -t" in refused.stderr
            settle(desk, report)
    report.conclude(capsys)


def connected(desk: Desk, server: Server) -> SeenChannel:
    return SeenChannel(server.port, str(server.key), desk.command_line)


def test_another_client_may_abort(sshd: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("cockpit over asyncssh, connection aborted")
    for number in range(TRIES):
        with desk_in(tmp_path / str(number)) as desk:
            channel = connected(desk, sshd)
            try:
                start_step(channel)
                channel.abort()
            finally:
                channel.close()
            settle(desk, report)
    report.conclude(capsys)


def test_a_terminal_may_change_its_size_while_a_step_runs(
    sshd: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("cockpit over asyncssh, resized, then aborted")
    for number in range(TRIES):
        with desk_in(tmp_path / str(number)) as desk:
            channel = connected(desk, sshd)
            try:
                start_step(channel)
                for columns, rows in ((80, 24), (50, 12), (200, 60), (120, 40)):
                    channel.resize(columns, rows)
                    channel.wait_until(lambda text: rows_of(text) == (columns, rows), f"{columns}x{rows} drawn")  # noqa: B023
            finally:
                channel.close()
            settle(desk, report)
    report.conclude(capsys)


def rows_of(text: str) -> tuple[int, int]:
    """The size in which the screen is drawn: its clock ends the first row, its keys are the last."""
    rows = text.split("\n")
    width = len(rows[0].rstrip()) if re.search(r"\d\d:\d\d:\d\d\s*$", rows[0]) else 0
    return width, max((number for number, row in enumerate(rows, start=1) if row.strip()), default=0)
