"""The on-call calendar (iCalendar, RFC 5545), read from its secret address: a fallback for the paging service.

The address is the secret: it stands in no sentence, and neither does anything but the host of what answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.on_call import OnCall, OnCallAuthority, Shift, rotation_of
from eventa_cockpit.errors import SecretError, UpstreamError
from eventa_cockpit.integrations.decoding import malformed
from eventa_cockpit.integrations.fetching import Answer, Fetcher
from eventa_cockpit.integrations.threads import Lane, in_thread
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    from icalendar import Calendar

FORM = "text/calendar"
BODY_LIMIT = 3_000_000
"""Bytes; ten years of a team's shifts have a tenth of that."""
AHEAD = timedelta(days=14)
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
"""No shift comes back so often; expanding such a rule would take for ever."""
MOST_EVENTS = 5000

FILLERS = re.compile(r"on[- ]?call|rotation|担当者?|当番|オンコール", re.IGNORECASE)
"""What titles say besides the level and the person."""
EDGES = " \t:：;,、・|/-–—()（）[]【】「」<>"


class CalendarOnCall:
    """Reads who is on call from the titles of a calendar's events."""

    def __init__(
        self,
        address: Callable[[], str],
        fetcher: Fetcher,
        *,
        levels: Sequence[Sequence[str]],
        zone: Callable[[], tzinfo],
        now: Callable[[], datetime],
    ) -> None:
        """`address` may block, and raises SecretError. `levels` are the words that stand for each level in a title.

        `zone` is for events that name none. It may block: the time zone's file is read.
        """
        self._address = address
        self._fetcher = fetcher
        self._levels = levels
        self._zone = zone
        self._now = now
        self._lane = Lane("calendar")
        self._known: tuple[str, Answer] | None = None

    async def read(self) -> OnCall:
        """Raises UpstreamError, whose sentence never holds the address."""
        address = await in_thread(self._checked_address, "calendar address")
        known = self._known[1] if self._known is not None and self._known[0] == address else None
        answer = await self._fetcher.get(address, known=known, form=FORM)
        self._known = (address, answer)
        return await self._lane.run(lambda: self._understood(answer.body))

    async def close(self) -> None:
        await self._fetcher.close()

    def _checked_address(self) -> str:
        from eventa_cockpit.config.checking import url_problem

        try:
            address = self._address().strip()
        except SecretError as error:
            raise UpstreamError(FailureKind.CREDENTIALS, clean_line(str(error))) from None
        if address.startswith("webcal://"):
            address = f"https://{address.removeprefix('webcal://')}"
        if url_problem(address):
            sentence = _("calendar.address: what stands there is not an address like https://host/….ics.")
            raise UpstreamError(FailureKind.CREDENTIALS, sentence)
        return address

    def _understood(self, body: bytes) -> OnCall:
        try:
            return self._on_call(body)
        except (ValueError, TypeError, KeyError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
            raise malformed(clean_line(str(error)) or type(error).__name__) from None

    def _on_call(self, body: bytes) -> OnCall:
        import icalendar
        import recurring_ical_events

        found = icalendar.Calendar.from_ical(body)
        _check_size(found)
        now, zone = self._now(), self._zone()
        events = recurring_ical_events.of(found).between(now - timedelta(seconds=1), now + AHEAD)
        shifts = [(_title(event), _shift(event, zone)) for event in events if not _is_cancelled(event)]
        rotations = (rotation_of(level, "", of_level, now) for level, of_level in self._by_level(shifts).items())
        return OnCall(tuple(rotations), OnCallAuthority.CALENDAR)

    def _by_level(self, shifts: Iterable[tuple[str, Shift]]) -> Mapping[int, tuple[Shift, ...]]:
        """By the word in the title; in a calendar that uses no such words, every event is the primary's."""
        named = [(_level_in(title, self._levels), title, shift) for title, shift in shifts]
        uses_words = any(level for level, _title, _shift in named)
        found: dict[int, list[Shift]] = {1: []} if named else {}
        for level, title, shift in named:
            if level or not uses_words:
                words = self._levels[level - 1] if level else ()
                person = person_in(title, words) or shift.person
                found.setdefault(level or 1, []).append(Shift(person, shift.start, shift.until))
        return {level: tuple(found[level]) for level in sorted(found)}


def person_in(title: str, words: Sequence[str]) -> str:
    """Whoever is left of a title without the words for the level: `【一次担当】佐藤 花子` → `佐藤 花子`."""
    left = title
    for word in words:
        # `events-primary` goes as a whole; a Japanese word has no such edges.
        pattern = rf"[\w.-]*{re.escape(word)}[\w.-]*" if word.isascii() else re.escape(word)
        left = re.sub(pattern, " ", left, flags=re.IGNORECASE | (re.ASCII if word.isascii() else 0))
    return " ".join(FILLERS.sub(" ", left).strip(EDGES).split())


def _level_in(title: str, levels: Sequence[Sequence[str]]) -> int:
    """1 for the primary; 0 when no word stands in the title."""
    folded = title.casefold()
    found = (level for level, words in enumerate(levels, 1) if any(word.casefold() in folded for word in words))
    return next(found, 0)


def _title(event: Any) -> str:
    return clean_line(str(event.get("SUMMARY", "")))


def _shift(event: Any, zone: tzinfo) -> Shift:
    start, end = _moment(event.start, zone), _moment(event.end, zone)
    return Shift(_attendee(event) or _("untitled"), start, end)


def _moment(value: date | datetime, zone: tzinfo) -> datetime:
    """In UTC; a day begins at midnight of the zone, and so does a time that names no zone."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _attendee(event: Any) -> str:
    """The first person that the event invites, for titles that name nobody."""
    listed = event.get("ATTENDEE")
    first = listed[0] if isinstance(listed, list) and listed else listed
    if first is None:
        return ""
    name = getattr(first, "params", {}).get("CN", "")
    return clean_line(str(name or str(first).partition(":")[2].partition("@")[0]))


def _is_cancelled(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _check_size(calendar: Calendar) -> None:
    """Raises UpstreamError for what would keep a thread busy for ever."""
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS:
        raise malformed(_("it has more than {count} events").format(count=MOST_EVENTS))
    for event in events:
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if TOO_OFTEN & {str(word).upper() for word in rule.get("FREQ", [])}:
                raise malformed(_("an event comes back more often than once a day"), "RRULE")
