"""The values that all shapes share: targets, windows, calendars, queries."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eventa_cockpit.config.objectives.documents import Entry
from eventa_cockpit.domain.objective import Calendar
from eventa_cockpit.locale import _

WINDOW = "{{.window}}"
"""Where a query takes its range."""
PLACEHOLDER = re.compile(r"\{\{\s*\.?\s*[wW]indow\s*\}\}|\$__(?:range|interval|rate_interval)\b")
LONGEST = timedelta(days=366)
SHORTEST = timedelta(minutes=5)
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_MONTHS = {"M": 1, "Q": 3, "Y": 12, "y": 12}
_PART = re.compile(r"(\d+)(ms|[smhdwMQYy])")
USUAL_WINDOW = timedelta(days=30)


def share(entry: Entry, *, percent: bool = False) -> float:
    """A target as a share above 0 and below 1; one of 1 leaves no budget to reckon with."""
    value = entry.number() / (100 if percent else 1)
    if not 0 < value < 1:
        limit = "100" if percent else "1"
        sentence = _("a target has to be more than 0 and less than {limit}; {limit} leaves no budget at all.")
        raise entry.refuse(sentence.format(limit=limit))
    return value


def window(entry: Entry, default: timedelta = USUAL_WINDOW) -> timedelta:
    """A span of time such as `30d`, `4w`, `1h30m`; a month counts 30 days."""
    text = entry.text("")
    if not text:
        return default
    found = duration(text)
    if found is None or not SHORTEST <= found <= LONGEST:
        sentence = _('"{text}" is not a window. Write one from 5m to 366d, such as 30d or 4w.')
        raise entry.refuse(sentence.format(text=text[:40]))
    return found


def duration(text: str) -> timedelta | None:
    """`1h30m` as a span, a month as 30 days; None for anything else."""
    parts = _PART.findall(text.strip())
    if not parts or "".join(amount + unit for amount, unit in parts) != text.strip():
        return None
    try:
        return sum((int(amount) * _unit(unit) for amount, unit in parts), timedelta())
    except OverflowError:
        return None


def calendar(span: Entry, start: Entry) -> Calendar:
    """Periods of the calendar as OpenSLO names them: a duration of days, weeks, months, quarters or years."""
    found = _PART.fullmatch(span.text().strip())
    zone = start["timeZone"]
    try:
        tz = ZoneInfo(zone.text("UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        sentence = _('"{name}" is not a time zone of this machine. Write one like Asia/Tokyo or UTC.')
        raise zone.refuse(sentence.format(name=zone.name())) from None
    if found is None or not 0 < int(found[1]) <= 1200:
        raise span.refuse(_('"{text}" is not a period. Write one such as 1M, 1Q or 1w.').format(text=span.text()[:40]))
    try:
        anchor = datetime.fromisoformat(start["startTime"].text("2024-01-01 00:00:00").strip())
    except ValueError:
        raise start["startTime"].refuse(_("this is no date and time. Write it like 2026-01-01 00:00:00.")) from None
    local = anchor.replace(tzinfo=tz) if anchor.tzinfo is None else anchor.astimezone(tz)
    months = _MONTHS.get(found[2], 0) * int(found[1])
    if months:
        return Calendar(local, months)
    return Calendar(local.astimezone(UTC), length=int(found[1]) * _unit(found[2]))


def query(entry: Entry) -> str:
    """A query with its placeholder in our own spelling."""
    text = entry.text().strip()
    if not text:
        raise entry.refuse(_("the query is empty."))
    return with_window(text)


def with_window(text: str) -> str:
    return PLACEHOLDER.sub(WINDOW, text)


def first(*entries: Entry) -> Entry:
    """The first that is there, else the first."""
    return next((entry for entry in entries if entry.exists), entries[0])


def _unit(name: str) -> timedelta:
    if name == "ms":
        return timedelta(milliseconds=1)
    return _UNITS[name] if name in _UNITS else _MONTHS[name] * timedelta(days=30)
