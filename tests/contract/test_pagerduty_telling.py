"""Escalating a page: read first, done once, explained in a note, and never the wrong page."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer, answer_json
from tests.contract.paging_answers import ON_CALLS, page, pagerduty_list
from tests.contract.vendors import NOW, TOKENS, pagerduty

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.page import Page, PageStatus, PageUrgency
from eventa_cockpit.errors import UncertainError, UpstreamError
from eventa_cockpit.integrations.pagerduty_telling import PagerDutyEscalation, page_for
from eventa_cockpit.integrations.telling import pagerduty_of

ON_LEVEL_TWO = [ON_CALLS[1]["user"]]


class Paging:
    """A page that moves when it is told to."""

    def __init__(self, **failures: Behaviour) -> None:
        self.raw: dict[str, Any] = page()
        self.failures = failures
        """`put` or `post` → how that call goes wrong, once."""

    def __call__(self, request: Request, connection: socket.socket) -> None:
        answers = {
            "oncalls": answer_json(pagerduty_list("oncalls", *ON_CALLS[:2])),
            "notes": answer_json({"note": {"id": "N1"}}, status=201),
        }
        if request.method == "PUT":
            assert msgspec.json.decode(request.body)["incident"]["escalation_level"] == 2
            self.raw["assignments"] = [{"at": self.raw["created_at"], "assignee": user} for user in ON_LEVEL_TWO]
        name = request.path.rpartition("/")[2]
        usual = answers.get(name, answer_json({"incident": self.raw}))
        self.failures.pop(request.method.lower(), usual)(request, connection)


@pytest.fixture
def sender(upstream: Loopback, monkeypatch: pytest.MonkeyPatch) -> PagerDutyEscalation:
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)
    config = EnvironmentConfig(pagerduty=pagerduty(upstream.url, from_email="hanako@eventa.example"))
    found = pagerduty_of(config, lambda: "PT4KHLK")
    assert found is not None
    return found


def writes(upstream: Loopback) -> list[tuple[str, str, str]]:
    return [
        (request.method, request.path, request.headers["from"])
        for request in upstream.requests
        if request.method != "GET"
    ]


PUT = ("PUT", "/incidents/PT4KHLK", "hanako@eventa.example")
POST = ("POST", "/incidents/PT4KHLK/notes", "hanako@eventa.example")


async def test_a_page_is_escalated_and_says_why(upstream: Loopback, sender: PagerDutyEscalation) -> None:
    upstream.behaviour = Paging()
    assert await sender.send("2", "15 minutes without an answer") == "PT4KHLK"
    assert writes(upstream) == [PUT, POST]
    assert b"15 minutes without an answer" in upstream.requests[-1].body


async def test_a_page_that_is_there_already_only_gets_the_note(upstream: Loopback, sender: PagerDutyEscalation) -> None:
    upstream.behaviour = paging = Paging()
    paging.raw["assignments"] = [{"at": paging.raw["created_at"], "assignee": user} for user in ON_LEVEL_TWO]
    await sender.send("2", "x")
    assert writes(upstream) == [POST]


async def test_an_escalation_that_nobody_saw_end_is_looked_at_again(
    upstream: Loopback, sender: PagerDutyEscalation
) -> None:
    upstream.behaviour = Paging(put=answer(b"", status=502))
    await sender.send("2", "x")
    assert writes(upstream) == [PUT, POST]


async def test_a_note_that_may_be_there_is_doubted(upstream: Loopback, sender: PagerDutyEscalation) -> None:
    upstream.behaviour = Paging(post=answer(b"", status=502))
    with pytest.raises(UncertainError):
        await sender.send("2", "x")


async def test_a_resolved_page_is_left_alone(upstream: Loopback, sender: PagerDutyEscalation) -> None:
    upstream.behaviour = paging = Paging()
    paging.raw["status"] = "resolved"
    with pytest.raises(UpstreamError, match="#1234 is resolved"):
        await sender.send("2", "x")
    assert writes(upstream) == []


def known(page_id: str, title: str) -> Page:
    since = NOW - timedelta(minutes=3)
    return Page(page_id, 1, title, "eventa", PageUrgency.HIGH, PageStatus.TRIGGERED, since)


def test_the_page_of_an_incident_is_the_one_called_like_it_or_the_only_one() -> None:
    fire, disk = known("P1", "PaymentFailureRateHigh"), known("P2", "DiskFull")
    assert page_for("payments fail", "PaymentFailureRateHigh", (fire, disk)) == "P1"
    assert page_for("anything", "", (disk,)) == "P2"
    with pytest.raises(UpstreamError, match="none is called like this"):
        page_for("anything", "", (fire, disk))
    with pytest.raises(UpstreamError, match="no open page"):
        page_for("anything", "", ())
