"""The simulated PagerDuty pages, escalates and is answered as the real one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.simulator.conftest import Drill

from eventa_cockpit.simulator.model.alerting import RULES, FiringAlert
from eventa_cockpit.simulator.model.paging import ACK_LASTS_S, ESCALATE_AFTER_S, Paged, Paging, PagingError
from eventa_cockpit.simulator.model.roster import FIRST_MONDAY, PEOPLE, WEEK, turn, turns

HANAKO, ICHIRO = PEOPLE[:2]
FIRING = {RULES[0].name: FiringAlert(RULES[0], 0.0, 0.4)}


@pytest.fixture
def paging() -> Paging:
    return Paging(lambda level, _at_s: PEOPLE[level - 1])


def paged(paging: Paging) -> Paged:
    paging.advance(5.0, FIRING)
    (incident,) = paging.incidents.values()
    return incident


def test_a_critical_alert_pages_the_primary_once(paging: Paging) -> None:
    incident = paged(paging)
    paging.advance(10.0, FIRING)
    assert len(paging.incidents) == 1
    assert (incident.status, incident.level, incident.assignee) == ("triggered", 1, HANAKO)
    assert dict(incident.pending())["escalate"] == ESCALATE_AFTER_S


def test_without_an_answer_it_escalates_and_then_there_is_nobody_left(paging: Paging) -> None:
    incident = paged(paging)
    paging.advance(ESCALATE_AFTER_S, FIRING)
    assert (incident.level, incident.assignee) == (2, ICHIRO)
    paging.advance(2 * ESCALATE_AFTER_S, FIRING)
    assert incident.is_exhausted
    assert incident.log[-1].kind == "exhaust_escalation_path"
    assert "escalate" not in dict(incident.pending())


def test_an_acknowledgement_stops_the_escalation_until_it_runs_out(paging: Paging) -> None:
    incident = paged(paging)
    paging.acknowledge(incident, HANAKO, 60.0)
    paging.advance(ESCALATE_AFTER_S + 60, FIRING)
    assert (incident.status, incident.level) == ("acknowledged", 1)
    paging.advance(60.0 + ACK_LASTS_S, FIRING)
    assert (incident.status, incident.acknowledged) == ("triggered", [])
    assert dict(incident.pending())["escalate"] == 60.0 + ACK_LASTS_S + ESCALATE_AFTER_S


def test_the_end_of_the_alert_resolves_the_page_and_a_new_alert_is_a_new_page(paging: Paging) -> None:
    incident = paged(paging)
    paging.advance(100.0, {})
    assert not incident.is_open
    paging.advance(200.0, {RULES[0].name: FiringAlert(RULES[0], 195.0, 0.4)})
    assert [one.number for one in paging.incidents.values() if one.is_open] == [incident.number + 1]


def test_what_was_resolved_by_hand_stays_resolved_while_its_alert_goes_on(paging: Paging) -> None:
    incident = paged(paging)
    paging.resolve(incident, HANAKO, 30.0)
    paging.advance(60.0, FIRING)
    assert [one.is_open for one in paging.incidents.values()] == [False]


def test_what_was_done_already_is_refused_with_pagerdutys_code(paging: Paging) -> None:
    incident = paged(paging)
    paging.acknowledge(incident, HANAKO, 30.0)
    for again, code in ((paging.acknowledge, 1002), (paging.resolve, 0), (paging.resolve, 1001)):
        if not code:
            again(incident, HANAKO, 40.0)
            continue
        with pytest.raises(PagingError) as caught:
            again(incident, HANAKO, 40.0)
        assert caught.value.code == code


def test_turns_are_handed_over_on_mondays_and_the_secondary_follows() -> None:
    before, after = FIRST_MONDAY - timedelta(seconds=1), FIRST_MONDAY
    assert turn(1, after).person == turn(2, before).person
    assert turn(1, after).start == FIRST_MONDAY
    assert [found.level for found in turns(after, after + WEEK)] == [1, 1, 2, 2]


# Over HTTP


@pytest.fixture(scope="module")
def drill(make_drill: Callable[..., Drill]) -> Drill:
    return make_drill("frontend", seed=3)


def ask(drill: Drill, method: str, path: str, sender: str = HANAKO.email, **options: Any) -> httpx.Response:
    token = (drill.world.folder / "pagerduty-token").read_text()
    headers = {"Authorization": f"Token token={token}", **({"From": sender} if sender else {})}
    return httpx.request(method, drill.world.url("pagerduty") + path, headers=headers, **options)


def newest(drill: Drill) -> dict[str, Any]:
    found: dict[str, Any] = ask(drill, "GET", "/incidents").json()["incidents"][0]
    return found


def test_a_drill_opens_with_its_page_and_its_related_deploy(drill: Drill) -> None:
    incident = newest(drill)
    assert "SentryErrorSpike" in incident["title"]
    age = datetime.now(UTC) - datetime.fromisoformat(incident["created_at"])
    assert timedelta(minutes=3) < age < timedelta(minutes=6)
    events = ask(drill, "GET", f"/incidents/{incident['id']}/related_change_events").json()["change_events"]
    assert [event["summary"] for event in events] == ["Deploy eventa-frontend 4.19.0"]


def test_a_key_that_is_wrong_and_a_sender_that_is_unknown_are_refused(drill: Drill) -> None:
    path = f"/incidents/{newest(drill)['id']}"
    wrong = httpx.get(drill.world.url("pagerduty") + path, headers={"Authorization": "Token token=x"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, 2006)
    stranger = ask(drill, "PUT", path, "who@example.com", json={"incident": {"status": "acknowledged"}})
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (403, 2010)
    nobody = ask(drill, "PUT", path, "", json={"incident": {"status": "acknowledged"}})
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (400, 2001)


def test_every_answer_says_how_many_calls_are_left(drill: Drill) -> None:
    first, second = (int(ask(drill, "GET", "/oncalls").headers["ratelimit-remaining"]) for _ in range(2))
    assert second < first < 960


def test_events_of_ones_own_open_and_close_a_page_by_their_key(drill: Drill) -> None:
    key = (drill.world.folder / "pagerduty-routing-key").read_text()
    url = drill.world.url("pagerduty") + "/v2/enqueue"
    payload = {"summary": "Disk is full", "source": "bastion", "severity": "critical"}
    event = {"routing_key": key, "dedup_key": "disk", "event_action": "trigger", "payload": payload}
    assert httpx.post(url, json=event).status_code == 202
    assert newest(drill)["title"] == "Disk is full"
    assert httpx.post(url, json={**event, "event_action": "resolve"}).status_code == 202
    assert newest(drill)["status"] == "resolved"
    refused = httpx.post(url, json={**event, "event_action": "explode"})
    assert (refused.status_code, refused.json()["status"]) == (400, "invalid event")
