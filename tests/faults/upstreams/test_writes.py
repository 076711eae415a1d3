"""Whatever an upstream does with a write, it is made once, and we say whether it may have been done."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer, answer_json, head, running
from tests.contract.vendors import NOW
from tests.faults.upstreams.conftest import IMPATIENT_S, PATIENT_S
from tests.faults.upstreams.misbehaving import FAULTS, JSON, Fault, behaviour, dripping
from tests.faults.upstreams.test_faults import self_signed

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import HttpError, UncertainError, UpstreamError
from eventa_cockpit.integrations.fetching import Answer, Fetcher
from eventa_cockpit.testing.contract import is_one_clean_sentence

KEY = "Token token=y_NbAkKc66ryYTWUXYEu"
CONTENT = {"incident": {"status": "acknowledged"}}
REFUSED = {
    "400",
    "401",
    "403",
    "404",
    "429",
    "429 with seconds",
    "429 with a date",
    "429 by a clock that is years behind",
    "429 by a clock that is years ahead",
    "redirect",
}
"""Faults after which the upstream has certainly done nothing."""
DONE = {"HTML that says it is JSON", "truncated JSON", "deeply nested JSON", "NaN", "bad UTF-8", "schema change"}
DONE |= {"another type altogether", "empty"}
"""Answers that arrive whole: what they say is the integration's to judge."""


async def write(url: str, deadline: float = PATIENT_S) -> Answer:
    fetcher = Fetcher(lambda: KEY, now=lambda: NOW)
    try:
        return await fetcher.send("PUT", url, CONTENT, deadline=timedelta(seconds=deadline))
    finally:
        await fetcher.close()


async def failure_of(url: str, deadline: float = PATIENT_S) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        await write(url, deadline)
    assert is_one_clean_sentence(str(caught.value)), str(caught.value)
    return caught.value


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.name not in DONE], ids=lambda fault: fault.name)
async def test_a_write_is_made_once_and_its_outcome_is_never_guessed(upstream: Loopback, fault: Fault) -> None:
    upstream.behaviour = behaviour(fault.name, upstream)
    failure = await failure_of(
        f"{upstream.url}/incidents/1", IMPATIENT_S if FailureKind.TIMEOUT in fault.kinds else PATIENT_S
    )
    assert failure.kind in fault.kinds
    assert isinstance(failure, UncertainError) is (fault.name not in REFUSED)
    assert [(request.method, json.loads(request.body)) for request in upstream.requests] == [("PUT", CONTENT)]


async def test_what_never_reached_the_upstream_was_not_done(tmp_path: Path) -> None:
    with running() as gone:
        url = gone.url
    with running(self_signed(tmp_path)) as untrusted:
        failures = [await failure_of(place) for place in (url, untrusted.url, "http://no-such-host.invalid")]
    assert [failure.kind for failure in failures] == [FailureKind.NETWORK, FailureKind.TLS, FailureKind.NAME]
    assert not any(isinstance(failure, UncertainError) for failure in failures)


async def test_a_write_and_its_token_do_not_follow_a_redirect(upstream: Loopback) -> None:
    with running() as thief:
        upstream.behaviour = answer(b"", status=307, headers={"Location": f"{thief.url}/"})
        assert (await failure_of(upstream.url)).kind is FailureKind.REDIRECTED
        assert thief.requests == []


async def test_the_answer_of_a_write_is_given_whole(upstream: Loopback) -> None:
    upstream.behaviour = answer_json({"ok": True}, status=202)
    done = await write(upstream.url)
    assert (done.status, json.loads(done.body)) == (202, {"ok": True})
    (request,) = upstream.requests
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == KEY


async def test_a_write_may_be_answered_with_nothing(upstream: Loopback) -> None:
    upstream.behaviour = lambda _request, connection: connection.sendall(head(204))
    assert (await write(upstream.url)).body == b""


