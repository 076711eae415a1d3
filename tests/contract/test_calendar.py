"""The on-call calendar, read as calendars are written: repeated, excepted, moved, in other zones and for whole days."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer, by_path, running
from tests.contract.paging_answers import paging
from tests.contract.vendors import ADDRESS, calendar, keep_address, pagerduty, source

from eventa_cockpit.config import Calendar, EnvironmentConfig
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.on_call import OnCall, OnCallAuthority
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.calendar import FORM, person_in

# "Now" is Tuesday 2026-11-24 06:30 in Tokyo.
SECRET = "private-0123456789abcdef"

TOKYO = """BEGIN:VTIMEZONE
TZID:Asia/Tokyo
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
TZNAME:JST
END:STANDARD
END:VTIMEZONE"""


def event(summary: str, *lines: str, uid: str = "") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid or summary}@eventa", f"SUMMARY:{summary}", *lines, "END:VEVENT"])


def ics(*events: str) -> bytes:
    head = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Google Inc//Google Calendar 70.9054//EN"
    return "\n".join([head, TOKYO, *events, "END:VCALENDAR", ""]).replace("\n", "\r\n").encode()


def serving(*events: str, **headers: str) -> Behaviour:
    return by_path(basic_ics=answer(ics(*events), kind=f"{FORM}; charset=UTF-8", headers=headers))


async def read(upstream: Loopback, **options: Any) -> OnCall:
    found = await calendar(f"{upstream.url}/calendar/{SECRET}/basic.ics", **options).read()
    assert isinstance(found, OnCall)
    return found


def people(found: OnCall) -> dict[int, list[str]]:
    return {rotation.level: [shift.person for shift in rotation.current] for rotation in found.rotations}


WEEKLY = (
    "DTSTART;TZID=Asia/Tokyo:20260105T100000",
    "DTEND;TZID=Asia/Tokyo:20260112T100000",
    "RRULE:FREQ=WEEKLY;INTERVAL=2",
)
OTHER_WEEK = (
    "DTSTART;TZID=Asia/Tokyo:20260112T100000",
    "DTEND;TZID=Asia/Tokyo:20260119T100000",
    "RRULE:FREQ=WEEKLY;INTERVAL=2",
)


async def test_levels_stand_in_the_titles(upstream: Loopback) -> None:
    upstream.behaviour = serving(event("一次担当: 佐藤 花子", *WEEKLY), event("二次担当: 鈴木 一郎", *WEEKLY))
    found = await read(upstream)
    assert found.authority is OnCallAuthority.CALENDAR
    assert people(found) == {1: ["佐藤 花子"], 2: ["鈴木 一郎"]}
    (shift,) = found.rotations[0].current
    assert shift.until == datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


async def test_repeated_shifts_hand_over_to_each_other(upstream: Loopback) -> None:
    upstream.behaviour = serving(event("Primary: Hanako", *WEEKLY), event("Primary: Ichiro", *OTHER_WEEK))
    (primary,) = (await read(upstream)).rotations
    assert [shift.person for shift in primary.current] == ["Hanako"]
    assert primary.following is not None
    assert (primary.following.person, primary.following.start) == ("Ichiro", primary.current[0].until)


async def test_without_words_for_levels_every_event_is_the_primarys(upstream: Loopback) -> None:
    upstream.behaviour = serving(event("佐藤 花子", *WEEKLY))
    assert people(await read(upstream)) == {1: ["佐藤 花子"]}


async def test_with_words_for_levels_anything_else_is_no_shift(upstream: Loopback) -> None:
    upstream.behaviour = serving(event("Secondary: Ichiro", *WEEKLY), event("リリース", *WEEKLY))
    assert people(await read(upstream)) == {1: [], 2: ["Ichiro"]}, "nobody is primary, and that is said"


async def test_an_excepted_week_is_nobodys(upstream: Loopback) -> None:
    upstream.behaviour = serving(event("Primary: Hanako", *WEEKLY, "EXDATE;TZID=Asia/Tokyo:20261123T100000"))
    (primary,) = (await read(upstream)).rotations
    assert primary.current == ()
    assert primary.following is not None
    assert primary.following.start == datetime(2026, 12, 7, 1, 0, tzinfo=UTC)


async def test_a_week_that_was_swapped_belongs_to_the_other(upstream: Loopback) -> None:
    swapped = event(
        "Primary: Akira",
        "RECURRENCE-ID;TZID=Asia/Tokyo:20261123T100000",
        "DTSTART;TZID=Asia/Tokyo:20261123T100000",
        "DTEND;TZID=Asia/Tokyo:20261130T100000",
        uid="Primary: Hanako",
    )
    upstream.behaviour = serving(event("Primary: Hanako", *WEEKLY), swapped)
    assert people(await read(upstream)) == {1: ["Akira"]}


async def test_another_zone_is_converted(upstream: Loopback) -> None:
    span = ("DTSTART;TZID=America/New_York:20261123T160000", "DTEND;TZID=America/New_York:20261123T170000")
    upstream.behaviour = serving(event("Primary: Hanako", *span))
    (primary,) = (await read(upstream)).rotations
    assert primary.current[0].until == datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "expected"), [("Asia/Tokyo", ["Hanako"]), ("America/New_York", ["Ichiro"])])
async def test_a_whole_day_begins_at_midnight_of_the_configured_zone(
    upstream: Loopback, zone: str, expected: list[str]
) -> None:
    tuesday = event("Primary: Hanako", "DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261125")
    monday = event("Primary: Ichiro", "DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261124")
    upstream.behaviour = serving(tuesday, monday)
    assert people(await read(upstream, timezone=zone)) == {1: expected}


async def test_a_cancelled_shift_is_none(upstream: Loopback) -> None:
    upstream.behaviour = serving(event("Primary: Hanako", *WEEKLY, "STATUS:CANCELLED"))
    assert (await read(upstream)).rotations == ()


async def test_a_title_without_a_person_takes_the_attendee(upstream: Loopback) -> None:
    invited = 'ATTENDEE;CN="佐藤 花子";PARTSTAT=ACCEPTED:mailto:hanako@eventa.app'
    upstream.behaviour = serving(event("Primary on-call", *WEEKLY, invited))
    assert people(await read(upstream)) == {1: ["佐藤 花子"]}


@pytest.mark.parametrize(
    ("title", "person"),
    [
        ("【一次担当】佐藤 花子", "佐藤 花子"),
        ("佐藤 花子（一次）", "佐藤 花子"),
        ("Primary on-call: Hanako Sato", "Hanako Sato"),
        ("[events-primary] Sato", "Sato"),
        ("オンコール 一次 - 佐藤", "佐藤"),
        ("PRIMARY", ""),
    ],
)
def test_the_person_is_what_is_left_of_the_title(title: str, person: str) -> None:
    assert person_in(title, ["primary", "一次"]) == person


async def test_an_unchanged_calendar_is_not_sent_again(upstream: Loopback) -> None:
    def conditional(request: Request, connection: socket.socket) -> None:
        is_known = request.headers.get("if-none-match") == '"7"'
        (answer(b"", status=304) if is_known else serving(event("Hanako", *WEEKLY), ETag='"7"'))(request, connection)

    upstream.behaviour = conditional
    reader = calendar(f"{upstream.url}/{SECRET}/basic.ics")
    assert await reader.read() == await reader.read()
    assert [("if-none-match" in request.headers) for request in upstream.requests] == [False, True]
    await reader.close()


@pytest.mark.parametrize(
    "events",
    [
        [event("Hanako", "DTSTART:garbage")],
        [event("Hanako", "DTSTART:20261123T000000Z", "DTEND:20261124T000000Z", "RRULE:FREQ=SECONDLY")],
        [event("Hanako", "DTSTART:20261123T000000Z", "DTEND:20261124T000000Z", "RRULE:FREQ=NEVER")],
        [event(f"Hanako {number}", *WEEKLY) for number in range(5001)],
    ],
)
async def test_a_calendar_that_cannot_be_understood_is_no_answer(upstream: Loopback, events: list[str]) -> None:
    upstream.behaviour = serving(*events)
    began = time.monotonic()
    with pytest.raises(UpstreamError) as caught:
        await read(upstream, deadline=30.0)
    assert caught.value.kind is FailureKind.MALFORMED
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(b"", status=404),
        answer(b"", status=302, headers={"Location": f"https://calendar.example/{SECRET}/"}),
        answer(b"<html>Sign in</html>", kind="text/html"),
        answer(b"BEGIN:nonsense", kind=FORM),
    ],
)
async def test_the_address_is_in_no_sentence(upstream: Loopback, behaviour: Behaviour) -> None:
    upstream.behaviour = behaviour
    with pytest.raises(UpstreamError) as caught:
        await read(upstream)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)


@pytest.mark.parametrize(
    "address", ["calendar/" + SECRET, "https://[" + SECRET, "file:///" + SECRET, "https://h:x/a b"]
)
async def test_an_unusable_address_is_told_without_it(address: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        await calendar(address).read()
    assert caught.value.kind is FailureKind.CREDENTIALS
    assert "calendar.address" in str(caught.value)
    assert SECRET not in str(caught.value)


async def test_the_calendar_answers_while_pagerduty_does_not_and_says_why(upstream: Loopback) -> None:
    with running() as paging_service:
        paging_service.behaviour = answer(b"", status=503)
        upstream.behaviour = serving(event("Primary: Hanako", *WEEKLY))
        both = both_of(paging_service, upstream)
        found = await both.read()
        assert (found.authority, people(found)) == (OnCallAuthority.CALENDAR, {1: ["Hanako"]})
        assert "HTTP 503" in found.because

        paging_service.behaviour = by_path(**paging())
        found = await both.read()
        assert (found.authority, found.because) == (OnCallAuthority.PAGERDUTY, "")
        assert len(upstream.requests) == 1, "the calendar is asked only when it has to be"
        await both.close()


async def test_a_hanging_pagerduty_leaves_the_calendar_its_time(upstream: Loopback) -> None:
    with running() as paging_service:
        paging_service.behaviour = lambda _request, _connection: bool(paging_service.ended.wait(20)) and None
        upstream.behaviour = serving(event("Primary: Hanako", *WEEKLY))
        both = both_of(paging_service, upstream, deadline=4.0)
        assert people(await both.read()) == {1: ["Hanako"]}
        await both.close()


async def test_when_neither_answers_it_is_pagerduty_that_is_named(upstream: Loopback) -> None:
    with running() as paging_service:
        paging_service.behaviour = answer(b"", status=401)
        upstream.behaviour = answer(b"", status=404)
        with pytest.raises(UpstreamError) as caught:
            await both_of(paging_service, upstream).read()
    assert caught.value.kind is FailureKind.UNAUTHORISED


def both_of(paging_service: Loopback, upstream: Loopback, deadline: float = 5.0) -> Source[Any]:
    keep_address(f"{upstream.url}/{SECRET}/basic.ics")
    environment = EnvironmentConfig(
        pagerduty=pagerduty(paging_service.url, deadline, escalation_policy="PPOLICY"),
        calendar=Calendar(address=ADDRESS),
    )
    return source(environment, "on_call")
