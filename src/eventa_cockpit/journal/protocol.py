"""What a journal is to the rest of the cockpit, wherever it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from eventa_cockpit.domain.event import Event, Fact
from eventa_cockpit.domain.responder import Responder


@dataclass(frozen=True, slots=True)
class Place:
    """How far one session's part of the journal has been read."""

    offset: int = 0
    """Where the next event begins, in the journal's own measure; only ever grows."""
    number: int = 0
    """Of the last event that was read."""
    lamport: int = 0
    head: str = ""
    """Hash of the last event that was read."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a journal has been read. Opaque: it comes from a `Tail` and goes into the next call."""

    places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))


START = Cursor()


@dataclass(frozen=True, slots=True)
class Tail:
    """What was written since a cursor."""

    events: tuple[Event, ...]
    """Of each session in order; sessions one after the other."""
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Claim:
    """Who may do a thing that must be done once."""

    name: str
    session: str
    """Session that holds it."""
    by: str
    """Claimed name of the responder."""
    uid: int
    is_ours: bool


class FindingKind(StrEnum):
    """What can be wrong with a journal."""

    CHANGED = "changed"
    """A line is not what its hash says."""
    BROKEN = "broken"
    """What stood before this line was removed, inserted or swapped."""
    BACKDATED = "backdated"
    """A line claims a time before something it followed."""
    MISPLACED = "misplaced"
    """A line of another session, incident or user."""
    FOREIGN = "foreign"
    """Not an event at all."""
    CUT = "cut"
    """Another session saw an event that is not there any more."""
    UNREADABLE = "unreadable"
    TORN = "torn"
    """An unfinished last line, as a crash leaves it: it was never acknowledged, so nothing is lost."""

    @property
    def is_damage(self) -> bool:
        return self is not FindingKind.TORN


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a journal."""

    file: str
    line: int
    """1-based; 0 when it is about the whole file."""
    kind: FindingKind
    message: str
    """A sentence."""

    @property
    def is_damage(self) -> bool:
        return self.kind.is_damage


class Journal(Protocol):
    """The events of one incident, as one session reads and writes them. Safe to use from several threads."""

    @property
    def incident(self) -> str:
        """Its id."""

    @property
    def responder(self) -> Responder:
        """Whose session this is."""

    def append(self, fact: Fact, key: str = "") -> Event:
        """Write one fact. On return it is durable: it survives a crash of the program and of the machine.

        Raises JournalError when it is not; then it is not in the journal, which is as it was.
        """

    def read(self) -> tuple[Event, ...]:
        """All events of all sessions, in their order. Raises JournalError when there is no reading them."""

    def tail(self, since: Cursor = START) -> Tail:
        """What was written after `since` by anyone, this session included. Raises JournalError."""

    def claim(self, name: str) -> Claim:
        """Take `name` for this session, unless another has it; exactly one of all sessions gets it.

        Raises JournalError when it cannot be told who has it.
        """

    def release(self, name: str) -> None:
        """Give back a claim of ours before anything came of it. Of one that is not ours, does nothing."""

    def is_open(self, session: str) -> bool:
        """Whether that session's owner still has the journal open, as far as can be told from here."""

    def verify(self) -> tuple[Finding, ...]:
        """Everything that is wrong with it; empty when it is whole."""

    def close(self) -> None:
        """End the session's part. Reading goes on to work; appending opens it again."""