PAGERDUTY = {"error": {"message": "Incident Already Resolved", "code": 1001, "errors": ["It is over."]}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PAGERDUTY, "Incident Already Resolved; It is over"),
        ({"status": "invalid event", "message": "Event is invalid", "errors": ["no key"]}, "Event is invalid; no key"),
        ("bad matcher format: x", "bad matcher format: x"),
        ({"status": "error", "errorType": "bad_data", "error": "parse error"}, "parse error"),
        ({"detail": "You do not have permission."}, "You do not have permission"),
        ({"message": "Validation Failed", "errors": [{"message": "name is too long"}]}, "Validation Failed; name is"),
        ({"error": "Token y_NbAkKc66ryYTWUXYEu is expired"}, "Token … is expired"),
        ({"error": {"message": "\x1b[31mred\u202e"}}, "␛red⟨202E⟩"),
        ({"message": "long " * 400}, "long long"),
    ],
)
async def test_a_refusal_is_told_in_the_upstreams_own_words(upstream: Loopback, content: object, words: str) -> None:
    upstream.behaviour = answer_json(content, status=400)
    failure = await failure_of(upstream.url)
    assert words in str(failure)
    assert "NbAkKc66" not in str(failure)
    assert isinstance(failure, HttpError)
    assert (failure.status, failure.complaint) == (400, content)


@pytest.mark.parametrize("body", [b"<h1>no</h1>", b"", b"{}", b'{"error": 5}', b"[" * 9000, b'{"message": "\xff"}'])
async def test_a_refusal_without_words_is_told_by_its_status(upstream: Loopback, body: bytes) -> None:
    upstream.behaviour = answer(body, status=400)
    assert "says" not in str(await failure_of(upstream.url))


async def test_a_refusal_that_drips_is_still_known_by_its_status(upstream: Loopback) -> None:
    upstream.behaviour = dripping(upstream, head(403, JSON), b" ")
    failure = await failure_of(upstream.url)
    assert isinstance(failure, HttpError)
    assert failure.kind is FailureKind.FORBIDDEN


async def test_no_write_is_tried_while_the_upstream_bars_us(upstream: Loopback) -> None:
    spent = {"ratelimit-remaining": "0", "ratelimit-reset": "30"}
    upstream.behaviour = answer_json({}, headers=spent)
    fetcher = Fetcher(now=lambda: NOW)
    await fetcher.send("POST", upstream.url, CONTENT, deadline=timedelta(seconds=PATIENT_S))
    with pytest.raises(UpstreamError) as caught:
        await fetcher.send("POST", upstream.url, CONTENT, deadline=timedelta(seconds=PATIENT_S))
    await fetcher.close()
    assert (caught.value.kind, caught.value.retry_after) == (FailureKind.THROTTLED, timedelta(seconds=30))
    assert not isinstance(caught.value, UncertainError)
    assert len(upstream.requests) == 1


async def test_what_has_not_changed_is_not_read_again(upstream: Loopback) -> None:
    upstream.behaviour = revisioned('"one"', b"[1]")
    fetcher = Fetcher(now=lambda: NOW)
    first = await fetcher.get(upstream.url)
    assert await fetcher.get(upstream.url, known=first) is first
    upstream.behaviour = revisioned('"two"', b"[2]")
    assert (await fetcher.get(upstream.url, known=first)).body == b"[2]"
    await fetcher.close()


async def test_an_unasked_not_modified_is_no_answer(upstream: Loopback) -> None:
    upstream.behaviour = answer(b"", status=304)
    fetcher = Fetcher(now=lambda: NOW)
    with pytest.raises(UpstreamError, match="HTTP 304"):
        await fetcher.get(upstream.url)
    await fetcher.close()


def revisioned(tag: str, body: bytes) -> Behaviour:
    def write(request: Request, connection: socket.socket) -> None:
        is_known = request.headers.get("if-none-match") == tag
        (answer(b"", status=304) if is_known else answer(body, headers={"ETag": tag}))(request, connection)

    return write
