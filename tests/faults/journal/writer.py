"""A writer in a process of its own, to be killed: it says on its standard output what was acknowledged."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from eventa_cockpit.domain.event import NoteAdded
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.errors import JournalError
from eventa_cockpit.journal.files import FileJournal

INCIDENT = "INC-1"


def journal(folder: Path, session: str) -> FileJournal:
    return FileJournal(folder, INCIDENT, Responder("writer", os.getuid(), "host", session))


def main() -> None:
    """Arguments: folder, session, text of all notes, how many (0: until killed), largest file in bytes (0: any)."""
    folder, session, text, count, limit = (
        Path(sys.argv[1]),
        sys.argv[2],
        sys.argv[3],
        int(sys.argv[4]),
        int(sys.argv[5]),
    )
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    ours = journal(folder, session)
    number = 0
    while not count or number < count:
        number += 1
        try:
            event = ours.append(NoteAdded(f"{text}{number}"))
        except JournalError as error:
            print("refused", error, flush=True)
        else:
            print("acknowledged", event.number, f"{text}{number}", flush=True)


if __name__ == "__main__":
    main()
