"""Silences through Alertmanager's API: one replica is told; what is not known is looked up before it is repeated."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer, answer_json, running
from tests.contract.vendors import NOW, stamp

from eventa_cockpit.config import Alertmanager, EnvironmentConfig
from eventa_cockpit.domain.silence import LabelMatcher
from eventa_cockpit.errors import UncertainError, UpstreamError
from eventa_cockpit.integrations.alert_managers import silences_for
from eventa_cockpit.integrations.silences import SilenceApi, Wanted

MATCHERS = (LabelMatcher("alertname", "PaymentFailureRateHigh"), LabelMatcher("severity", "critical"))
WANTED = Wanted("cockpit-1", MATCHERS, NOW + timedelta(hours=1), "Hanako", "known")


@pytest.fixture
def second() -> Iterator[Loopback]:
    with running() as replica:
        yield replica


def api(*urls: str, deadline: float = 5.0) -> SilenceApi:
    environment = EnvironmentConfig(alertmanager=Alertmanager(urls=list(urls), deadline=deadline))
    return silences_for(environment, lambda: NOW)["alerts"]  # type: ignore[return-value]


def standing(identifier: str = "s1", comment: str = "known [cockpit-1]", state: str = "active") -> dict[str, Any]:
    return {
        "id": identifier,
        "status": {"state": state},
        "matchers": [{"name": "alertname", "value": "X", "isRegex": False, "isEqual": True}],
        "startsAt": stamp(NOW),
        "endsAt": stamp(NOW + timedelta(hours=1)),
        "updatedAt": stamp(NOW),
        "createdBy": "Hanako",
        "comment": comment,
    }


def serving(write: Behaviour, *silences: dict[str, Any]) -> Behaviour:
    """`write` answers what changes something."""

    def respond(request: Request, connection: socket.socket) -> None:
        (answer_json(list(silences)) if request.method == "GET" else write)(request, connection)

    return respond


def break_off(_request: Request, _connection: socket.socket) -> None:
    """Understood, perhaps; answered, never."""


def writes(upstream: Loopback) -> list[str]:
    return [request.method for request in upstream.requests if request.method != "GET"]


async def test_a_silence_names_exactly_what_it_holds_back(upstream: Loopback) -> None:
    upstream.behaviour = answer_json({"silenceID": "s1"})
    assert await api(upstream.url).set(WANTED) == "s1"
    (request,) = upstream.requests
    assert (request.method, request.path) == ("POST", "/api/v2/silences")
    assert json.loads(request.body) == {
        "matchers": [
            {"name": "alertname", "value": "PaymentFailureRateHigh", "isRegex": False, "isEqual": True},
            {"name": "severity", "value": "critical", "isRegex": False, "isEqual": True},
        ],
        "startsAt": "2026-11-23T21:30:20.000Z",
        "endsAt": "2026-11-23T22:30:20.000Z",
        "createdBy": "Hanako",
        "comment": "known [cockpit-1]",
    }


async def test_extending_names_the_silence(upstream: Loopback) -> None:
    upstream.behaviour = answer_json({"silenceID": "s1"})
    await api(upstream.url).set(Wanted("cockpit-2", MATCHERS, NOW, "Hanako", "known", silence="s1"))
    assert json.loads(upstream.requests[0].body)["id"] == "s1"


async def test_one_replica_of_a_pair_is_told_and_the_pair_tells_itself(upstream: Loopback, second: Loopback) -> None:
    upstream.behaviour = answer_json({"silenceID": "s1"})
    await api(upstream.url, second.url).set(WANTED)
    assert second.requests == []


async def test_a_dead_replica_is_passed_over(second: Loopback) -> None:
    with running() as gone:
        dead = gone.url
    second.behaviour = answer_json({"silenceID": "s2"})
    assert await api(dead, second.url).set(WANTED) == "s2"


async def test_a_silence_that_stands_after_all_is_not_set_again(upstream: Loopback, second: Loopback) -> None:
    upstream.behaviour = serving(break_off, standing())
    second.behaviour = answer_json({"silenceID": "s2"})
    assert await api(upstream.url, second.url).set(WANTED) == "s1"
    assert writes(upstream) == ["POST"]
    assert writes(second) == []


async def test_one_that_does_not_stand_is_set_at_the_other_replica(upstream: Loopback, second: Loopback) -> None:
    upstream.behaviour = serving(break_off, standing(comment="another one"))
    second.behaviour = answer_json({"silenceID": "s2"})
    assert await api(upstream.url, second.url).set(WANTED) == "s2"


async def test_when_nobody_can_be_asked_nobody_knows(upstream: Loopback) -> None:
    upstream.behaviour = lambda request, connection: (
        answer(b"", status=500) if request.method == "GET" else break_off
    )(request, connection)
    with pytest.raises(UncertainError):
        await api(upstream.url).set(WANTED)
    assert writes(upstream) == ["POST"]


async def test_a_refusal_is_told_in_alertmanagers_words_and_not_taken_elsewhere(
    upstream: Loopback, second: Loopback
) -> None:
    upstream.behaviour = answer(b'"start time must not be modified"', status=400)
    with pytest.raises(UpstreamError) as caught:
        await api(upstream.url, second.url).set(WANTED)
    assert not isinstance(caught.value, UncertainError)
    assert "start time must not be modified" in str(caught.value)
    assert second.requests == []


async def test_ending_a_silence(upstream: Loopback) -> None:
    upstream.behaviour = answer(b"", kind="application/json")
    await api(upstream.url).expire("s1")
    assert (upstream.requests[0].method, upstream.requests[0].path) == ("DELETE", "/api/v2/silence/s1")


async def test_one_that_has_ended_already_has_ended(upstream: Loopback) -> None:
    upstream.behaviour = answer(b'"silence s1 not found"', status=404)
    await api(upstream.url).expire("s1")
    upstream.behaviour = serving(answer(b'"silence s1 already expired"', status=500), standing(state="expired"))
    await api(upstream.url).expire("s1")


async def test_one_that_goes_on_is_ended_at_the_other_replica(upstream: Loopback, second: Loopback) -> None:
    upstream.behaviour = serving(break_off, standing())
    second.behaviour = answer(b"")
    await api(upstream.url, second.url).expire("s1")
    assert writes(second) == ["DELETE"]


async def test_what_has_ended_is_not_listed_and_texts_are_harmless(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([standing("old", state="expired"), standing("s1", "a\x1b[2J" + "b" * 5000)])
    (found,) = await api(upstream.url).standing()
    assert found.id == "s1"
    assert "\x1b" not in found.comment
    assert len(found.comment) <= 400


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (LabelMatcher("a", "x"), 'a="x"'),
        (LabelMatcher("a", "x", is_equal=False), 'a!="x"'),
        (LabelMatcher("a", "x.*", is_regex=True), 'a=~"x.*"'),
        (LabelMatcher("a", "x.*", is_regex=True, is_equal=False), 'a!~"x.*"'),
        (LabelMatcher("a", 'q"\\'), 'a="q\\"\\\\"'),
    ],
)
def test_a_matcher_is_written_as_alertmanager_writes_it(matcher: LabelMatcher, text: str) -> None:
    assert matcher.text == text
