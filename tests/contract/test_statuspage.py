"""Status pages: Atlassian's summary and Stripe's own format. What is not known is never green."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.contract.loopback import Loopback, answer, answer_json, by_path
from tests.contract.vendors import NOW, stamp, status_page, summary

from eventa_cockpit.domain.board import Board, FailureKind, Feed
from eventa_cockpit.domain.service_status import ServiceState
from eventa_cockpit.errors import UpstreamError


@pytest.mark.parametrize(
    ("indicator", "state"),
    [
        ("none", ServiceState.OPERATIONAL),
        ("maintenance", ServiceState.MAINTENANCE),
        ("minor", ServiceState.DEGRADED),
        ("major", ServiceState.PARTIAL_OUTAGE),
        ("critical", ServiceState.MAJOR_OUTAGE),
        ("splendid", ServiceState.UNKNOWN),
        ("", ServiceState.UNKNOWN),
    ],
)
async def test_the_indicator_of_a_summary_is_the_pages_state(
    upstream: Loopback, indicator: str, state: ServiceState
) -> None:
    upstream.behaviour = by_path(summary_json=answer_json(summary(indicator)))
    status = await status_page(upstream.url).read()
    assert (status.name, status.state, status.shape) == ("Stripe", state, "statuspage")


async def test_a_component_that_is_down_outweighs_a_green_indicator(upstream: Loopback) -> None:
    upstream.behaviour = by_path(summary_json=answer_json(summary("none", Web="operational", API="major_outage")))
    status = await status_page(upstream.url).read()
    assert status.state is ServiceState.MAJOR_OUTAGE
    assert [part.name for part in status.components] == ["API", "Web"]


async def test_a_component_in_an_unknown_state_is_not_green(upstream: Loopback) -> None:
    upstream.behaviour = by_path(summary_json=answer_json(summary("none", API="fabulous")))
    assert (await status_page(upstream.url).read()).state is ServiceState.UNKNOWN


async def test_incidents_and_maintenances_are_told_apart(upstream: Loopback) -> None:
    page = summary("minor")
    page["incidents"] = [
        {
            "name": "Errors",
            "status": "investigating",
            "shortlink": "https://stspg.io/x",
            "started_at": stamp(NOW - timedelta(minutes=4)),
            "incident_updates": [{"body": "We look into it."}, {"body": "older"}],
        }
    ]
    later = stamp(NOW + timedelta(days=1))
    page["scheduled_maintenances"] = [{"name": "Works", "status": "scheduled", "scheduled_for": later}]
    upstream.behaviour = by_path(summary_json=answer_json(page))
    incident, maintenance = (await status_page(upstream.url).read()).incidents
    assert (incident.text, incident.is_maintenance) == ("We look into it.", False)
    assert (maintenance.started_at, maintenance.is_maintenance) == (NOW + timedelta(days=1), True)


@pytest.mark.parametrize(
    ("uptime", "state"),
    [
        ("up", ServiceState.OPERATIONAL),
        ("degraded", ServiceState.DEGRADED),
        ("down", ServiceState.MAJOR_OUTAGE),
        ("pending", ServiceState.UNKNOWN),
        ("paused", ServiceState.UNKNOWN),
    ],
)
async def test_stripes_own_format_is_found_where_there_is_no_summary(
    upstream: Loopback, uptime: str, state: ServiceState
) -> None:
    parts = [{"key": "api", "title": "API", "warning": None}, {"key": "x", "title": "Web", "warning": "slow"}]
    full = {"UptimeStatus": uptime, "message": "All services are online.", "uptimeData": [*parts, {"title": "?"}]}
    upstream.behaviour = by_path(full=answer_json(full))
    status = await status_page(upstream.url).read()
    assert (status.name, status.state, status.shape) == ("stripe", state, "stripe")
    assert {part.name: part.state for part in status.components} == {
        "API": ServiceState.OPERATIONAL,
        "Web": ServiceState.DEGRADED,
        "?": ServiceState.UNKNOWN,
    }


async def test_the_format_that_was_found_is_asked_for_first_from_then_on(upstream: Loopback) -> None:
    upstream.behaviour = by_path(full=answer_json({"UptimeStatus": "up"}))
    source = status_page(upstream.url)
    await source.read()
    await source.read()
    assert [request.path for request in upstream.requests] == ["/api/v2/summary.json", "/current/full", "/current/full"]


async def test_an_address_with_a_path_is_the_only_one_asked(upstream: Loopback) -> None:
    upstream.behaviour = by_path(full=answer_json({"UptimeStatus": "up"}))
    with pytest.raises(UpstreamError) as caught:
        await status_page(upstream.url + "/api/v2/summary.json").read()
    assert caught.value.kind is FailureKind.NOT_FOUND
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("content", [{}, [], {"status": "ok"}, {"largestatus": "up"}, None, "up"])
async def test_a_page_that_says_nothing_we_understand_is_an_error(upstream: Loopback, content: Any) -> None:
    upstream.behaviour = answer_json(content)
    with pytest.raises(UpstreamError) as caught:
        await status_page(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED


async def test_a_failing_page_is_not_asked_for_its_other_format(upstream: Loopback) -> None:
    upstream.behaviour = answer(b"", status=500)
    with pytest.raises(UpstreamError):
        await status_page(upstream.url).read()
    assert len(upstream.requests) == 1


async def test_the_board_knows_pages_by_their_configured_name(upstream: Loopback) -> None:
    source = status_page(upstream.url)
    feed: Feed[Any] = Feed(source.key, timedelta(minutes=1))
    assert dict(Board().with_feed(feed).statuses) == {"stripe": feed}
