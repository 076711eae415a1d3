"""What every test may rely on: English sentences, a state folder of its own, and no network beyond loopback."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from eventa_cockpit.locale import use_language

NO_SKIPS = bool(os.environ.get("COCKPIT_NO_SKIPS"))
"""Set where every program is installed: a skip there is a hole in the net, so it fails."""

FOREIGN_VARIABLES = (
    "EVENTA_COCKPIT_CONFIG",
    "EVENTA_COCKPIT_STATE",
    "AWS_PROFILE",
    "AWS_ENDPOINT_URL",
    "KUBECONFIG",
    "NO_COLOR",
    "TMUX",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)

_foreign_calls: list[str] = []


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cockpit's state folder during one test; nobody's own folders, credentials or proxies are looked at."""
    for name in FOREIGN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "state"
    monkeypatch.setenv("EVENTA_COCKPIT_STATE", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config-home"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "config-dirs"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return folder


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuses connections to other machines, and fails the test that tried one."""
    _foreign_calls.clear()
    yield
    assert not _foreign_calls, f"reached for the network: {', '.join(_foreign_calls)}"


def is_near(host: object) -> bool:
    if host in {None, "", "localhost"} or not isinstance(host, str | bytes):
        return True
    name = host.decode() if isinstance(host, bytes) else host
    if name.endswith((".localhost", ".invalid", ".test")):  # RFC 6761: never anybody's
        return True
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return name == socket.gethostname()
    return address.is_loopback or address.is_unspecified


def refuse_foreign_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_near(host):
        _foreign_calls.append(f"{event} {host!r}")
        raise OSError(errno.ENETUNREACH, "tests stay on loopback")


sys.addaudithook(refuse_foreign_hosts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if NO_SKIPS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report
