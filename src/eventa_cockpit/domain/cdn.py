"""The content delivery network: how often it fails, and which of its copies are being thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventa_cockpit.domain.change import Change, ChangeKind
from eventa_cockpit.domain.reading import Level, Reading

VENDOR = "CloudFront"


@dataclass(frozen=True, slots=True)
class Invalidation:
    """A request to fetch paths anew from the origin."""

    id: str
    created_at: datetime
    is_done: bool
    paths: tuple[str, ...] = ()
    """Empty where they were not asked for."""


@dataclass(frozen=True, slots=True)
class CdnStatus:
    """One distribution."""

    distribution: str
    readings: tuple[Reading, ...] = ()
    invalidations: tuple[Invalidation, ...] = ()
    """Newest first."""
    aliases: tuple[str, ...] = ()
    is_deployed: bool = True
    """Its newest configuration holds everywhere."""
    changed_at: datetime | None = None
    is_partial: bool = False

    @property
    def in_progress(self) -> tuple[Invalidation, ...]:
        return tuple(found for found in self.invalidations if not found.is_done)

    @property
    def level(self) -> Level:
        """The gravest of its readings."""
        levels = {reading.level for reading in self.readings if not reading.is_absent}
        order = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN)
        return next((level for level in order if level in levels), Level.GOOD)

    @property
    def changes(self) -> tuple[Change, ...]:
        made = [
            Change(found.created_at, ChangeKind.CDN, " ".join(("invalidation", found.id, *found.paths[:3])), VENDOR)
            for found in self.invalidations
        ]
        if self.changed_at is not None:
            made.append(Change(self.changed_at, ChangeKind.CDN, f"configuration of {self.distribution}", VENDOR))
        return tuple(sorted(made, key=lambda change: change.at))
