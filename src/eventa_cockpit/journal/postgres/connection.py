"""One connection to the team's database: opened when it is needed, again after it broke, and never waited for long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.errors import JournalError
from eventa_cockpit.journal.postgres.schema import LOCK, SCHEMA, VERSION
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
Password = Callable[[], str | None]
CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 5_000
OPTIONS = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "application_name": "eventa-cockpit",
    "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={STATEMENT_TIMEOUT_MS} "
    "-c synchronous_commit=on",
    # A peer that is gone without a word is noticed within seconds: https://www.postgresql.org/docs/current/libpq-connect.html
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": STATEMENT_TIMEOUT_MS,
}
GREETED: set[str] = set()
"""Addresses whose tables this process has seen to."""


class Connection:
    """Use from any thread, one call at a time."""

    def __init__(self, url: str, password: Password = lambda: None) -> None:
        self._url = url
        self._password = password
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.RLock()
        self.generation = 0
        """Counts the connections: what hangs on one, such as a lock, is gone with it."""

    @property
    def place(self) -> str:
        """Host and database, without user and password."""
        return place_of(self._url)

    def run(self, work: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Do some work in one transaction. Raises JournalError; then it is not known whether it was committed."""
        import psycopg

        with self._lock:
            try:
                connection = self._opened()
                with connection.transaction():
                    return work(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                self.close()
                raise JournalError(self._unreachable(error)) from error
            except psycopg.Error as error:
                raise JournalError(
                    _("The record in {place} refuses this: {reason}.").format(place=self.place, reason=_first(error))
                ) from error

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _opened(self) -> psycopg.Connection[Any]:
        import psycopg

        if self._connection is None or self._connection.closed:
            connection = psycopg.connect(self._url, autocommit=True, **self._secret(), **OPTIONS)  # type: ignore[arg-type]
            self._connection = connection
            self.generation += 1
            if self._url not in GREETED:
                _make_tables(connection)
                GREETED.add(self._url)
        return self._connection

    def _secret(self) -> dict[str, str]:
        password = self._password()
        return {"password": password} if password else {}

    def _unreachable(self, error: Exception) -> str:
        return _("The record in {place} cannot be reached: {reason}. Is the database up? (cockpit doctor)").format(
            place=self.place, reason=_first(error)
        )


def place_of(url: str) -> str:
    """What may be shown of a database's address."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    port = f":{parts.port}" if parts.port else ""
    return clean_line(f"postgresql://{host}{port}{parts.path}")


def _make_tables(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        found = connection.execute("SELECT to_regclass('cockpit_schema')").fetchone()
        if found is None or found[0] is None:
            connection.execute(SCHEMA)
            connection.execute("INSERT INTO cockpit_schema VALUES (%s)", (VERSION,))
            return
        version = connection.execute("SELECT max(version) FROM cockpit_schema").fetchone()
        if version is None or version[0] != VERSION:
            raise JournalError(
                _("The record in {place} was made by another version of the cockpit (its format is {version}).").format(
                    place=connection.info.dbname, version=version[0] if version else "?"
                )
            )


def _first(error: Exception) -> str:
    """The first line of what the database says; the others repeat the statement."""
    lines = str(error).strip().splitlines()
    return clean_line(lines[0]).rstrip(".") if lines else type(error).__name__
