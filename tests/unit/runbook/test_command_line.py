"""`cockpit runbooks` as a person and a program use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eventa_cockpit.cli import main

TEAM = str(Path(__file__).parent / "files" / "team.ja.md")


@pytest.fixture(autouse=True)
def english_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["runbooks", *arguments, "--json"]) == 0
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    return data


def test_list_as_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    data = listed(capsys, "list", TEAM)
    assert {"runbooks", "escalation", "problems"} <= set(data)
    runbook = data["runbooks"][0]
    assert {"id", "title", "file", "facts", "schedule", "signals", "phases"} <= set(runbook)
    phase = runbook["phases"][1]
    assert (phase["kind"], phase["title"]) == ("mitigate", "緩和策")
    step = phase["steps"][1]
    assert {"number", "title", "text", "risk", "commands", "substeps"} <= set(step)
    assert (step["number"], step["risk"]) == ("2", "change")
    command = step["commands"][0]
    assert {"language", "text", "parameters"} <= set(command)
    assert command["parameters"][0]["name"] == "ADMIN_TOKEN"
    assert data["escalation"][0]["after_minutes"] == 15
    assert data["objectives"]["error_budget_minutes"] == 43
    assert data["runbooks"][3]["schedule"]["frequency"] == "monthly"


def test_a_problem_has_file_line_and_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(b"# X\n\xff")
    (problem,) = listed(capsys, "list", str(tmp_path))["problems"]
    assert (problem["file"], problem["line"]) == (str(tmp_path / "bad.md"), 2)
    assert "UTF-8" in problem["message"]


def test_without_a_path_the_shipped_runbooks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbooks", "list"]) == 0
    assert "決済サービス障害" in capsys.readouterr().out


def test_show_names_each_commands_rule_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbooks", "show", "決済の障害", TEAM]) == 0
    shown = capsys.readouterr().out
    assert "[change]" in shown
    assert "(http.change)" in shown
    assert "ADMIN_TOKEN (secret)" in shown


def test_a_runbook_that_is_not_there_ends_with_two_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbooks", "show", "nothing", TEAM]) == 2
    said = capsys.readouterr().err
    assert "nothing" in said
    assert "決済の障害" in said


def test_so_does_a_path_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbooks", "list", "/nowhere/x.md"]) == 2
    assert "/nowhere/x.md" in capsys.readouterr().err


def test_lint_ends_with_one_when_something_should_be_mended(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbooks", "lint", TEAM]) == 1
    assert "[secret-visible]" in capsys.readouterr().out
    assert main(["runbooks", "lint"]) == 0


def test_a_hostile_title_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_text("# a\x1b[2Jb\u202ec\n1. d\x9b5A\n")
    assert main(["runbooks", "list", str(file)]) == 0
    assert main(["runbooks", "list", str(file), "--json"]) == 0
    assert not set("\x1b\x9b\u202e") & set(capsys.readouterr().out)


RESTART = "# Restart\n\n1. Do it\n   ```sh\n   echo one\n   ```\n"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runbook that nobody approved, and a state folder of its own."""
    monkeypatch.setenv("EVENTA_COCKPIT_STATE", str(tmp_path / "state"))
    path = tmp_path / "rb.md"
    path.write_text(RESTART)
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["runbooks", *arguments]) == status
    return capsys.readouterr().out


def test_allow_lists_what_it_approves_once(capsys: pytest.CaptureFixture[str], book: Path) -> None:
    assert "not approved yet" in said(capsys, "trust", "restart", str(book))
    listed = said(capsys, "allow", str(book), "--yes")
    assert "echo one" in listed
    assert "Approved on this machine: 1." in listed
    assert "nothing to approve" in said(capsys, "allow", str(book))
    assert "1 Do it: approved by" in said(capsys, "trust", "restart", str(book))


def test_a_changed_command_is_listed_as_a_diff(capsys: pytest.CaptureFixture[str], book: Path) -> None:
    said(capsys, "allow", str(book), "--yes")
    book.write_text(RESTART.replace("one", "two"))
    shown = said(capsys, "trust", "restart", str(book))
    assert "changed since" in shown
    assert "-echo one" in shown
    assert "+echo two" in shown


def test_a_no_approves_nothing(capsys: pytest.CaptureFixture[str], book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.confirm", lambda _question: False)
    said(capsys, "allow", str(book), status=1)
    assert "not approved yet" in said(capsys, "trust", "restart", str(book))


def test_the_shipped_runbooks_need_no_approval(capsys: pytest.CaptureFixture[str], book: Path) -> None:
    assert book.exists()
    from eventa_cockpit.runbook.library import shipped_runbooks

    assert "nothing to approve" in said(capsys, "allow", str(shipped_runbooks()))
