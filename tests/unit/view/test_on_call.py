"""The on-call pane: who was woken for what, and who answers now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.board import ON_CALL, PAGES, Board, Failure, FailureKind, Feed
from eventa_cockpit.domain.on_call import OnCall, OnCallAuthority, Rotation, Shift
from eventa_cockpit.domain.page import (
    Acknowledgement,
    LogEntry,
    LogKind,
    Page,
    PageList,
    PageStatus,
    PageUrgency,
    PendingAction,
    PendingKind,
)
from eventa_cockpit.widgets.view import on_call, pages
from eventa_cockpit.widgets.view.lines import Line, Role, fit, width_of

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MORNING = NOW + timedelta(hours=15)
EVERY = timedelta(seconds=40)

PAGE = Page(
    "PT4KHLK",
    1234,
    "PaymentFailureRateHigh",
    "eventa",
    PageUrgency.HIGH,
    PageStatus.TRIGGERED,
    NOW - timedelta(minutes=4),
    assignees=("佐藤 花子",),
    level=1,
    pending=(PendingAction(PendingKind.ESCALATE, NOW + timedelta(minutes=11)),),
    log=(LogEntry(NOW - timedelta(minutes=4), LogKind.NOTIFIED, "Notified Hanako", "eventa"),),
)
TAKEN = replace(
    PAGE,
    status=PageStatus.ACKNOWLEDGED,
    acknowledgements=(Acknowledgement("佐藤 花子", NOW - timedelta(minutes=1)),),
    pending=(),
)
PEOPLE = OnCall(
    (
        Rotation(1, "events-primary", (Shift("佐藤 花子", NOW, MORNING),), Shift("鈴木 一郎", MORNING)),
        Rotation(2, "events-secondary", (Shift("鈴木 一郎", NOW, MORNING),)),
    )
)


def board(paged: PageList | None = None, people: OnCall | None = None) -> Board:
    shown = Board()
    if paged is not None:
        shown = shown.with_feed(Feed(PAGES, EVERY, paged, NOW, vendor="PagerDuty"))
    if people is not None:
        shown = shown.with_feed(Feed(ON_CALL, EVERY, people, NOW, vendor="PagerDuty"))
    return shown


def rows(shown: Board, width: int = 60) -> list[Line]:
    return on_call.rows(shown, NOW, UTC, width)


def texts(shown: Board, width: int = 60) -> list[str]:
    return ["".join(span.text for span in fit(row, width)).rstrip() for row in rows(shown, width)]


def test_a_waiting_page_says_who_has_it_and_when_pagerduty_escalates() -> None:
    said = texts(board(PageList((PAGE,))))
    assert said[0].startswith("✗ unanswered")
    assert "#1234 PaymentFailureRateHigh" in said[0]
    assert said[0].endswith("4m")
    assert said[1].strip() == "level 1 · 佐藤 花子 · eventa"
    assert said[2].strip() == "PagerDuty escalates in 11:00 (18:11)"
    assert said[3].strip() == "17:56 notified eventa"


def test_an_acknowledged_page_says_by_whom() -> None:
    said = texts(board(PageList((TAKEN,))))
    assert said[0].startswith("▸ acknowledged")
    assert "acknowledged by 佐藤 花子 17:59" in said[1]
    assert pages.headline(PageList((TAKEN,)))[0].text == "1 open"


def test_a_waiting_page_is_the_headline() -> None:
    (headline,) = pages.headline(PageList((PAGE, TAKEN)))
    assert (headline.text, headline.role) == ("1 unanswered", Role.CRITICAL)


def test_no_pages_is_good_news_only_when_it_is_news() -> None:
    assert texts(board(PageList())) == ["✓ Nobody is being paged."]
    stale = Feed(PAGES, EVERY, PageList(), NOW, Failure(FailureKind.TIMEOUT, "late", NOW), vendor="PagerDuty")
    assert texts(Board().with_feed(stale))[-1] == "? Nobody is being paged, as far as is known."


def test_people_are_told_with_their_end_and_who_follows() -> None:
    assert texts(board(people=PEOPLE)) == [
        "primary    佐藤 花子  until 11/24 09:00       then 鈴木 一郎",
        "secondary  鈴木 一郎  until 11/24 09:00",
    ]


def test_a_level_without_anybody_is_critical() -> None:
    hole = OnCall((Rotation(1, "events-primary", (), Shift("鈴木 一郎", MORNING)),))
    (only,) = rows(board(people=hole))
    assert any(span.role is Role.CRITICAL for span in only.left)
    assert "from 11/24 09:00 鈴木 一郎" in texts(board(people=hole))[0]
    assert on_call.headline(hole)[0].role is Role.CRITICAL


def test_the_calendar_says_that_it_is_one_and_why() -> None:
    fallback = replace(PEOPLE, authority=OnCallAuthority.CALENDAR, because="api.pagerduty.com answers HTTP 503.")
    said = " ".join(texts(board(people=fallback), 100))
    assert "⚠ From the calendar, since PagerDuty does not say it: api.pagerduty.com answers HTTP 503." in said


def test_no_row_is_wider_than_its_pane() -> None:
    long = replace(PAGE, title="決済" * 40, assignees=("佐藤 花子",) * 9, service="eventa" * 9)
    shown = board(PageList((long,), unread=("x" * 200,)), replace(PEOPLE, because="y" * 300))
    for width in (20, 38, 60, 118):
        assert all(width_of(fit(row, width)) <= width for row in rows(shown, width))
