"""PagerDuty's REST API, as it is asked and as its answers are understood."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.loopback import Loopback, Request, answer, answer_json, by_path
from tests.contract.paging_answers import (
    HANAKO,
    ICHIRO,
    MORNING,
    ON_CALLS,
    change_event,
    on_call_entry,
    page,
    page_log,
    pagerduty_list,
    paging,
)
from tests.contract.vendors import NOW, TOKENS, on_call, pages, stamp

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.change import ChangeKind
from eventa_cockpit.domain.on_call import OnCall, Shift
from eventa_cockpit.domain.page import LogKind, PageList, PageStatus, PageUrgency, PendingAction, PendingKind
from eventa_cockpit.errors import UpstreamError


async def pages_of(upstream: Loopback, **options: Any) -> PageList:
    found = await pages(upstream.url, **options).read()
    assert isinstance(found, PageList)
    return found


async def on_call_of(upstream: Loopback, **options: Any) -> OnCall:
    found = await on_call(upstream.url, **options).read()
    assert isinstance(found, OnCall)
    return found


async def test_a_page_keeps_what_pagerduty_says_of_it(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**paging())
    (found,) = (await pages_of(upstream)).pages
    assert (found.number, found.title, found.service) == (1234, "PaymentFailureRateHigh", "eventa")
    assert (found.status, found.urgency) == (PageStatus.TRIGGERED, PageUrgency.HIGH)
    assert (found.assignees, found.policy, found.level) == (("佐藤 花子",), "events", 1)
    assert found.since == NOW - timedelta(minutes=4)
    assert found.link == "https://eventa.pagerduty.com/incidents/PT4KHLK"


async def test_the_soonest_pending_action_is_pagerdutys_own_next_deadline(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**paging())
    (found,) = (await pages_of(upstream)).pages
    assert found.next_action == PendingAction(PendingKind.ESCALATE, NOW + timedelta(minutes=11))


async def test_an_acknowledged_page_says_by_whom_and_when(upstream: Loopback) -> None:
    taken = [{"at": stamp(NOW - timedelta(minutes=2)), "acknowledger": HANAKO}]
    upstream.behaviour = by_path(**paging(page(status="acknowledged", acknowledgements=taken)))
    (found,) = (await pages_of(upstream)).pages
    assert not found.is_waiting
    assert [(one.by, one.at) for one in found.acknowledgements] == [("佐藤 花子", NOW - timedelta(minutes=2))]


async def test_the_level_is_where_its_assignee_is_on_call(upstream: Loopback) -> None:
    escalated = page(assignments=[{"at": stamp(NOW), "assignee": ICHIRO}])
    upstream.behaviour = by_path(
        **{**paging(escalated), "oncalls": answer_json(pagerduty_list("oncalls", *ON_CALLS[:2]))}
    )
    assert (await pages_of(upstream)).pages[0].level == 2


async def test_a_page_of_somebody_who_is_not_on_call_has_no_level(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**{**paging(), "oncalls": answer_json(pagerduty_list("oncalls"))})
    assert (await pages_of(upstream)).pages[0].level is None


async def test_waiting_pages_come_first_then_urgent_then_old_ones(upstream: Loopback) -> None:
    old, young = stamp(NOW - timedelta(minutes=30)), stamp(NOW - timedelta(minutes=1))
    upstream.behaviour = by_path(
        **paging(
            page(id="taken", status="acknowledged", created_at=old),
            page(id="low", urgency="low", created_at=old),
            page(id="young", created_at=young),
            page(id="old", created_at=old),
        )
    )
    assert [one.id for one in (await pages_of(upstream)).pages] == ["old", "young", "low", "taken"]


async def test_a_status_that_we_do_not_know_counts_as_waiting(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**paging(page(status="snoozed-in-2031", urgency=None)))
    (found,) = (await pages_of(upstream)).pages
    assert (found.status, found.urgency) == (PageStatus.UNKNOWN, PageUrgency.UNKNOWN)
    assert found.is_waiting


async def test_the_history_is_newest_first_and_says_who(upstream: Loopback) -> None:
    log = pagerduty_list(
        "log_entries", page_log("trigger", 4, HANAKO), page_log("escalate", 1, ICHIRO), page_log("new_kind", 2, HANAKO)
    )
    upstream.behaviour = by_path(**{**paging(), "log_entries": answer_json(log)})
    (found,) = (await pages_of(upstream)).pages
    assert [entry.kind for entry in found.log] == [LogKind.ESCALATED, LogKind.OTHER, LogKind.TRIGGERED]
    assert found.log[0].by == "鈴木 一郎"


async def test_related_changes_are_changes(upstream: Loopback) -> None:
    events = pagerduty_list("change_events", change_event("Deploy 4.19.0", 9))
    upstream.behaviour = by_path(**{**paging(page(), page(id="other")), "related_change_events": answer_json(events)})
    (change,) = (await pages_of(upstream)).changes
    assert (change.kind, change.title, change.vendor) == (ChangeKind.PAGING, "Deploy 4.19.0", "PagerDuty")
    assert (change.at, change.by) == (NOW - timedelta(minutes=9), "github-actions")


@pytest.mark.parametrize("missing", ["oncalls", "log_entries", "related_change_events"])
async def test_what_surrounds_a_page_may_be_missing_but_is_named(upstream: Loopback, missing: str) -> None:
    upstream.behaviour = by_path(**{**paging(), missing: answer(b"", status=500)})
    found = await pages_of(upstream)
    assert [one.number for one in found.pages] == [1234]
    (sentence,) = found.unread
    assert "HTTP 500" in sentence


async def test_no_pages_ask_for_nothing_more(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**{**paging(), "incidents": answer_json(pagerduty_list("incidents"))})
    assert await pages_of(upstream) == PageList()
    assert [request.path for request in upstream.requests] == ["/incidents"]


async def test_pages_of_a_list_are_followed_but_not_for_ever(upstream: Loopback) -> None:
    def incidents(request: Request, connection: socket.socket) -> None:
        offset = int(dict(request.query)["offset"])
        answer_json(pagerduty_list("incidents", page(id=f"P{offset}"), more=True))(request, connection)

    upstream.behaviour = by_path(**{**paging(), "incidents": incidents})
    found = await pages_of(upstream)
    assert sorted(one.id for one in found.pages) == ["P0", "P100", "P200"]
    assert found.is_cut


async def test_the_requests_carry_key_version_and_filters(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**paging())
    await pages_of(upstream, services=["PSERVIC", "POTHER"])
    first = upstream.requests[0]
    assert first.query[:4] == [
        ("statuses[]", "triggered"),
        ("statuses[]", "acknowledged"),
        ("service_ids[]", "PSERVIC"),
        ("service_ids[]", "POTHER"),
    ]
    assert ("limit", "100") in first.query
    for request in upstream.requests:
        assert request.headers["authorization"] == f"Token token={TOKENS['PAGERDUTY_TOKEN']}"
        assert request.headers["accept"] == "application/vnd.pagerduty+json;version=2"


async def test_an_id_cannot_lead_to_another_address(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**paging(page(id="../users/PX?x=")))
    await pages_of(upstream)
    assert {request.path for request in upstream.requests} == {
        "/incidents",
        "/oncalls",
        "/incidents/..%2Fusers%2FPX%3Fx%3D/log_entries",
        "/incidents/..%2Fusers%2FPX%3Fx%3D/related_change_events",
    }


async def test_texts_are_cleaned_and_moments_from_the_future_are_now(upstream: Loopback) -> None:
    hostile = page(title="\x1b[2Jred\u202e", created_at=stamp(NOW + timedelta(hours=1)), html_url="javascript:x")
    upstream.behaviour = by_path(**paging(hostile))
    (found,) = (await pages_of(upstream)).pages
    assert found.title == "␛red⟨202E⟩"
    assert (found.since, found.link) == (NOW, "")


@pytest.mark.parametrize("changes", [{"status": 3}, {"created_at": "yesterday"}, {"incident_number": "many"}])
async def test_a_changed_schema_is_told_with_its_place(upstream: Loopback, changes: dict[str, Any]) -> None:
    upstream.behaviour = by_path(**paging(page(**changes)))
    with pytest.raises(UpstreamError, match=next(iter(changes))) as caught:
        await pages_of(upstream)
    assert caught.value.kind is FailureKind.MALFORMED


async def test_a_refusal_is_told_in_pagerdutys_words(upstream: Loopback) -> None:
    body = {"error": {"message": "Access Denied", "code": 2010}}
    upstream.behaviour = by_path(incidents=answer_json(body, status=403))
    with pytest.raises(UpstreamError, match="Access Denied") as caught:
        await pages_of(upstream)
    assert caught.value.kind is FailureKind.FORBIDDEN


async def test_levels_say_who_is_on_call_until_when_and_who_follows(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**paging())
    primary, secondary = (await on_call_of(upstream)).rotations
    assert (primary.level, primary.name) == (1, "events-primary")
    assert primary.current == (Shift("佐藤 花子", NOW - timedelta(hours=9), MORNING),)
    assert primary.following == Shift("鈴木 一郎", MORNING, MORNING + timedelta(days=1))
    assert [shift.person for shift in secondary.current] == ["鈴木 一郎"]


async def test_schedules_are_called_in_the_order_of_the_configuration(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**paging())
    found = await on_call_of(upstream, escalation_policy="", schedules=["PLEVEL2", "PLEVEL1", "PEMPTY"])
    assert [(one.level, one.name) for one in found.rotations] == [
        (1, "events-secondary"),
        (2, "events-primary"),
        (3, "PEMPTY"),
    ]
    assert [one.name for one in found.uncovered] == ["PEMPTY"], "a schedule without anybody is a hole, not nothing"


async def test_whoever_is_always_on_call_has_neither_beginning_nor_end(upstream: Loopback) -> None:
    entries = answer_json(pagerduty_list("oncalls", on_call_entry(HANAKO, 1, None, None)))
    upstream.behaviour = by_path(oncalls=entries)
    (rotation,) = (await on_call_of(upstream)).rotations
    assert rotation.current == (Shift("佐藤 花子"),)
    assert rotation.following is None


async def test_on_calls_are_asked_for_earliest_first_and_a_fortnight_ahead(upstream: Loopback) -> None:
    upstream.behaviour = by_path(**paging())
    await on_call_of(upstream, schedules=["PLEVEL1"])
    (request,) = upstream.requests
    assert dict(request.query) == {
        "escalation_policy_ids[]": "PPOLICY",
        "schedule_ids[]": "PLEVEL1",
        "since": "2026-11-23T21:30:20+00:00",
        "until": "2026-12-07T21:30:20+00:00",
        "earliest": "true",
        "limit": "100",
        "offset": "0",
    }
