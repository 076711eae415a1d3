"""`cockpit incidents` and `cockpit postmortem`, as a script or a person at a plain terminal runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventa_cockpit.domain.event import Fact, IncidentClosed, IncidentDeclared, NoteAdded
from eventa_cockpit.domain.obligation import ObligationOpened
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.journal.store import FileStore


def run_cockpit(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("cockpit")), "--state", str(state), "--language", "en", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60)


def written(state: Path, title: str, *more: Fact) -> str:
    store = FileStore(state / "incidents")
    incident = store.create("INC-20261125-")
    journal = store.journal(incident, Responder("sato", os.getuid(), "host", "s1"))
    journal.append(IncidentDeclared(title, "prod", "eventa"))
    for fact in more:
        journal.append(fact)
    journal.close()
    return incident


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_incidents_are_listed_newest_first_with_their_state(state: Path) -> None:
    first = written(state, "payments fail", IncidentClosed("over"))
    second = written(state, "database is slow")
    lines = run_cockpit(state, "incidents", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [second, first]
    assert "open" in lines[0]
    assert "closed" in lines[1]


def test_a_list_for_scripts_is_json(state: Path) -> None:
    written(state, "payments fail", IncidentClosed("over"))
    second = written(state, "database is slow")
    found = json.loads(run_cockpit(state, "incidents", "list", "--json", "--open").stdout)
    assert [entry["id"] for entry in found["incidents"]] == [second]


def test_one_incident_is_shown_with_what_is_owed_and_its_timeline(state: Path) -> None:
    incident = written(state, "payments fail", ObligationOpened("o", "maintenance is on"), NoteAdded("looking"))
    shown = run_cockpit(state, "incidents", "show", incident).stdout
    assert "to be undone: maintenance is on" in shown
    assert "note: looking" in shown


def test_an_export_holds_every_fact(state: Path) -> None:
    incident = written(state, "payments fail", NoteAdded("決済"))
    data = json.loads(run_cockpit(state, "incidents", "export", incident).stdout)
    assert [entry["kind"] for entry in data["timeline"]] == ["IncidentDeclared", "NoteAdded"]


def test_a_postmortem_is_written_where_it_is_asked_for(state: Path, tmp_path: Path) -> None:
    incident = written(state, "payments fail", IncidentClosed("over"))
    done = run_cockpit(state, "postmortem", incident, "--to", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "# Postmortem: payments fail" in (tmp_path / "out" / f"postmortem-{incident}.md").read_text()


@pytest.mark.parametrize("command", [("incidents", "show"), ("incidents", "export"), ("postmortem",)])
def test_an_incident_that_there_is_not_is_one_sentence(state: Path, command: tuple[str, ...]) -> None:
    done = run_cockpit(state, *command, "INC-0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no incident INC-0" in done.stderr


def test_a_place_that_cannot_be_written_is_one_sentence(state: Path, tmp_path: Path) -> None:
    incident = written(state, "payments fail")
    (tmp_path / "file").write_text("")
    done = run_cockpit(state, "postmortem", incident, "--to", str(tmp_path / "file" / "below"))
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
