"""All incidents of a team in one database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eventa_cockpit.domain.event import Event
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.journal.lines import decode
from eventa_cockpit.journal.postgres.connection import Connection, Password
from eventa_cockpit.journal.postgres.journal import PostgresJournal, insert, part_rows, verify_rows
from eventa_cockpit.journal.protocol import Finding, Journal
from eventa_cockpit.journal.store import OUTLINE, check_names, new_lines

if TYPE_CHECKING:
    import psycopg


class PostgresStore:
    """Everything in it is shared with all bastions; the output of runs stays where they ran."""

    def __init__(self, url: str, password: Password = lambda: None) -> None:
        """`password` gives the database's password, where the address or the client's own files do not."""
        self._url = url
        self._password = password
        self._connection = Connection(url, password)

    @property
    def place(self) -> str:
        return self._connection.place

    def names(self) -> tuple[str, ...]:
        rows = self._connection.run(lambda open_: open_.execute("SELECT id FROM cockpit_incidents").fetchall())
        return tuple(sorted(name for (name,) in rows))

    def create(self, prefix: str) -> str:
        check_names(prefix)
        return self._connection.run(lambda open_: _create(open_, prefix))

    def begin(self, incident: str) -> None:
        check_names(incident)
        statement = "INSERT INTO cockpit_incidents (id) VALUES (%s) ON CONFLICT DO NOTHING"
        self._connection.run(lambda open_: open_.execute(statement, (incident,)))

    def outline(self, incident: str) -> tuple[Event, ...]:
        statement = "SELECT line FROM cockpit_lines WHERE incident = %s AND kind = ANY(%s)"
        kinds = [kind.__name__ for kind in OUTLINE]
        rows = self._connection.run(lambda open_: open_.execute(statement, (incident, kinds)).fetchall())
        found = (decode(bytes(line).rstrip(b"\n")) for (line,) in rows)
        return tuple(event for event in found if event is not None)

    def journal(self, incident: str, responder: Responder) -> Journal:
        return PostgresJournal(Connection(self._url, self._password), incident, responder)

    def verify(self, incident: str) -> tuple[Finding, ...]:
        return verify_rows(self._connection, incident)

    def parts(self, incident: str) -> Mapping[str, bytes]:
        return part_rows(self._connection, incident)

    def put_part(self, incident: str, name: str, lines: bytes) -> int:
        check_names(incident, name)
        known = part_rows(self._connection, incident).get(name, b"")
        new = new_lines(known, lines, f"{self.place} {incident} {name}")
        first = known.count(b"\n") + 1
        return self._connection.run(lambda open_: _put(open_, incident, name, first, new))

    def close(self) -> None:
        self._connection.close()


def _create(connection: psycopg.Connection[Any], prefix: str) -> str:
    """Under a lock, so that two who declare at once get two numbers."""
    connection.execute("LOCK TABLE cockpit_incidents IN SHARE ROW EXCLUSIVE MODE")
    rows = connection.execute(
        "SELECT substr(id, %s) FROM cockpit_incidents WHERE starts_with(id, %s)", (len(prefix) + 1, prefix)
    ).fetchall()
    number = max((int(tail) for (tail,) in rows if tail.isdecimal()), default=0) + 1
    connection.execute("INSERT INTO cockpit_incidents (id) VALUES (%s)", (f"{prefix}{number}",))
    return f"{prefix}{number}"


def _put(connection: psycopg.Connection[Any], incident: str, name: str, first: int, new: bytes) -> int:
    connection.execute("INSERT INTO cockpit_incidents (id) VALUES (%s) ON CONFLICT DO NOTHING", (incident,))
    lines = new.split(b"\n")[:-1]
    for number, line in enumerate(lines, first):
        insert(connection, incident, name, number, line + b"\n")
    return len(lines)
