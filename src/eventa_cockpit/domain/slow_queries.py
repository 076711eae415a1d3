"""What the slow-query log says, summed up by statement; and what makes it say less than it seems to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SlowLogTrap(StrEnum):
    """Why the log may mislead."""

    ENGINE = "engine"
    """The engine has no such log, or one that we do not read."""
    OFF = "off"
    """`slow_query_log` is 0: nothing is written."""
    TABLE = "table"
    """`log_output` is TABLE: it goes to mysql.slow_log, and there is no file."""
    NOWHERE = "nowhere"
    """`log_output` is NONE."""
    PATIENT = "patient"
    """`long_query_time` is so long that a statement which hurts is not written."""
    REBOOT = "reboot"
    """The parameter group has changed, and the instance has not been restarted since: other settings hold."""
    SETTINGS = "settings"
    """The parameters could not be read: whether anything is written is not known."""
    NO_FILE = "no_file"
    """There is no file, or an empty one."""
    CUT = "cut"
    """More was written than was read: it begins in the middle."""


@dataclass(frozen=True, slots=True)
class SlowLogSettings:
    """The parameters that decide what is written."""

    is_on: bool
    output: str
    """`FILE`, `TABLE`, `FILE,TABLE` or `NONE`."""
    long_query_time: timedelta
    """What takes longer is written."""


@dataclass(frozen=True, slots=True)
class SlowStatement:
    """All executions of one statement, whatever its literals were."""

    text: str
    """Normalised, on one line: `SELECT * FROM tickets WHERE id = ?`."""
    count: int
    total: timedelta
    longest: timedelta
    locked: timedelta
    """Of the total, spent waiting for locks."""
    rows_examined: int
    newest: datetime | None
    user: str = ""
    """Who ran it last."""


@dataclass(frozen=True, slots=True)
class SlowQueries:
    """One answer."""

    instance: str
    statements: tuple[SlowStatement, ...] = ()
    """Most total time first."""
    count: int = 0
    """Executions that were read, those of statements that are not listed too."""
    total: timedelta = timedelta()
    since: datetime | None = None
    until: datetime | None = None
    files: tuple[str, ...] = ()
    settings: SlowLogSettings | None = None
    traps: tuple[SlowLogTrap, ...] = ()
