"""Log lines of the newest minutes: what was written, how often the same was said, and by which way it came here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eventa_cockpit.domain.reading import Point


class LogLevel(StrEnum):
    """How grave its writer calls a line, from bad to harmless; unknown where it does not say."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"
    UNKNOWN = "unknown"


class TailState(StrEnum):
    """Whether lines come as they are written; in every state but the first they are asked for now and then."""

    LIVE = "live"
    OPENING = "opening"
    OFF = "off"
    """Not wanted by the configuration."""
    FULL = "full"
    """The upstream allows no more tails at once for this tenant."""
    LOST = "lost"
    """It could not be opened, or broke; it is tried again."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, cleaned and cut."""

    at: datetime
    """In UTC."""
    text: str
    level: LogLevel = LogLevel.UNKNOWN
    source: str = ""
    """What wrote it: `api`."""
    pattern: str = ""
    """The text without what differs from one such line to the next: see `log_folding.pattern_of`."""


@dataclass(frozen=True, slots=True)
class LogGroup:
    """Lines of one pattern that came close after one another, told by the newest of them."""

    newest: LogLine
    first_at: datetime
    count: int = 1

    @property
    def lasted(self) -> timedelta:
        """From its first line to its newest."""
        return self.newest.at - self.first_at


@dataclass(frozen=True, slots=True)
class LogWindow:
    """The newest lines of one query, folded."""

    query: str
    window: timedelta
    """How far back it looks."""
    groups: tuple[LogGroup, ...] = ()
    """Newest first."""
    points: tuple[Point, ...] = ()
    """How many lines were written in each `bucket`, oldest first; every line counts, also those not read."""
    bucket: timedelta = timedelta(seconds=10)
    is_cut: bool = False
    """There were more lines than are read at once: `groups` has only the newest of them."""
    tail: TailState = TailState.OFF
    tail_detail: str = ""
    """What the upstream or the transport said when the tail ended; one cleaned line."""
    dropped: int = 0
    """Lines that the tail left out because we were too slow, in its own words (`dropped_entries`)."""

    @property
    def count(self) -> int:
        """Lines in the window."""
        return round(sum(point.value for point in self.points))

    def count_of(self, level: LogLevel) -> int:
        """Lines of one level among those that were read."""
        return sum(group.count for group in self.groups if group.newest.level is level)
