"""Where journals are kept: one place for all incidents of a team, as files or in a database."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from eventa_cockpit.domain.event import Event, IncidentClosed, IncidentDeclared
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.domain.response import IncidentMerged, IncidentReopened
from eventa_cockpit.errors import JournalError
from eventa_cockpit.journal.files import JOURNAL, FileJournal
from eventa_cockpit.journal.folders import file_mode, make_folder, sync_folder
from eventa_cockpit.journal.protocol import Finding, Journal
from eventa_cockpit.journal.reading import SUFFIX, events_of_kinds, journals, read_bytes
from eventa_cockpit.journal.verifying import verify_folder
from eventa_cockpit.locale import _

OUTLINE = (IncidentDeclared, IncidentClosed, IncidentReopened, IncidentMerged)
"""Kinds of facts that a list of incidents is made from."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What may be the name of an incident or of one session's part of its journal."""


class Store(Protocol):
    """All incidents of one place. Everything blocks and raises JournalError when the place cannot be reached."""

    @property
    def place(self) -> str:
        """Where it is, in words that may be shown: no password."""

    def names(self) -> tuple[str, ...]:
        """Ids of all incidents, in order."""

    def create(self, prefix: str) -> str:
        """The id of a new incident: `prefix` and the next free number. No two callers get the same."""

    def begin(self, incident: str) -> None:
        """An incident of this id, unless there is one: of several who begin it, all get the same."""

    def outline(self, incident: str) -> tuple[Event, ...]:
        """What a list has to know of it: the events of the kinds in OUTLINE."""

    def journal(self, incident: str, responder: Responder) -> Journal:
        """One session's way into it."""

    def verify(self, incident: str) -> tuple[Finding, ...]:
        """Everything that is wrong with its journal."""

    def parts(self, incident: str) -> Mapping[str, bytes]:
        """Name of each session's part → its lines, byte for byte."""

    def put_part(self, incident: str, name: str, lines: bytes) -> int:
        """Take in a part from another place, as it is; returns how many lines were new.

        Raises JournalError when another text stands there already: nobody's record is written over.
        """

    def close(self) -> None:
        """Let go of connections."""


class FileStore:
    """Incidents as folders, below the state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> str:
        return str(self._folder)

    def names(self) -> tuple[str, ...]:
        try:
            if not self._folder.is_dir():
                return ()
            return tuple(sorted(path.name for path in self._folder.iterdir() if path.is_dir()))
        except OSError as error:
            raise self._unreadable(error) from error

    def create(self, prefix: str) -> str:
        try:
            make_folder(self._folder)
            number = _next(prefix, self.names())
            while True:
                try:  # making a folder fails if it exists, so no two get the same
                    make_folder(self._folder / f"{prefix}{number}", exist_ok=False)
                except FileExistsError:
                    number += 1
                    continue
                return f"{prefix}{number}"
        except OSError as error:
            raise self._unrecorded(error) from error

    def begin(self, incident: str) -> None:
        check_names(incident)
        try:
            make_folder(self._folder / incident)
        except OSError as error:
            raise self._unrecorded(error) from error

    def outline(self, incident: str) -> tuple[Event, ...]:
        try:
            return tuple(events_of_kinds(self._folder / incident / JOURNAL, OUTLINE))
        except OSError as error:
            raise self._unreadable(error) from error

    def journal(self, incident: str, responder: Responder) -> Journal:
        return FileJournal(self._folder / incident, incident, responder)

    def verify(self, incident: str) -> tuple[Finding, ...]:
        return verify_folder(self._folder / incident / JOURNAL, incident)

    def parts(self, incident: str) -> Mapping[str, bytes]:
        folder = self._folder / incident / JOURNAL
        try:
            return {name: read_bytes(folder / (name + SUFFIX)) for name in journals(folder)}
        except OSError as error:
            raise self._unreadable(error) from error

    def put_part(self, incident: str, name: str, lines: bytes) -> int:
        check_names(incident, name)
        folder = self._folder / incident / JOURNAL
        path = folder / (name + SUFFIX)
        try:
            make_folder(folder)
            known = read_bytes(path)
            new = new_lines(known, lines, f"{path}")
            if not new:
                return 0
            fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(fd, "wb", buffering=0) as file:
                os.fchmod(fd, file_mode(folder))
                file.write(new)
                os.fsync(fd)
            sync_folder(folder)
        except OSError as error:
            raise JournalError(
                _("Nothing can be recorded in {file}: {reason}.").format(file=path, reason=error.strerror)
            ) from error
        return new.count(b"\n")

    def close(self) -> None:
        """Nothing is held."""

    def _unrecorded(self, error: OSError) -> JournalError:
        sentence = _("The incident cannot be recorded in {folder}: {reason}.")
        return JournalError(sentence.format(folder=self._folder, reason=error.strerror))

    def _unreadable(self, error: OSError) -> JournalError:
        return JournalError(
            _("The incidents in {folder} cannot be read: {reason}.").format(folder=self._folder, reason=error.strerror)
        )


def new_lines(known: bytes, lines: bytes, place: str) -> bytes:
    """The whole lines of `lines` that come after `known`. Raises JournalError when one is not the other's beginning."""
    whole = lines[: lines.rfind(b"\n") + 1]
    if known.startswith(whole):
        return b""
    if not whole.startswith(known):
        raise JournalError(
            _("{place} holds other lines than the ones to be copied; nothing was changed.").format(place=place)
        )
    return whole[len(known) :]


def check_names(*names: str) -> None:
    """Raises JournalError for a name from elsewhere that could lead out of its place."""
    for name in names:
        if not NAME.fullmatch(name):
            raise JournalError(_('"{name}" cannot be the name of an incident or of a part of it.').format(name=name))


def _next(prefix: str, names: Iterable[str]) -> int:
    taken = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    return max((int(number) for number in taken if number.isdecimal()), default=0) + 1
