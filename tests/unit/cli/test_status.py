"""`cockpit status`: what scripts and chats are told, and by which exit status."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.loopback import Loopback, answer, answer_json, by_path, running
from tests.contract.vendors import alert, summary

from eventa_cockpit.cli import main

Answers = dict[str, Any]


@pytest.fixture
def upstream() -> Iterator[Loopback]:
    with running() as loopback:
        yield loopback


@pytest.fixture
def config(tmp_path: Path, upstream: Loopback) -> Path:
    file = tmp_path / "cockpit.toml"
    file.write_text(
        f"""
[environments.prod]
production = true
[environments.prod.alertmanager]
urls = ["{upstream.url}"]
watchdog = ""
deadline = 5
[environments.prod.status_pages.Stripe]
url = "{upstream.url}"
deadline = 5
"""
    )
    return file


@pytest.fixture
def status(config: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(*arguments: str, language: str = "en") -> tuple[int, str]:
        code = main(["--config", str(config), "--language", language, "status", *arguments])
        return code, capsys.readouterr().out

    return run


def says(upstream: Loopback, alerts: list[Any], page: dict[str, Any]) -> None:
    upstream.behaviour = by_path(alerts=answer_json(alerts), summary_json=answer_json(page))


def test_all_is_well(upstream: Loopback, status: Callable[..., tuple[int, str]]) -> None:
    says(upstream, [], summary("none", API="operational"))
    code, said = status()
    assert code == 0
    assert said.splitlines()[0].startswith("eventa prod  20")
    assert "✓ good  Alertmanager  ✓ fresh <30s  Nothing is firing." in said
    assert "✓ good  Stripe  ✓ fresh <30s  operational" in said


def test_something_critical_is_named_first_and_ends_with_one(
    upstream: Loopback, status: Callable[..., tuple[int, str]]
) -> None:
    says(upstream, [alert("DiskFull")], summary("none", API="operational"))
    code, said = status()
    assert code == 1
    assert said.splitlines()[1] == "✗ critical  Alertmanager  ✓ fresh <30s  1 firing: DiskFull ✗"


def test_a_warning_is_no_alarm(upstream: Loopback, status: Callable[..., tuple[int, str]]) -> None:
    labels = {"alertname": "Slow", "severity": "warning"}
    says(upstream, [alert("Slow", labels=labels)], summary("minor", API="degraded_performance"))
    code, said = status()
    assert code == 0
    assert said.count("⚠ warning") == 2


def test_an_upstream_that_fails_is_unknown_and_ends_with_three(
    upstream: Loopback, status: Callable[..., tuple[int, str]]
) -> None:
    upstream.behaviour = by_path(
        alerts=answer(b"", status=503), summary_json=answer_json(summary("none", A="operational"))
    )
    code, said = status()
    assert code == 3
    assert said.splitlines()[1].startswith("? unknown  Alertmanager  ? unknown  it answers with a server error.")


def test_what_is_critical_outweighs_what_is_unknown(upstream: Loopback, status: Callable[..., tuple[int, str]]) -> None:
    upstream.behaviour = by_path(alerts=answer(b"", status=503), summary_json=answer_json(summary("critical")))
    assert status()[0] == 1


def test_it_speaks_japanese(upstream: Loopback, status: Callable[..., tuple[int, str]]) -> None:
    says(upstream, [alert("DiskFull")], summary("none", API="operational"))
    _code, said = status(language="ja")
    assert "✗ 重大  Alertmanager  ✓ 最新 30秒以内  発報 1: DiskFull ✗" in said


def test_the_json_says_the_same(upstream: Loopback, status: Callable[..., tuple[int, str]]) -> None:
    says(upstream, [alert("DiskFull")], summary("none", API="operational"))
    code, said = status("--json")
    data = json.loads(said)
    assert (data["version"], data["service"], data["environment"]) == (1, "eventa", "prod")
    assert data["exit_status"] == code == 1
    feed = next(feed for feed in data["feeds"] if feed["key"] == "alerts")
    assert set(feed) == {
        "key", "vendor", "level", "freshness", "at", "age_s", "next_try", "failure", "summary", "value",
    }  # fmt: skip
    assert (feed["level"], feed["freshness"], feed["failure"]) == ("critical", "fresh", None)
    assert feed["value"]["alerts"][0]["labels"]["alertname"] == "DiskFull"


def test_the_json_says_why_there_is_nothing(upstream: Loopback, status: Callable[..., tuple[int, str]]) -> None:
    upstream.behaviour = answer(b"", status=404)
    code, said = status("--json")
    feed = json.loads(said)["feeds"][0]
    assert code == 3
    assert (feed["level"], feed["freshness"], feed["value"], feed["at"]) == ("unknown", "unknown", None, None)
    assert (feed["failure"]["kind"], feed["failure"]["tries"]) == ("not_found", 1)


def test_each_upstream_is_asked_once(upstream: Loopback, status: Callable[..., tuple[int, str]]) -> None:
    says(upstream, [], summary("none", API="operational"))
    status()
    assert sorted(request.path for request in upstream.requests) == ["/api/v2/alerts", "/api/v2/summary.json"]


def test_nothing_configured_is_not_good_news(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 3
    assert "No upstream is configured" in capsys.readouterr().out
