"""The record of an incident as far as this session has read it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from eventa_cockpit.domain.incident import Fold, Incident
from eventa_cockpit.journal.protocol import START, Journal


class Record:
    """Reads on from where it stood. `catch_up` blocks; it may be called from any thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._cursor = START
        self._fold = Fold()
        self._incident = Incident(id=journal.incident)
        self._lock = threading.Lock()  # a task that was cancelled leaves its thread behind

    @property
    def incident(self) -> Incident:
        """As of the last `catch_up`; frozen, and safe to look at while another one goes on."""
        return self._incident

    def catch_up(self) -> bool:
        """Take in what was written since; returns whether that changed anything. Raises JournalError."""
        with self._lock, _collector_paused():
            tail = self._journal.tail(self._cursor)
            self._cursor = tail.cursor
            if not self._fold.add(tail.events):
                return False
            self._incident = self._fold.incident
        return True


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Half the time of a large record went into looking for garbage among events that all stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
