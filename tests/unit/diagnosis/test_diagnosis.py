"""The doctor: each thing that can be missing is found, and mended by a sentence."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from eventa_cockpit.cli.doctor import print_json, print_lines
from eventa_cockpit.config import Alertmanager, Config, EnvironmentConfig, load_config
from eventa_cockpit.runbook.library import load_library, shipped_runbooks
from eventa_cockpit.services.diagnosis import Finding, Verdict, diagnose
from eventa_cockpit.services.diagnosis.places import file_system_of
from eventa_cockpit.services.diagnosis.tools import programs_of


class LoginPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Please sign in</html>")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        return


@pytest.fixture
def login_page() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), LoginPage)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def config_of(environment: EnvironmentConfig, **more: object) -> Config:
    return Config(environments={"prod": environment}, environment="prod", **more)  # type: ignore[arg-type]


def found(config: Config, area: str, subject: str) -> Finding:
    return next(finding for finding in diagnose(config) if finding.area == area and finding.subject.startswith(subject))


def test_without_a_configuration_it_says_how_to_make_one() -> None:
    finding = found(load_config(), "configuration", "file")

    assert finding.verdict is Verdict.WARNING
    assert "cockpit config init" in finding.remedy


def test_a_machine_without_programs_has_no_shell_and_names_who_needs_what(tmp_path: Path) -> None:
    config = config_of(EnvironmentConfig(variables={"PATH": str(tmp_path)}))
    findings = {finding.subject: finding for finding in diagnose(config) if finding.area == "tools"}

    assert findings["bash"].verdict is Verdict.MISSING
    assert findings["kubectl"].verdict is Verdict.MISSING
    assert "needed by" in findings["kubectl"].text
    assert "kubernetes.io" in findings["kubectl"].remedy


def test_the_programs_of_the_runbooks_are_those_that_their_commands_call() -> None:
    programs = programs_of(load_library([shipped_runbooks()]))

    assert {"aws", "curl", "kubectl"} <= set(programs)
    assert not {"echo", "cd", "if", "then", "["} & set(programs)


def test_a_secret_is_tried_and_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THERE", "a-secret-value")
    config = config_of(EnvironmentConfig(secrets={"A": "env:THERE", "B": "env:NOT_THERE", "C": "prompt:"}))
    findings = list(diagnose(config))
    verdicts = {finding.subject: finding.verdict for finding in findings if finding.area == "secrets"}

    assert verdicts == {"A": Verdict.OK, "B": Verdict.MISSING, "C": Verdict.OK}
    assert "a-secret-value" not in repr(findings)


def test_an_upstream_that_is_not_there_is_missing_with_a_remedy() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    config = config_of(EnvironmentConfig(alertmanager=Alertmanager(urls=[f"http://127.0.0.1:{port}"])))

    finding = found(config, "upstreams", "Alertmanager")

    assert finding.verdict is Verdict.MISSING
    assert "firewall" in finding.remedy


def test_an_upstream_that_answers_with_a_login_page_is_recognised(login_page: str) -> None:
    config = config_of(EnvironmentConfig(alertmanager=Alertmanager(urls=[login_page])))

    finding = found(config, "upstreams", "Alertmanager")

    assert finding.verdict is Verdict.MISSING
    assert "login page" in finding.remedy


def test_runbooks_that_are_not_there_and_runbooks_with_problems_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "broken.md").write_bytes(b"# \xff\xfe\n")
    config = config_of(EnvironmentConfig(), runbooks=[str(folder), str(tmp_path / "none")])
    findings = [finding for finding in diagnose(config) if finding.area == "runbooks"]

    assert any(finding.verdict is Verdict.MISSING and finding.subject == str(tmp_path / "none") for finding in findings)
    assert any("broken.md:1" in finding.subject and "cockpit runbooks lint" in finding.remedy for finding in findings)


def test_a_state_folder_that_cannot_be_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("EVENTA_COCKPIT_STATE", str(tmp_path / "file" / "state"))

    finding = found(config_of(EnvironmentConfig()), "state", "folder")

    assert finding.verdict is Verdict.MISSING
    assert "Not a directory" in finding.remedy


def test_the_file_system_is_that_of_the_nearest_mount() -> None:
    assert file_system_of(Path("/proc/self")) == "proc"


def test_something_missing_gives_status_one_in_lines_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    findings = [
        Finding("tools", "bash", Verdict.OK, "/bin/bash"),
        Finding("tools", "k6", Verdict.MISSING, "not found", "Install k6: \x1b[31mhostile"),
    ]

    assert print_lines(findings) == 1
    lines = capsys.readouterr().out
    assert "✓ ok       bash: /bin/bash" in lines
    assert "✗ missing  k6: not found" in lines
    assert "\x1b[31mhostile" not in lines
    assert print_json(findings) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["findings"][1]["verdict"] == "missing"
    assert print_lines(findings[:1]) == 0


def test_a_list_of_signers_that_others_may_write_is_found(tmp_path: Path) -> None:
    signers = tmp_path / "allowed_signers"
    assert found(config_of(EnvironmentConfig(), trusted_signers=signers), "runbooks", "trusted_signers").verdict is (
        Verdict.MISSING
    )
    signers.touch(mode=0o600)
    signers.chmod(0o666)
    finding = found(config_of(EnvironmentConfig(), trusted_signers=signers), "runbooks", "trusted_signers")
    assert (finding.verdict, "others may write it" in finding.text) == (Verdict.MISSING, True)
    signers.chmod(0o644)
    finding = found(config_of(EnvironmentConfig(), trusted_signers=signers), "runbooks", "trusted_signers")
    assert finding.verdict is Verdict.OK
