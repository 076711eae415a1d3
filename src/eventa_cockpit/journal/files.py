"""The journal as files: one per session, appended to by nobody else, in the incident's folder.

A line counts once `fdatasync` has returned. What a crash or a full disk leaves behind is cut off before the next one is
written. The file is locked as long as its session lives, which tells the others that it does.
"""

from __future__ import annotations

import errno
import os
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from eventa_cockpit.domain.event import Event, Fact
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.errors import JournalError
from eventa_cockpit.journal import claims, moments
from eventa_cockpit.journal.folders import file_mode, make_folder, sync_folder
from eventa_cockpit.journal.lines import NOTHING_SEEN, encode
from eventa_cockpit.journal.locking import is_locked, lock
from eventa_cockpit.journal.protocol import START, Claim, Cursor, Finding, Place, Tail
from eventa_cockpit.journal.reading import SUFFIX, heads_since, journal_name, journals, read_since
from eventa_cockpit.journal.verifying import verify_folder
from eventa_cockpit.locale import _

JOURNAL, CLAIMS = "journal", "claims"
"""Folders within the incident's folder."""
SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FileJournal:
    """One session's part of an incident's journal. Its file is made by the first thing that is written."""

    def __init__(
        self, folder: Path, incident: str, responder: Responder, now: Callable[[], moments.Moment] = moments.now
    ) -> None:
        """`folder` is the incident's own. Raises ValueError for a session id that cannot be part of a file's name."""
        if not SESSION.fullmatch(responder.session):
            raise ValueError(responder.session)
        self._folder = folder / JOURNAL
        self._claims = folder / CLAIMS
        self._incident = incident
        self._responder = responder
        self._now = now
        self._name = journal_name(responder.uid, responder.session)
        self._fd = -1
        self._size = 0
        """Bytes of our file up to the end of the last line that counts."""
        self._is_torn = False
        """A write failed, and what it left behind could not be cut off."""
        self._own = Place()
        self._read = START
        """How far this session has read the others, at least."""
        self._told: dict[str, str] = {}
        """Heads of the others that our own lines have named already."""
        self._lock = threading.Lock()

    @property
    def incident(self) -> str:
        return self._incident

    @property
    def responder(self) -> Responder:
        return self._responder

    @property
    def path(self) -> Path:
        """Our own file."""
        return self._folder / (self._name + SUFFIX)

    def append(self, fact: Fact, key: str = "") -> Event:
        with self._lock:
            try:
                self._open()
                event, line = self._next(fact, key)
                self._write(line)
            except OSError as error:
                raise JournalError(self._not_recorded(error)) from error
            self._size = os.fstat(self._fd).st_size
            self._own = Place(self._size, event.number, event.lamport, event.hash)
            self._told.update(event.seen)
            return event

    def read(self) -> tuple[Event, ...]:
        return tuple(sorted(self.tail().events, key=lambda event: event.order))

    def tail(self, since: Cursor = START) -> Tail:
        try:
            tail = read_since(self._folder, since)
        except OSError as error:
            raise JournalError(
                _("The record in {folder} cannot be read: {reason}.").format(folder=self._folder, reason=error.strerror)
            ) from error
        with self._lock:
            self._read = _later(self._read, tail.cursor)
        return tail

    def claim(self, name: str) -> Claim:
        with self._lock:
            try:
                self._open()  # a claim without a locked file would look like a dead session's
                return claims.take(self._claims, name, self._responder)
            except OSError as error:
                raise JournalError(self._not_recorded(error)) from error

    def release(self, name: str) -> None:
        try:
            claims.give_back(self._claims, name, self._responder)
        except OSError as error:
            raise JournalError(self._not_recorded(error)) from error

    def is_open(self, session: str) -> bool:
        for name in journals(self._folder):
            if name.partition("-")[2] == session and is_locked(self._folder / (name + SUFFIX)):
                return True
        return False

    def verify(self) -> tuple[Finding, ...]:
        return verify_folder(self._folder, self._incident)

    def close(self) -> None:
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    def _open(self) -> None:
        """Our own file, locked, without the unfinished line that a crash may have left."""
        if self._fd >= 0:
            return
        make_folder(self._folder)
        is_new = not self.path.exists()
        fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            lock(fd)
            if is_new:
                os.fchmod(fd, file_mode(self._folder))
                os.fsync(fd)
                sync_folder(self._folder)
            else:
                self._own = heads_since(self._folder, START).places.get(self._name, Place())
                os.ftruncate(fd, self._own.offset)
        except BlockingIOError as error:
            os.close(fd)
            raise OSError(errno.EBUSY, _("another process writes it")) from error
        except OSError:
            os.close(fd)
            raise
        self._fd = fd
        self._size = self._own.offset

    def _next(self, fact: Fact, key: str) -> tuple[Event, bytes]:
        self._read = heads_since(self._folder, self._read)
        others = {name: place for name, place in self._read.places.items() if name != self._name}
        lamport = 1 + max([self._own.lamport, *(place.lamport for place in others.values())])
        seen = {name: place.head for name, place in others.items() if place.head and self._told.get(name) != place.head}
        moment = self._now()
        event = Event(
            incident=self._incident,
            session=self._responder.session,
            number=self._own.number + 1,
            lamport=lamport,
            uid=self._responder.uid,
            name=self._responder.name,
            at=moment.at,
            boot_id=moment.boot_id,
            monotonic=moment.monotonic,
            fact=fact,
            key=key,
            previous=self._own.head,
            seen=MappingProxyType(seen) if seen else NOTHING_SEEN,
        )
        line, digest = encode(event)
        return replace(event, hash=digest), line

    def _write(self, line: bytes) -> None:
        """All of it, durably, or nothing of it."""
        if self._is_torn:
            os.ftruncate(self._fd, self._size)
            self._is_torn = False
        try:
            view = memoryview(self._separator() + line)
            while view:
                view = view[os.write(self._fd, view) :]
            os.fdatasync(self._fd)
        except OSError:
            self._cut_back()
            raise

    def _cut_back(self) -> None:
        try:
            os.ftruncate(self._fd, self._size)
        except OSError:  # the next append tries again; until then readers see an unfinished line, which is none
            self._is_torn = True

    def _separator(self) -> bytes:
        """Ends a line that somebody else has left unfinished in our file; theirs is kept, and `verify` reports it."""
        size = os.fstat(self._fd).st_size
        is_ended = size in {0, self._size} or os.pread(self._fd, 1, size - 1) == b"\n"
        self._size = size
        return b"" if is_ended else b"\n"

    def _not_recorded(self, error: OSError) -> str:
        if error.errno in NO_ROOM:
            return _("Nothing can be recorded in {folder}: no room is left. Make some (df -h {folder}).").format(
                folder=self._folder
            )
        return _("Nothing can be recorded in {file}: {reason}.").format(file=self.path, reason=error.strerror)


def _later(one: Cursor, other: Cursor) -> Cursor:
    """Of each file the place further on."""
    places = dict(one.places)
    for name, place in other.places.items():
        if name not in places or place.offset > places[name].offset:
            places[name] = place
    return Cursor(MappingProxyType(places))
