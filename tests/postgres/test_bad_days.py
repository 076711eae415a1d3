"""The record in PostgreSQL on bad days: broken connections, a server that is gone and comes back, a lost commit."""

from __future__ import annotations

import os
import threading

import pytest
from tests.postgres.server import Server

from eventa_cockpit.domain.event import NoteAdded, StepStarted
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.errors import JournalError
from eventa_cockpit.journal.postgres.store import PostgresStore
from eventa_cockpit.journal.protocol import Journal

NOTES = 150


def session(url: str, name: str) -> Journal:
    store = PostgresStore(url)
    return store.journal("INC-1", Responder(name, os.getuid(), "host", name))


def notes(journal: Journal) -> list[str]:
    return [event.fact.text for event in journal.read() if isinstance(event.fact, NoteAdded)]


def test_connections_that_break_lose_and_double_nothing_that_was_acknowledged(server: Server, url: str) -> None:
    journals = [session(url, name) for name in "abc"]
    acknowledged: list[str] = []
    refused: list[str] = []
    is_done = threading.Event()

    def write(journal: Journal) -> None:
        for number in range(NOTES):
            text = f"{journal.responder.session}{number}"
            try:
                journal.append(NoteAdded(text))
            except JournalError:
                refused.append(text)
            else:
                acknowledged.append(text)

    def break_them() -> None:
        while not is_done.wait(0.05):
            server.break_connections(url.split("///")[1].partition("?")[0])

    breaking = threading.Thread(target=break_them)
    breaking.start()
    threads = [threading.Thread(target=write, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_done.set()
    breaking.join()

    reader = session(url, "reader")
    found = notes(reader)
    print(
        f"\n{len(acknowledged)} tried, {len(set(acknowledged) - set(found))} lost, {len(found) - len(set(found))} wrong"
    )
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found))
    assert set(found) <= set(acknowledged) | set(refused)
    assert reader.verify() == ()


def test_a_server_that_is_gone_is_a_sentence_and_one_that_is_back_goes_on(server: Server, url: str) -> None:
    journal = session(url, "a")
    journal.append(NoteAdded("before"))
    server.stop()
    try:
        with pytest.raises(JournalError, match="cannot be reached"):
            journal.append(NoteAdded("meanwhile"))
        with pytest.raises(JournalError):
            journal.read()
        assert journal.is_open("anybody"), "who cannot be asked is taken to live"
    finally:
        server.start()
    journal.append(NoteAdded("after"))

    assert notes(journal) == ["before", "after"]
    assert journal.verify() == ()


def test_a_start_whose_claim_may_have_been_taken_over_is_not_put_on_record(server: Server, url: str) -> None:
    journal = session(url, "a")
    assert journal.claim("mitigate.1-001").is_ours
    server.break_connections(url.split("///")[1].partition("?")[0])
    with pytest.raises(JournalError):
        journal.read()

    with pytest.raises(JournalError, match="anew"):
        journal.append(StepStarted("rb", "mitigate.1", "mitigate.1-001", "true"))
    assert journal.read() == ()


def test_a_session_whose_process_is_gone_is_not_open(url: str) -> None:
    one, other = session(url, "a"), session(url, "b")
    one.append(NoteAdded("here"))
    assert other.is_open("a")
    one.close()
    assert not other.is_open("a")


def test_nobody_changes_a_line(url: str) -> None:
    import psycopg

    session(url, "a").append(NoteAdded("as it was"))
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (
            "UPDATE cockpit_lines SET line = ''",
            "DELETE FROM cockpit_lines",
            "TRUNCATE cockpit_lines",
        ):
            with pytest.raises(psycopg.Error, match="neither changed nor removed"):
                connection.execute(statement)  # type: ignore[arg-type]


def test_a_line_that_the_databases_owner_forged_is_found(url: str) -> None:
    import psycopg

    journal = session(url, "a")
    journal.append(NoteAdded("one"))
    journal.append(NoteAdded("two"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE cockpit_lines DISABLE TRIGGER ALL")
        forged = "convert_to(replace(convert_from(line, 'UTF8'), 'one', 'own'), 'UTF8')"
        connection.execute(f"UPDATE cockpit_lines SET line = {forged} WHERE number = 1")  # type: ignore[arg-type]
    assert [finding.is_damage for finding in journal.verify()][:1] == [True]
