"""What is written to PagerDuty: after a look at the state, once, and never guessed about."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.loopback import Loopback, answer, answer_json
from tests.contract.paging_account import Account
from tests.contract.paging_answers import ICHIRO, page
from tests.contract.vendors import NOW, TOKENS, pagerduty, stamp

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.page_action import PageOutcome
from eventa_cockpit.errors import UncertainError, UpstreamError
from eventa_cockpit.integrations.pagerduty_actions import PagerDutyPager
from eventa_cockpit.integrations.pagerduty_events import EventSeverity, PagerDutyEvents
from eventa_cockpit.integrations.telling import pager_of, pagerduty_events_of

PAGE = "PT4KHLK"
EMAIL = "hanako@eventa.app"
ROUTING_KEY = "e93facc04764012d7bfb002500d5d1a6"
LEFT = ("佐藤 花子",)
"""Whose the page is."""


@pytest.fixture
def account(upstream: Loopback) -> Account:
    account = Account()
    upstream.behaviour = account
    return account


@pytest.fixture
async def pager(upstream: Loopback) -> AsyncIterator[PagerDutyPager]:
    found = pager_of(EnvironmentConfig(pagerduty=pagerduty(upstream.url, from_email=EMAIL)))
    assert found is not None
    yield found
    await found.close()


def writes(upstream: Loopback) -> list[tuple[str, str, Any]]:
    return [
        (request.method, request.path, json.loads(request.body))
        for request in upstream.requests
        if request.method != "GET"
    ]


async def test_a_page_is_acknowledged_in_ones_name(upstream: Loopback, account: Account, pager: PagerDutyPager) -> None:
    assert await pager.acknowledge(PAGE) is PageOutcome.DONE
    wanted = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    assert writes(upstream) == [("PUT", f"/incidents/{PAGE}", wanted)]
    sent = upstream.requests[-1].headers
    assert (sent["from"], sent["authorization"]) == (EMAIL, f"Token token={TOKENS['PAGERDUTY_TOKEN']}")
    assert sent["accept"] == "application/vnd.pagerduty+json;version=2"


@pytest.mark.parametrize(
    ("status", "action", "outcome"),
    [
        ("acknowledged", "acknowledge", PageOutcome.ALREADY),
        ("resolved", "acknowledge", PageOutcome.OVER),
        ("resolved", "resolve", PageOutcome.ALREADY),
        ("resolved", "escalate", PageOutcome.OVER),
        ("resolved", "snooze", PageOutcome.OVER),
        ("resolved", "update_status", PageOutcome.OVER),
    ],
)
async def test_what_is_so_already_is_not_written_and_nothing_is_opened_again(
    upstream: Loopback, account: Account, pager: PagerDutyPager, status: str, action: str, outcome: PageOutcome
) -> None:
    account.page = page(status=status)
    more: dict[str, tuple[Any, ...]] = {
        "escalate": (2, LEFT),
        "snooze": (timedelta(hours=1),),
        "update_status": ("We know.",),
    }
    assert await getattr(pager, action)(PAGE, *more.get(action, ())) is outcome
    assert writes(upstream) == []


@pytest.mark.parametrize(
    ("code", "action", "outcome"),
    [
        (1001, "acknowledge", PageOutcome.OVER),
        (1001, "resolve", PageOutcome.ALREADY),
        (1002, "acknowledge", PageOutcome.ALREADY),
    ],
)
async def test_somebody_who_was_quicker_is_no_failure(
    account: Account, pager: PagerDutyPager, code: int, action: str, outcome: PageOutcome
) -> None:
    account.refusal = answer_json({"error": {"message": "Incident Already …", "code": code}}, status=400)
    assert await getattr(pager, action)(PAGE) is outcome


async def test_another_refusal_is_told_in_pagerdutys_words(account: Account, pager: PagerDutyPager) -> None:
    account.refusal = answer_json({"error": {"message": "Access Denied", "code": 2010}}, status=403)
    with pytest.raises(UpstreamError, match="Access Denied") as caught:
        await pager.acknowledge(PAGE)
    assert caught.value.kind is FailureKind.FORBIDDEN


async def test_an_escalation_wakes_the_level(upstream: Loopback, account: Account, pager: PagerDutyPager) -> None:
    assert await pager.escalate(PAGE, 2, LEFT) is PageOutcome.DONE
    assert writes(upstream)[0][2] == {"incident": {"type": "incident_reference", "escalation_level": 2}}


async def test_a_page_that_has_moved_on_is_not_escalated_blindly(
    upstream: Loopback, account: Account, pager: PagerDutyPager
) -> None:
    account.page = page(assignments=[{"at": stamp(NOW), "assignee": ICHIRO}])
    assert await pager.escalate(PAGE, 2, LEFT) is PageOutcome.ALREADY
    assert writes(upstream) == []


async def test_the_same_note_is_written_once(upstream: Loopback, account: Account, pager: PagerDutyPager) -> None:
    assert await pager.add_note(PAGE, "Stripe is down") is PageOutcome.DONE
    assert await pager.add_note(PAGE, "Stripe is down") is PageOutcome.ALREADY
    assert [content for _method, _path, content in writes(upstream)] == [{"note": {"content": "Stripe is down"}}]


async def test_a_snooze_is_in_seconds(upstream: Loopback, account: Account, pager: PagerDutyPager) -> None:
    assert await pager.snooze(PAGE, timedelta(minutes=30)) is PageOutcome.DONE
    assert writes(upstream) == [("POST", f"/incidents/{PAGE}/snooze", {"duration": 1800})]


async def test_an_unanswered_write_is_looked_up_and_not_repeated(
    upstream: Loopback, account: Account, pager: PagerDutyPager
) -> None:
    account.drops = True
    assert await pager.acknowledge(PAGE) is PageOutcome.DONE
    assert await pager.escalate(PAGE, 2, LEFT) is PageOutcome.DONE
    assert await pager.add_note(PAGE, "Stripe is down") is PageOutcome.DONE
    assert len(writes(upstream)) == 3


async def test_an_unanswered_write_that_leaves_no_trace_stays_uncertain(
    upstream: Loopback, account: Account, pager: PagerDutyPager
) -> None:
    account.drops = True
    with pytest.raises(UncertainError):
        await pager.update_status(PAGE, "We know.")
    assert len(writes(upstream)) == 1


async def test_a_write_that_did_not_arrive_is_uncertain_until_a_person_looks(
    upstream: Loopback, account: Account, pager: PagerDutyPager
) -> None:
    account.refusal = answer(b"", status=502)
    assert await pager.acknowledge(PAGE) is PageOutcome.UNCERTAIN
    assert len(writes(upstream)) == 1


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("", "write the e-mail"),
        ("env:NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE"),
        ("ha\nnako@eventa.app", "write the e-mail"),
        ("花子@eventa.app", "write the e-mail"),
    ],
)
async def test_without_an_address_nothing_is_written(
    upstream: Loopback, account: Account, place: str, words: str
) -> None:
    pager = pager_of(EnvironmentConfig(pagerduty=pagerduty(upstream.url, from_email=place)))
    assert pager is not None
    with pytest.raises(UpstreamError, match=words) as caught:
        await pager.acknowledge(PAGE)
    assert caught.value.kind is FailureKind.NOT_CONFIGURED
    assert writes(upstream) == []
    await pager.close()


async def test_the_address_may_stand_in_a_variable(
    upstream: Loopback, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGERDUTY_EMAIL", EMAIL)
    pager = pager_of(EnvironmentConfig(pagerduty=pagerduty(upstream.url, from_email="env:PAGERDUTY_EMAIL")))
    assert pager is not None
    assert await pager.acknowledge(PAGE) is PageOutcome.DONE
    assert upstream.requests[-1].headers["from"] == EMAIL
    await pager.close()


def test_nobody_can_be_answered_without_a_paging_service() -> None:
    assert pager_of(EnvironmentConfig()) is None
    assert pagerduty_events_of(EnvironmentConfig(pagerduty=pagerduty("http://127.0.0.1:9"))) is None


# Events API v2


@pytest.fixture
async def events(upstream: Loopback, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PagerDutyEvents]:
    monkeypatch.setenv("ROUTING_KEY", ROUTING_KEY)
    config = pagerduty(upstream.url, routing_key="env:ROUTING_KEY", events_url=upstream.url)
    upstream.behaviour = answer_json({"status": "success", "message": "Event processed"}, status=202)
    found = pagerduty_events_of(EnvironmentConfig(pagerduty=config))
    assert found is not None
    yield found
    await found.close()


async def test_an_event_has_a_key_of_its_own_and_is_resolved_by_it(upstream: Loopback, events: PagerDutyEvents) -> None:
    await events.trigger("Payments fail", "eventa/payments", severity=EventSeverity.ERROR, component="payment")
    await events.acknowledge("eventa/payments")
    await events.resolve("eventa/payments")
    sent = [content for _method, _path, content in writes(upstream)]
    assert [content["event_action"] for content in sent] == ["trigger", "acknowledge", "resolve"]
    assert {content["dedup_key"] for content in sent} == {"eventa/payments"}
    assert {content["routing_key"] for content in sent} == {ROUTING_KEY}
    assert sent[0]["payload"]["severity"] == "error"


async def test_a_change_wakes_nobody(upstream: Loopback, events: PagerDutyEvents) -> None:
    await events.tell_change("Maintenance mode on", {"step": "mitigate.2", "by": "hanako"})
    ((method, path, content),) = writes(upstream)
    assert (method, path) == ("POST", "/v2/change/enqueue")
    assert content["payload"]["summary"] == "Maintenance mode on"
    assert "event_action" not in content


async def test_the_same_message_pages_once(upstream: Loopback, events: PagerDutyEvents) -> None:
    first = await events.send("技術責任者", "30 分経過しました")
    second = await events.send("技術責任者", "30 分経過しました")
    other = await events.send("経営陣", "60 分経過しました")
    assert first == second != other
    summaries = [content["payload"]["summary"] for _method, _path, content in writes(upstream)]
    assert summaries[0] == "技術責任者: 30 分経過しました"


async def test_a_refused_event_says_why_and_never_the_key(upstream: Loopback, events: PagerDutyEvents) -> None:
    refusal = {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": ["'summary' is missing for e93facc04764012d7bfb002500d5d1a6"],
    }
    upstream.behaviour = answer_json(refusal, status=400)
    with pytest.raises(UpstreamError, match="'summary' is missing") as caught:
        await events.trigger("", "key")
    assert ROUTING_KEY not in str(caught.value)


async def test_an_event_that_may_have_paged_is_uncertain(upstream: Loopback, events: PagerDutyEvents) -> None:
    upstream.behaviour = answer(b"", status=500)
    with pytest.raises(UncertainError):
        await events.trigger("Payments fail", "key")
    assert len(upstream.requests) == 1
