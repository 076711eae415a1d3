from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.unit.session.test_incidents import incidents

from eventa_cockpit.cli import main


@pytest.fixture
def damaged(state_folder: Path) -> Path:
    """A state folder with a whole incident and one with a changed line."""
    asyncio.run(incidents(state_folder).declare("whole"))
    asyncio.run(incidents(state_folder).declare("damaged"))
    place = next((state_folder / "incidents" / "INC-20261124-2").rglob("*.jsonl"))
    place.write_bytes(place.read_bytes().replace(b'"damaged"', b'"harmless"'))
    return place


def test_a_whole_record_is_said_to_be_whole(state_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(incidents(state_folder).declare("slow"))

    assert main(["verify"]) == 0
    assert "every line is as it was written" in capsys.readouterr().out


def test_a_changed_line_is_named_and_ends_with_status_1(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == 1
    assert f"INC-20261124-2 {damaged.name}:1: This line was changed" in capsys.readouterr().out


def test_one_incident_can_be_checked_alone(damaged: Path) -> None:
    assert main(["verify", "INC-20261124-1"]) == 0
    assert main(["verify", "INC-20261124-2"]) == 1


def test_findings_are_given_as_data_too(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--json"]) == 1
    whole, changed = json.loads(capsys.readouterr().out)["incidents"]

    assert whole == {"id": "INC-20261124-1", "findings": []}
    assert changed["findings"][0] | {"message": ""} == {
        "file": damaged.name,
        "line": 1,
        "kind": "changed",
        "is_damage": True,
        "message": "",
    }


def test_an_incident_that_does_not_exist_is_one_sentence(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "INC-1"]) == 2
    assert "There is no incident INC-1" in capsys.readouterr().err


def test_without_incidents_there_is_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == 0
    assert "There is no incident" in capsys.readouterr().out
