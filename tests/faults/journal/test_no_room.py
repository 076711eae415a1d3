"""A full disk: what cannot be recorded is refused in a sentence, and what was recorded stays whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.journal.writer import journal

from eventa_cockpit.domain.event import NoteAdded
from eventa_cockpit.errors import JournalError

WRITER = Path(__file__).with_name("writer.py")
LIMIT = 8000


def write_until_full(folder: Path, limit: int) -> list[list[str]]:
    """What a writer says whose file may have `limit` bytes, word by word."""
    command = [sys.executable, str(WRITER), str(folder), "full", "note", "40", str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split(" ", 2) for line in done.stdout.splitlines()]


def texts(folder: Path) -> list[str]:
    return [event.fact.text for event in journal(folder, "reader").read() if isinstance(event.fact, NoteAdded)]


@pytest.mark.parametrize("limit", range(LIMIT, LIMIT + 400, 80))
def test_a_full_disk_refuses_events_and_keeps_those_it_took(tmp_path: Path, limit: int) -> None:
    said = write_until_full(tmp_path, limit)
    taken = [words[2] for words in said if words[0] == "acknowledged"]

    assert 0 < len(taken) < 40
    assert {words[0] for words in said[len(taken) :]} == {"refused"}
    assert texts(tmp_path) == taken
    assert journal(tmp_path, "reader").verify() == ()


def test_the_refusal_says_what_to_do(tmp_path: Path) -> None:
    refused = " ".join(write_until_full(tmp_path, 500)[-1])

    assert "Nothing can be recorded" in refused
    assert f"df -h {tmp_path}" in refused


def test_with_room_again_the_session_goes_on(tmp_path: Path) -> None:
    taken = [words[2] for words in write_until_full(tmp_path, LIMIT) if words[0] == "acknowledged"]
    again = journal(tmp_path, "full")
    again.append(NoteAdded("room again"))

    assert texts(tmp_path) == [*taken, "room again"]
    assert again.verify() == ()


def test_a_place_where_nothing_can_be_made_is_named() -> None:
    with pytest.raises(JournalError, match="/proc/incident"):
        journal(Path("/proc/incident"), "a").append(NoteAdded("x"))


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("")

    with pytest.raises(JournalError, match=str(tmp_path)):
        journal(tmp_path, "a").append(NoteAdded("x"))
