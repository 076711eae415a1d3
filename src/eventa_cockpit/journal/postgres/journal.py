"""One session's part of an incident's journal, as rows that only it adds.

A line counts once its transaction is committed. Whether one that broke off was committed is looked up before it is
written again, so that nothing is doubled. The session's advisory lock tells the others that it lives.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from eventa_cockpit.domain.event import Event, Fact, StepStarted
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.errors import JournalError
from eventa_cockpit.journal import moments
from eventa_cockpit.journal.lines import NOTHING_SEEN, decode, decode_head, encode
from eventa_cockpit.journal.postgres.connection import Connection
from eventa_cockpit.journal.protocol import START, Claim, Cursor, Finding, Place, Tail
from eventa_cockpit.journal.reading import journal_name
from eventa_cockpit.journal.verifying import verify_parts
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    import psycopg

NEWER = """
SELECT l.part, l.line FROM cockpit_lines l
LEFT JOIN unnest(%s::text[], %s::bigint[]) AS known(part, number) USING (part)
WHERE l.incident = %s AND l.number > coalesce(known.number, 0) ORDER BY l.part, l.number
"""
"""What each part has beyond what is known of it. A part has one writer, so its numbers have no gap that fills later."""
NAMESPACE = 0x63_6F_63_6B


@dataclass(frozen=True, slots=True)
class _Draft:
    event: Event
    line: bytes
    number: int
    """Its place in our part."""


class PostgresJournal:
    """Use from any thread. Needs the incident to exist in the store."""

    def __init__(
        self,
        connection: Connection,
        incident: str,
        responder: Responder,
        now: Callable[[], moments.Moment] = moments.now,
    ) -> None:
        """`connection` is this journal's own: its lock says that the session lives."""
        self._connection = connection
        self._incident = incident
        self._responder = responder
        self._now = now
        self._part = journal_name(responder.uid, responder.session)
        self._heads = START
        """How far every part was read by this writer, our own included."""
        self._told: dict[str, str] = {}
        self._claims: dict[str, int] = {}
        """Claim of ours → generation of the connection under which it was taken."""
        self._locked = 0
        """Generation of the connection that holds our lock."""
        self._lock = threading.Lock()

    @property
    def incident(self) -> str:
        return self._incident

    @property
    def responder(self) -> Responder:
        return self._responder

    def append(self, fact: Fact, key: str = "") -> Event:
        with self._lock:
            drafts: list[_Draft] = []
            try:
                self._connection.run(lambda connection: self._append(connection, fact, key, drafts))
            except JournalError:
                if not drafts:
                    raise
                self._connection.run(lambda connection: self._settle(connection, drafts[0]))
            event = drafts[0].event
            self._told.update(event.seen)
            return event

    def read(self) -> tuple[Event, ...]:
        return tuple(sorted(self.tail().events, key=lambda event: event.order))

    def tail(self, since: Cursor = START) -> Tail:
        rows = self._connection.run(lambda connection: self._newer(connection, since))
        events: list[Event] = []
        places = dict(since.places)
        for part, line in rows:
            known = places.get(part, Place())
            event = decode(line)
            if event is None:
                places[part] = replace(known, offset=known.offset + 1)
                continue
            events.append(event)
            lamport = max(known.lamport, event.lamport)
            places[part] = Place(known.offset + 1, event.number, lamport, event.hash)
        return Tail(tuple(events), Cursor(MappingProxyType(places)))

    def claim(self, name: str) -> Claim:
        with self._lock:
            return self._connection.run(lambda connection: self._claim(connection, name))

    def release(self, name: str) -> None:
        ours = (self._incident, name, self._responder.session)
        statement = "DELETE FROM cockpit_claims WHERE incident = %s AND name = %s AND session = %s"
        with self._lock:
            self._connection.run(lambda connection: connection.execute(statement, ours))
            self._claims.pop(name, None)

    def is_open(self, session: str) -> bool:
        try:
            return self._connection.run(lambda connection: self._is_locked(connection, session))
        except JournalError:  # who cannot be asked is taken to live: nobody's claim is taken from them meanwhile
            return True

    def verify(self) -> tuple[Finding, ...]:
        return verify_rows(self._connection, self._incident)

    def close(self) -> None:
        self._connection.close()

    # Within a transaction

    def _append(self, connection: psycopg.Connection[Any], fact: Fact, key: str, drafts: list[_Draft]) -> None:
        """`drafts` gets the line before it is written, for whoever has to find out what became of it."""
        self._hold_lock(connection)
        self._check_claim(fact)
        self._heads = self._heads_since(connection, self._heads)
        own = self._heads.places.get(self._part, Place())
        others = {name: place for name, place in self._heads.places.items() if name != self._part}
        lamport = 1 + max([own.lamport, *(place.lamport for place in others.values())])
        seen = {name: place.head for name, place in others.items() if place.head and self._told.get(name) != place.head}
        moment = self._now()
        event = Event(
            self._incident,
            self._responder.session,
            own.number + 1,
            lamport,
            self._responder.uid,
            self._responder.name,
            moment.at,
            moment.boot_id,
            moment.monotonic,
            fact,
            key,
            own.head,
            MappingProxyType(seen) if seen else NOTHING_SEEN,
        )
        line, digest = encode(event)
        draft = _Draft(replace(event, hash=digest), line, own.offset + 1)
        drafts.append(draft)
        insert(connection, self._incident, self._part, draft.number, line)

    def _settle(self, connection: psycopg.Connection[Any], draft: _Draft) -> None:
        """The connection broke while a line was written: find out whether it is there, and write it if it may be.

        The server may still be at work on the first try; the second one then waits for it and changes nothing.
        """
        place = (self._incident, self._part, draft.number)
        if not isinstance(draft.event.fact, StepStarted):  # whose claim may be another's by now
            insert(connection, *place, draft.line)
        found = connection.execute(
            "SELECT line FROM cockpit_lines WHERE incident = %s AND part = %s AND number = %s", place
        ).fetchone()
        if found is None or bytes(found[0]) != draft.line:
            raise JournalError(
                _("The connection to {place} broke off while this was written, and it is not on record.").format(
                    place=self._connection.place
                )
            )

    def _heads_since(self, connection: psycopg.Connection[Any], since: Cursor) -> Cursor:
        places = dict(since.places)
        for part, line in self._newer(connection, since):
            known, head = places.get(part, Place()), decode_head(line)
            if head is None:
                places[part] = replace(known, offset=known.offset + 1)
            else:
                places[part] = Place(known.offset + 1, head.number, max(known.lamport, head.lamport), head.hash)
        return Cursor(MappingProxyType(places))

    def _newer(self, connection: psycopg.Connection[Any], since: Cursor) -> list[tuple[str, bytes]]:
        names = list(since.places)
        offsets = [since.places[name].offset for name in names]
        return [
            (part, bytes(line).rstrip(b"\n"))
            for part, line in connection.execute(NEWER, (names, offsets, self._incident)).fetchall()
        ]

    def _claim(self, connection: psycopg.Connection[Any], name: str) -> Claim:
        self._hold_lock(connection)
        responder = self._responder
        connection.execute(
            "INSERT INTO cockpit_claims (incident, name, session, by_name, uid) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            (self._incident, name, responder.session, responder.name, responder.uid),
        )
        held = connection.execute(
            "SELECT session, by_name, uid FROM cockpit_claims WHERE incident = %s AND name = %s",
            (self._incident, name),
        ).fetchone()
        if held is None:
            raise JournalError(_("Somebody gave the claim {name} back at this moment. Try again.").format(name=name))
        session, by, uid = held
        is_ours = session == responder.session and uid == responder.uid
        if is_ours:
            self._claims[name] = self._connection.generation
        return Claim(name, session, by, uid, is_ours=is_ours)

    def _check_claim(self, fact: Fact) -> None:
        """Nobody starts what another may have taken over while the connection was away."""
        if not isinstance(fact, StepStarted):
            return
        if self._claims.get(fact.run_id, self._connection.generation) != self._connection.generation:
            raise JournalError(
                _("The connection to {place} broke off before the start was on record. Start it anew.").format(
                    place=self._connection.place
                )
            )

    def _hold_lock(self, connection: psycopg.Connection[Any]) -> None:
        if self._locked == self._connection.generation:
            return
        connection.execute("SELECT pg_advisory_lock(%s, %s)", lock_key(self._incident, self._responder.session))
        self._locked = self._connection.generation

    def _is_locked(self, connection: psycopg.Connection[Any], session: str) -> bool:
        namespace, key = lock_key(self._incident, session)
        found = connection.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid = %s::bigint::oid AND objid = %s::bigint::oid",
            (namespace & 0xFFFFFFFF, key & 0xFFFFFFFF),
        ).fetchone()
        return found is not None


