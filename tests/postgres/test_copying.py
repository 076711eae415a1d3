"""Moving the record between files and a database, and back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventa_cockpit.domain.event import IncidentDeclared, NoteAdded
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.errors import JournalError
from eventa_cockpit.journal.postgres.store import PostgresStore
from eventa_cockpit.journal.store import FileStore, Store
from eventa_cockpit.services.storing import copy


def run_cockpit(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("cockpit")), "--language", "en", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60)


def written(store: Store, *texts: str, session: str = "a") -> str:
    """An incident with these notes."""
    incident = store.create("INC-20261123-")
    journal = store.journal(incident, Responder("sato", os.getuid(), "host", session))
    journal.append(IncidentDeclared("決済が失敗している", "prod"))
    for text in texts:
        journal.append(NoteAdded(text))
    journal.close()
    return incident


def test_a_record_goes_to_the_database_and_back_byte_for_byte(tmp_path: Path, url: str) -> None:
    files, database, back = FileStore(tmp_path / "a"), PostgresStore(url), FileStore(tmp_path / "b")
    incident = written(files, "one", "two\nlines")
    copy(files, database)
    copy(database, back)

    assert files.parts(incident) == database.parts(incident) == back.parts(incident)
    assert database.verify(incident) == back.verify(incident) == ()


def test_copying_again_brings_only_what_is_new(tmp_path: Path, url: str) -> None:
    files, database = FileStore(tmp_path), PostgresStore(url)
    incident = written(files, "one")
    assert [copied.lines for copied in copy(files, database)] == [2]
    assert [copied.lines for copied in copy(files, database)] == [0]
    files.journal(incident, Responder("ken", os.getuid(), "host", "b")).append(NoteAdded("later"))
    assert [copied.lines for copied in copy(files, database)] == [1]
    assert database.verify(incident) == ()


def test_a_target_that_went_on_by_itself_is_not_written_over(tmp_path: Path, url: str) -> None:
    files, database = FileStore(tmp_path), PostgresStore(url)
    written(files, "ours")
    written(database, "theirs")
    with pytest.raises(JournalError, match="other lines"):
        copy(files, database)


def test_a_list_of_incidents_is_the_same_from_either_place(tmp_path: Path, url: str) -> None:
    files, database = FileStore(tmp_path), PostgresStore(url)
    incident = written(files)
    copy(files, database)
    assert database.names() == files.names() == (incident,)
    assert database.outline(incident) == files.outline(incident)


def test_incidents_that_are_declared_at_once_get_numbers_of_their_own(url: str) -> None:
    stores = [PostgresStore(url) for _number in range(4)]
    assert sorted(store.create("INC-20261123-") for store in stores) == [f"INC-20261123-{n}" for n in range(1, 5)]


def test_the_command_copies_and_says_what_it_did(tmp_path: Path, url: str) -> None:
    incident = written(FileStore(tmp_path / "state" / "incidents"), "one")
    done = run_cockpit("journal", "copy", str(tmp_path / "state"), url)
    assert done.returncode == 0, done.stderr
    assert f"{incident}: 2 new lines in 1 parts" in done.stdout


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    written(FileStore(tmp_path / "incidents"))
    done = run_cockpit("journal", "copy", str(tmp_path), "postgresql://someone:hunter22@127.0.0.1:9/none")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "cannot be reached" in done.stderr
    assert "hunter22" not in done.stderr
