"""One real PostgreSQL server for all of these tests, and a new database for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.postgres.server import Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with TemporaryDirectory(prefix="pg") as folder, running(Path(folder)) as found:
        yield found


@pytest.fixture
def url(server: Server) -> str:
    return server.database()
