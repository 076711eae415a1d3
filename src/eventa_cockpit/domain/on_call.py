"""On call: who answers now, until when, and who follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OnCallAuthority(StrEnum):
    """Who says so."""

    PAGERDUTY = "pagerduty"
    CALENDAR = "calendar"
    """A fallback: people can swap shifts in the paging service without the calendar knowing."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's time on call."""

    person: str
    start: datetime | None = None
    """None: always, or since nobody knows when."""
    until: datetime | None = None
    """None: without an end."""

    def covers(self, moment: datetime) -> bool:
        return (self.start is None or self.start <= moment) and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Whom one level of the escalation policy reaches."""

    level: int
    """1 is the primary, 2 the secondary."""
    name: str = ""
    """In the upstream's own words: `events-primary`."""
    current: tuple[Shift, ...] = ()
    """Whoever is on call; empty means that nobody is."""
    following: Shift | None = None
    """The next one that begins, as far as it is known."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """All rotations, the first to be called first."""

    rotations: tuple[Rotation, ...] = ()
    authority: OnCallAuthority = OnCallAuthority.PAGERDUTY
    because: str = ""
    """One cleaned sentence: why the authority of the first choice did not answer; empty when it did, or is none."""

    @property
    def uncovered(self) -> tuple[Rotation, ...]:
        """Levels at which nobody would be called."""
        return tuple(rotation for rotation in self.rotations if not rotation.current)


def rotation_of(level: int, name: str, shifts: tuple[Shift, ...], now: datetime) -> Rotation:
    """The rotation that these shifts make at a moment."""
    current = tuple(dict.fromkeys(shift for shift in shifts if shift.covers(now)))
    later = [shift for shift in shifts if shift.start is not None and shift.start > now]
    return Rotation(level, name, current, min(later, key=_start, default=None))


def _start(shift: Shift) -> datetime:
    assert shift.start is not None
    return shift.start
