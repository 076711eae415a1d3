"""eventa's on-call rotation: three people, handed over on Monday mornings, two levels of escalation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

TOKYO = timezone(timedelta(hours=9))
FIRST_MONDAY = datetime(2025, 1, 6, 10, 0, tzinfo=TOKYO)
"""A hand-over; all others are whole weeks away."""
WEEK = timedelta(weeks=1)
LEVELS = 2


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    email: str


PEOPLE = (
    Person("PHANAKO", "佐藤 花子", "hanako@eventa.app"),
    Person("PICHIRO", "鈴木 一郎", "ichiro@eventa.app"),
    Person("PAKIRA1", "高橋 明", "akira@eventa.app"),
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's week at one level."""

    person: Person
    level: int
    start: datetime
    end: datetime


def turn(level: int, moment: datetime) -> Turn:
    """Whose turn it is; whoever is primary was secondary the week before."""
    week = (moment - FIRST_MONDAY) // WEEK
    start = FIRST_MONDAY + week * WEEK
    person = PEOPLE[(week + level - 1) % len(PEOPLE)]
    return Turn(person, level, start.astimezone(UTC), (start + WEEK).astimezone(UTC))


def turns(since: datetime, until: datetime) -> list[Turn]:
    """All turns that overlap the span, level by level, in order of time."""
    found = []
    for level in range(1, LEVELS + 1):
        current = turn(level, since)
        while current.start <= until:
            found.append(current)
            current = turn(level, current.end)
    return found


def person_with(email: str) -> Person | None:
    return next((person for person in PEOPLE if person.email == email), None)
