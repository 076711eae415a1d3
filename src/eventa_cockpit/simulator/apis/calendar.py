"""The team's on-call calendar behind its secret address, as Google Calendar gives it out."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eventa_cockpit.simulator.model.roster import FIRST_MONDAY, LEVELS, PEOPLE, WEEK, Person

TITLES = {1: "一次担当: {name}", 2: "二次担当: {name}"}
HEAD = """\
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:eventa-oncall
X-WR-TIMEZONE:Asia/Tokyo
BEGIN:VTIMEZONE
TZID:Asia/Tokyo
BEGIN:STANDARD
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
TZNAME:JST
DTSTART:19700101T000000
END:STANDARD
END:VTIMEZONE"""


class CalendarApi:
    """One calendar that only its address opens."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._body = _calendar().encode()
        self._tag = f'"{sha256(self._body).hexdigest()[:16]}"'

    def routes(self) -> list[Route]:
        return [Route("/calendar/ical/eventa-oncall/{key}/basic.ics", self.feed)]

    async def feed(self, request: Request) -> Response:
        if not hmac.compare_digest(request.path_params["key"].encode(), f"private-{self._key}".encode()):
            return Response("Not Found", 404, media_type="text/html")
        headers = {"ETag": self._tag}
        if request.headers.get("if-none-match") == self._tag:
            return Response(status_code=304, headers=headers)
        return Response(self._body, headers=headers, media_type="text/calendar")


def _calendar() -> str:
    lines = [HEAD, *(event for level in range(1, LEVELS + 1) for event in _events(level)), "END:VCALENDAR", ""]
    return "\n".join(lines).replace("\n", "\r\n")


def _events(level: int) -> Iterator[str]:
    """One repeated event a person: their week comes back when everybody has had theirs."""
    for place, person in enumerate(PEOPLE):
        first_week = (place - level + 1) % len(PEOPLE)
        yield _event(level, person, FIRST_MONDAY + first_week * WEEK)


def _event(level: int, person: Person, start: datetime) -> str:
    return "\n".join(
        [
            "BEGIN:VEVENT",
            f"DTSTART;TZID=Asia/Tokyo:{_stamp(start)}",
            f"DTEND;TZID=Asia/Tokyo:{_stamp(start + timedelta(weeks=1))}",
            f"RRULE:FREQ=WEEKLY;INTERVAL={len(PEOPLE)}",
            "DTSTAMP:20250101T000000Z",
            f"UID:level{level}-{person.id.lower()}@google.com",
            f"SUMMARY:{TITLES[level].format(name=person.name)}",
            f"ATTENDEE;CUTYPE=INDIVIDUAL;CN={person.name}:mailto:{person.email}",
            "STATUS:CONFIRMED",
            "END:VEVENT",
        ]
    )


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S")
