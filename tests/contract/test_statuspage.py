"""Status pages: Atlassian's summary and Stripe's own format. What is not known is never green."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.contract.loopback import Behaviour, Loopback, answer, answer_json, by_path
from tests.contract.vendors import NOW, stamp, status_page, summary

from eventa_cockpit.domain.board import Board, FailureKind, Feed
from eventa_cockpit.domain.service_status import ServiceState
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.statuspage import StatusPageSource


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


async def test_a_maintenance_that_goes_on_makes_a_green_page_less_green(upstream: Loopback) -> None:
    page = summary("none", API="operational")
    until = stamp(NOW + timedelta(hours=1))
    page["scheduled_maintenances"] = [{"name": "Works", "status": "in_progress", "scheduled_until": until}]
    upstream.behaviour = answer_json(page)
    status = await status_page(upstream.url).read()
    assert status.state is ServiceState.MAINTENANCE
    assert status.incidents[0].until == NOW + timedelta(hours=1)


async def test_a_japanese_page_tells_its_moments_in_tokyos_time(upstream: Loopback) -> None:
    page = summary("none", 管理画面="operational")
    works = {"name": "カード決済の停止", "status": "scheduled", "scheduled_for": "2026-11-25T02:00:00.000+09:00"}
    page["scheduled_maintenances"] = [works]
    upstream.behaviour = answer_json(page)
    (planned,) = (await status_page(upstream.url).read()).incidents
    assert planned.started_at == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert planned.title == "カード決済の停止"


def atom(*entries: tuple[str, str], age: timedelta = timedelta(minutes=9)) -> bytes:
    """A history of `(title, word of its newest update)`."""
    told = "".join(
        f"<entry><title>{title}</title><updated>{stamp(NOW - age)}</updated>"
        f'<link href="https://stspg.io/x"/><content type="html">&lt;p&gt;&lt;small&gt;Nov 23&lt;/small&gt;'
        f"&lt;strong&gt;{word}&lt;/strong&gt; - We look&amp;nbsp;into it.&lt;/p&gt;&lt;p&gt;older&lt;/p&gt;"
        "</content></entry>"
        for title, word in entries
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Pay</title>{told}</feed>'.encode()


def feed(body: bytes, kind: str = "application/atom+xml; charset=utf-8") -> Behaviour:
    return by_path(history_atom=answer(body, kind=kind))


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["Resolved"], ServiceState.OPERATIONAL),
        (["解決済み", "Completed"], ServiceState.OPERATIONAL),
        (["Investigating", "Resolved"], ServiceState.DEGRADED),
        (["調査中"], ServiceState.DEGRADED),
        (["In progress"], ServiceState.MAINTENANCE),
        (["Scheduled"], ServiceState.OPERATIONAL),
        (["Wobbling"], ServiceState.UNKNOWN),
        ([], ServiceState.UNKNOWN),
    ],
)
async def test_a_history_is_as_good_as_its_open_incidents(
    upstream: Loopback, words: list[str], state: ServiceState
) -> None:
    upstream.behaviour = feed(atom(*((f"Trouble {word}", word) for word in words)))
    status = await status_page(upstream.url).read()
    assert (status.name, status.state, status.shape) == ("Pay", state, "atom")


async def test_an_open_incident_of_a_feed_is_told_with_its_newest_update(upstream: Loopback) -> None:
    upstream.behaviour = feed(atom(("Cards &amp;amp; banks", "Investigating")))
    (incident,) = (await status_page(upstream.url).read()).incidents
    assert (incident.title, incident.state) == ("Cards & banks", "Investigating")
    assert incident.text == "Nov 23 Investigating - We look into it."
    assert incident.started_at == NOW - timedelta(minutes=9)
    assert incident.link == "https://stspg.io/x"


async def test_what_is_not_understood_counts_only_while_it_is_news(upstream: Loopback) -> None:
    upstream.behaviour = feed(atom(("Old", "Wobbling"), age=timedelta(days=30)))
    assert (await status_page(upstream.url).read()).state is ServiceState.OPERATIONAL


async def test_rss_is_understood_too(upstream: Loopback) -> None:
    body = (
        "<rss version='2.0'><channel><title>Pay</title><item><title>Cards</title>"
        "<pubDate>Tue, 24 Nov 2026 06:20:00 +0900</pubDate>"
        "<description>&lt;p&gt;&lt;strong&gt;Identified&lt;/strong&gt; - x&lt;/p&gt;</description>"
        "</item></channel></rss>"
    )
    upstream.behaviour = by_path(history_rss=answer(body.encode(), kind="text/xml"))
    status = await status_page(upstream.url).read()
    assert (status.state, status.shape) == (ServiceState.DEGRADED, "rss")
    assert status.incidents[0].started_at == NOW.replace(minute=20, second=0)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><feed><title>&b;</title></feed>",
        b"<feed>",
        b"<svg/>",
        b"<rss/>",
        b"",
        b"\xff\xfe<feed/>",
    ],
)
async def test_a_feed_that_is_none_is_an_error(upstream: Loopback, body: bytes) -> None:
    upstream.behaviour = answer(body, kind="application/xml")
    with pytest.raises(UpstreamError) as caught:
        await status_page(f"{upstream.url}/history.atom").read()
    assert caught.value.kind is FailureKind.MALFORMED


async def test_a_page_for_people_is_not_understood(upstream: Loopback) -> None:
    upstream.behaviour = answer(b"<!doctype html><h1>All Systems Operational</h1>", kind="text/html")
    with pytest.raises(UpstreamError) as caught:
        await status_page(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED
    assert [request.path for request in upstream.requests][-1] == "/history.rss"


async def test_the_better_format_gets_another_chance_after_a_while(upstream: Loopback) -> None:
    moment = NOW
    fetcher = Fetcher(now=lambda: moment)
    limits = {"every": timedelta(minutes=1), "deadline": timedelta(seconds=5)}
    source = StatusPageSource("stripe", upstream.url, fetcher, **limits, now=lambda: moment)
    upstream.behaviour = feed(atom(("x", "Resolved")))
    assert (await source.read()).shape == "atom"
    upstream.behaviour = by_path(summary_json=answer_json(summary()), history_atom=answer(b"", status=404))
    moment += timedelta(minutes=16)
    assert (await source.read()).shape == "statuspage"
    await source.close()


async def test_a_failing_page_is_not_asked_for_its_other_format(upstream: Loopback) -> None:
    upstream.behaviour = answer(b"", status=500)
    with pytest.raises(UpstreamError):
        await status_page(upstream.url).read()
    assert len(upstream.requests) == 1


async def test_the_board_knows_pages_by_their_configured_name(upstream: Loopback) -> None:
    source = status_page(upstream.url)
    feed: Feed[Any] = Feed(source.key, timedelta(minutes=1))
    assert dict(Board().with_feed(feed).statuses) == {"stripe": feed}
