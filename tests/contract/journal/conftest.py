"""Every implementation of a journal, behind one way to open a session of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.postgres.server import Server, running

from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.journal.files import FileJournal
from eventa_cockpit.journal.postgres.store import PostgresStore
from eventa_cockpit.journal.protocol import Journal

OpenSession = Callable[[str], Journal]
"""Session id → its journal of the one incident of the test."""

INCIDENT = "INC-20261123-1"


def responder(session: str) -> Responder:
    return Responder(f"name of {session}", os.getuid(), "host", session)


def in_postgres(url: str) -> OpenSession:
    store = PostgresStore(url)
    return lambda session: store.journal(INCIDENT, responder(session))


def in_files(folder: Path) -> OpenSession:
    return lambda session: FileJournal(folder / INCIDENT, INCIDENT, responder(session))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with TemporaryDirectory(prefix="pg") as folder, running(Path(folder)) as found:
        yield found


@pytest.fixture(params=["files", "postgres"])
def open_session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenSession]:
    opened: list[Journal] = []
    make = in_files(tmp_path) if request.param == "files" else in_postgres(request.getfixturevalue("server").database())

    def open_one(session: str) -> Journal:
        opened.append(make(session))
        return opened[-1]

    yield open_one
    for journal in opened:
        journal.close()
