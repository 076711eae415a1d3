"""Pages are answered on record: before anything leaves, and how it went."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.contract.loopback import Loopback, answer, answer_json, running
from tests.contract.paging_account import Account
from tests.contract.vendors import TOKENS, pagerduty
from tests.unit.session.test_running_steps import put_in_the_way
from tests.unit.session.world import World, facts

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.page import Page, PageStatus, PageUrgency
from eventa_cockpit.domain.page_action import PageActionAsked, PageActionEnded, PageOutcome
from eventa_cockpit.domain.response import Acknowledged
from eventa_cockpit.errors import JournalError
from eventa_cockpit.integrations.telling import pager_of
from eventa_cockpit.services.paging import Paging
from eventa_cockpit.services.session import Session

SINCE = datetime.fromisoformat("2026-11-23T21:26:20Z")
PAGE = Page(
    "PT4KHLK", 1234, "Payments fail", "eventa", PageUrgency.HIGH, PageStatus.TRIGGERED, SINCE, ("佐藤 花子",), level=1
)


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)
    with running() as loopback:
        yield loopback


@pytest.fixture
def account(upstream: Loopback) -> Account:
    upstream.behaviour = account = Account()
    return account


def paging(upstream: Loopback, session: Session | None) -> Paging:
    pager = pager_of(EnvironmentConfig(pagerduty=pagerduty(upstream.url, from_email="hanako@eventa.app")))
    assert pager is not None
    return Paging(pager, lambda: session)


async def test_an_answer_is_on_record_before_it_leaves(stg: World, upstream: Loopback, account: Account) -> None:
    session = await stg.session()
    seen: list[int] = []

    def recorded(request: object, connection: object) -> None:
        seen.append(len(facts(session, PageActionAsked)))
        account(request, connection)  # type: ignore[arg-type]

    upstream.behaviour = recorded
    answered = await paging(upstream, session).acknowledge(PAGE)
    assert answered.outcome is PageOutcome.DONE
    assert set(seen) == {1}
    (asked,) = facts(session, PageActionAsked)
    (ended,) = facts(session, PageActionEnded)
    assert (asked.action, asked.number, asked.title, asked.vendor) == (
        "acknowledge",
        1234,
        "Payments fail",
        "PagerDuty",
    )
    assert (ended.id, ended.outcome) == (asked.id, "done")


async def test_what_cannot_be_recorded_is_not_done(
    stg: World, upstream: Loopback, account: Account, tmp_path: Path
) -> None:
    session = await stg.session()
    put_in_the_way(session, tmp_path / "state")
    with pytest.raises(JournalError):
        await paging(upstream, session).resolve(PAGE)
    assert upstream.requests == []


async def test_an_acknowledgement_stops_the_clock_of_the_unanswered_alert(
    stg: World, upstream: Loopback, account: Account
) -> None:
    session = await stg.session()
    await paging(upstream, session).acknowledge(PAGE)
    await paging(upstream, session).acknowledge(PAGE)
    assert session.incident.response.acknowledged_at is not None
    assert [fact.note for fact in facts(session, Acknowledged)] == ["PagerDuty #1234"]
    assert [fact.outcome for fact in facts(session, PageActionEnded)] == ["done", "already"]


async def test_a_refusal_is_on_record_with_its_reason_and_stops_no_clock(
    stg: World, upstream: Loopback, account: Account
) -> None:
    account.refusal = answer_json({"error": {"message": "Access Denied", "code": 2010}}, status=403)
    session = await stg.session()
    answered = await paging(upstream, session).acknowledge(PAGE)
    assert answered.outcome is PageOutcome.FAILED
    assert "Access Denied" in facts(session, PageActionEnded)[0].reason
    assert session.incident.response.acknowledged_at is None


async def test_an_uncertain_answer_is_recorded_as_one(stg: World, upstream: Loopback, account: Account) -> None:
    account.refusal = answer(b"", status=502)
    session = await stg.session()
    answered = await paging(upstream, session).update_status(PAGE, "We know.")
    assert answered.outcome is PageOutcome.UNCERTAIN
    assert facts(session, PageActionEnded)[0].outcome == "uncertain"


async def test_every_action_keeps_what_goes_with_it(stg: World, upstream: Loopback, account: Account) -> None:
    session = await stg.session()
    ours = paging(upstream, session)
    await ours.add_note(PAGE, "Stripe is down")
    await ours.snooze(PAGE, timedelta(minutes=30))
    await ours.escalate(PAGE, 2)
    await ours.resolve(PAGE, "Stripe is back")
    told = [(fact.action, fact.detail) for fact in facts(session, PageActionAsked)]
    assert told == [("note", "Stripe is down"), ("snooze", "30"), ("escalate", "2"), ("resolve", "Stripe is back")]
    assert {fact.outcome for fact in facts(session, PageActionEnded)} == {"done"}


async def test_a_page_is_answered_without_an_incident_too(upstream: Loopback, account: Account) -> None:
    assert (await paging(upstream, None).acknowledge(PAGE)).outcome is PageOutcome.DONE
    sent = [json.loads(request.body) for request in upstream.requests if request.method == "PUT"]
    assert [content["incident"]["status"] for content in sent] == ["acknowledged"]
