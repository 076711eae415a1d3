"""`cockpit watch`: a real process under a service manager's socket, and a `status` that reads what it has read."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.loopback import Loopback, answer, answer_json, by_path, running
from tests.contract.vendors import alert, summary

from eventa_cockpit.cli import main

PATIENCE_S = 40.0


@pytest.fixture
def upstream() -> Iterator[Loopback]:
    with running() as loopback:
        says(loopback, [])
        yield loopback


def says(upstream: Loopback, alerts: list[Any]) -> None:
    page = summary("none", API="operational")
    upstream.behaviour = by_path(alerts=answer_json(alerts), summary_json=answer_json(page))


@pytest.fixture
def config(tmp_path: Path, upstream: Loopback) -> Path:
    file = tmp_path / "cockpit.toml"
    file.write_text(
        f"""
[environments.prod.alertmanager]
urls = ["{upstream.url}"]
watchdog = ""
every = 1
[environments.prod.status_pages.Stripe]
url = "{upstream.url}"
every = 1
"""
    )
    return file


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket of a service manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(PATIENCE_S)
        yield listener


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def watch(config: Path, manager: socket.socket) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(**variables: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "NOTIFY_SOCKET": manager.getsockname(), "LC_ALL": "C.UTF-8", **variables}
        command = [
            sys.executable,
            "-c",
            "from eventa_cockpit.entry import main; main()",
            "--config",
            str(config),
            "watch",
        ]
        started.append(
            subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, start_new_session=True,
            )
        )  # fmt: skip
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def told(manager: socket.socket, beginning: str) -> None:
    """Waits until the service manager is told something that begins like this."""
    while True:
        message = manager.recv(4096).decode()
        if message.startswith(beginning):
            return


def line_of(process: subprocess.Popen[str], *words: str) -> str:
    """The next line with all these words."""
    assert process.stdout is not None
    for line in process.stdout:
        if all(word in line for word in words):
            return line
    pytest.fail(f"it ended without a line about {words}")


def test_it_is_ready_beats_and_ends_in_order(watch: Start, manager: socket.socket) -> None:
    process = watch(WATCHDOG_USEC="400000")
    told(manager, "READY=1")
    told(manager, "STATUS=good: 2")
    told(manager, "WATCHDOG=1")
    process.send_signal(signal.SIGTERM)
    told(manager, "STOPPING=1")
    said, _nothing = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert said.rstrip().endswith("Ended by SIGTERM.")


def test_each_change_of_state_is_one_line(watch: Start, upstream: Loopback) -> None:
    process = watch(JOURNAL_STREAM="8:1")
    assert line_of(process, "Watching") == "Watching eventa prod.\n"
    assert line_of(process, "Asked by") == "Asked by this cockpit for all that watch the same.\n"
    line_of(process, "✓ good", "Alertmanager", "Nothing is firing.")
    says(upstream, [alert("DiskFull")])
    line_of(process, "✗ critical", "Alertmanager", "DiskFull")
    upstream.behaviour = answer(b"", status=503)
    line_of(process, "✗ critical", "Alertmanager", "stale", "it answers with a server error.")
    says(upstream, [])
    line_of(process, "✓ good", "Alertmanager", "fresh")
    process.terminate()
    said, _nothing = process.communicate(timeout=PATIENCE_S)
    assert said.count("Alertmanager") == 0


def test_status_reads_what_a_watch_has_read(
    watch: Start, upstream: Loopback, config: Path, manager: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    process = watch()
    told(manager, "STATUS=good: 2")
    process.send_signal(signal.SIGSTOP)
    count = len(upstream.requests)
    assert main(["--config", str(config), "--language", "en", "status", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["asked_by"]["pid"] == process.pid
    assert {feed["key"] for feed in data["feeds"]} == {"alerts", "status:Stripe"}
    assert len(upstream.requests) == count
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert main(["--config", str(config), "--language", "en", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["asked_by"] is None
    assert len(upstream.requests) > count


def test_a_second_watch_stands_by_and_takes_over(watch: Start, manager: socket.socket) -> None:
    first = watch(JOURNAL_STREAM="8:1")
    line_of(first, "Asked by this cockpit")
    second = watch(JOURNAL_STREAM="8:1")
    line_of(second, "Asked by", f"(pid {first.pid})")
    first.kill()
    line_of(second, "Asked by this cockpit")


def test_without_an_upstream_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch"]) == 2
    assert "There is nothing to watch" in capsys.readouterr().err