def insert(connection: psycopg.Connection[Any], incident: str, part: str, number: int, line: bytes) -> None:
    """Add one line to a part, unless its place is taken: then that line stays."""
    head = decode(line.rstrip(b"\n"))
    kind = type(head.fact).__name__ if head is not None else ""
    connection.execute(
        "INSERT INTO cockpit_lines (incident, part, number, kind, line) VALUES (%s, %s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING",
        (incident, part, number, kind, line),
    )


def part_rows(connection: Connection, incident: str) -> dict[str, bytes]:
    """Name of each part → its lines."""
    statement = "SELECT part, line FROM cockpit_lines WHERE incident = %s ORDER BY part, number"
    rows = connection.run(lambda open_: open_.execute(statement, (incident,)).fetchall())
    parts: dict[str, bytearray] = {}
    for part, line in rows:
        parts.setdefault(part, bytearray()).extend(bytes(line))
    return {part: bytes(lines) for part, lines in parts.items()}


def verify_rows(connection: Connection, incident: str) -> tuple[Finding, ...]:
    return verify_parts([(name, None, data) for name, data in part_rows(connection, incident).items()], incident)


def lock_key(incident: str, session: str) -> tuple[int, int]:
    """Two signed 32-bit numbers, as an advisory lock wants them."""
    digest = hashlib.sha256(f"{incident}\0{session}".encode()).digest()
    return NAMESPACE, int.from_bytes(digest[:4], "big", signed=True)
