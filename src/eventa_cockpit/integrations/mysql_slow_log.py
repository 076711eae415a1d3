"""The slow-query log's text as entries. Pure; MySQL 5.6 to 8.4 and MariaDB write it in nearly the same form.

An entry is a head of `#` lines, then `use …;` and `SET timestamp=…;`, then one statement of any number of lines.
MySQL: https://dev.mysql.com/doc/refman/8.0/en/slow-query-log.html#slow-query-log-contents;
MariaDB: https://mariadb.com/kb/en/slow-query-log-extended-statistics/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

ADMINISTRATOR = "# administrator command: "
TRUNCATED = "[Your log message was truncated]"
"""What RDS puts where a line was too long for it."""

_WHO = re.compile(r"# User@Host: (?P<user>[^\[\s]*)")
_TIMES = re.compile(r"# Query_time: ")
_FIELD = re.compile(r"(?P<name>\w+): +(?P<value>[\d.]+)")
_STAMP = re.compile(r"SET timestamp=(?P<seconds>\d{1,11})(?:\.(?P<part>\d{1,6}))?;")
_MOMENT = re.compile(r"# Time: (?P<text>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))")
_USE = re.compile(r"use [^;]+;", re.IGNORECASE)
_SERVER_HEADER = re.compile(r"Time\s+Id Command\s+Argument")
"""The last of three lines that the server writes whenever it opens the file."""
_HEAD_LINES = 8
"""`#` lines of a head: at most so many lie between who and how long."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One execution."""

    statement: str
    """As it was logged, without its final semicolon."""
    at: datetime | None
    took: timedelta
    locked: timedelta
    rows_examined: int
    user: str = ""
    is_administrator: bool = False
    """A command of the protocol (`Quit`, `Ping`, `Prepare`), no statement."""
    is_cut: bool = False
    """The rest of the statement was not in the text."""


@dataclass(frozen=True, slots=True)
class SlowLog:
    """What a piece of the log says."""

    entries: tuple[Entry, ...]
    is_cut: bool = False
    """It begins in the middle of an entry, which is left out."""


def read(text: str) -> SlowLog:
    """All entries whose head is in the text."""
    lines = _without_server_headers(text.splitlines())
    starts = list(_starts(lines))
    found = [_entry(lines[start:end]) for start, end in pairwise([*starts, len(lines)])]
    first = starts[0] if starts else len(lines)
    is_cut = any(line.strip() for line in lines[:first])
    return SlowLog(tuple(entry for entry in found if entry is not None), is_cut)


def _without_server_headers(lines: list[str]) -> list[str]:
    """Three lines each; the server writes them anew whenever the file is flushed or rotated."""
    gone: set[int] = set()
    for number, line in enumerate(lines):
        if _SERVER_HEADER.match(line):
            gone.update(range(max(number - 2, 0), number + 1) if _is_whole_header(lines, number) else [number])
    return [line for number, line in enumerate(lines) if number not in gone]


def _is_whole_header(lines: list[str], number: int) -> bool:
    return number >= 2 and "started with:" in lines[number - 2] and lines[number - 1].startswith("Tcp port:")


def _starts(lines: list[str]) -> Iterator[int]:
    """Numbers of the lines at which entries begin.

    A statement may hold lines that look like a head; only who and how long together, both at the beginning of a line,
    are believed. The time stands before them where the server writes it.
    """
    for number, line in enumerate(lines):
        if _WHO.match(line) and _has_times(lines, number):
            has_time = number > 0 and lines[number - 1].startswith("# Time: ")
            yield number - 1 if has_time else number


def _has_times(lines: list[str], number: int) -> bool:
    for line in lines[number + 1 : number + _HEAD_LINES]:
        if _TIMES.match(line):
            return True
        if not line.startswith("#"):
            return False
    return False


def _entry(lines: list[str]) -> Entry | None:
    """None where the head is all there is."""
    size = next((number for number, line in enumerate(lines) if not _is_head(line)), len(lines))
    head, body = lines[:size], lines[size:]
    at = next((_moment(found["text"]) for line in head if (found := _MOMENT.match(line))), None)
    user = next((found["user"] for line in head if (found := _WHO.match(line))), "")
    fields = {one["name"]: one["value"] for line in head for one in _FIELD.finditer(line)}
    while body and (_USE.fullmatch(body[0]) or _STAMP.fullmatch(body[0])):
        if stamp := _STAMP.fullmatch(body.pop(0)):
            at = at or datetime.fromtimestamp(int(stamp["seconds"]), UTC)
    statement = "\n".join(body).rstrip()
    if not statement:
        return None
    return Entry(
        statement=statement.removesuffix(";"),
        at=at,
        took=_seconds(fields.get("Query_time")),
        locked=_seconds(fields.get("Lock_time")),
        rows_examined=int(_number(fields.get("Rows_examined"))),
        user=user,
        is_administrator=statement.startswith(ADMINISTRATOR),
        is_cut=not statement.endswith(";") or TRUNCATED in statement or _is_open(statement),
    )


def _is_open(statement: str) -> bool:
    """Whether it ends within a literal: that `;` is part of a value, and what comes after it was cut off."""
    return any(quote in _LITERAL.sub("", statement) for quote in "'\"`")


_LITERAL = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`""", re.DOTALL)


def _is_head(line: str) -> bool:
    return line.startswith("#") and not line.startswith(ADMINISTRATOR)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _seconds(text: str | None) -> timedelta:
    """No statement took longer than a year; what says so is a broken line."""
    return timedelta(seconds=min(_number(text), 31_536_000.0))


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
