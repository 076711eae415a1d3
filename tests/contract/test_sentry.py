"""Sentry's web API, as it is asked and as its answers are understood."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer, answer_json, by_path
from tests.contract.vendors import NOW, TOKEN, issue, sentry, stamp, timeseries

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.error_report import IssueState
from eventa_cockpit.errors import UpstreamError


def serving(*issues: dict[str, Any], series: dict[str, Any] | None = None) -> Behaviour:
    return by_path(issues=answer_json(list(issues)), events_timeseries=answer_json(series or timeseries()))


async def test_the_newest_whole_minutes_are_compared_with_as_many_before(upstream: Loopback) -> None:
    upstream.behaviour = serving(issue(), series=timeseries(before=2, now=7))
    report = await sentry(upstream.url).read()
    assert report.window == timedelta(minutes=15)
    assert (report.count, report.previous_count) == (15 * 7, 15 * 2)
    assert report.change == pytest.approx(2.5)
    assert len(report.points) == 30
    assert report.points[-1].at == NOW.replace(second=0) - timedelta(minutes=1), "a minute not over counts for less"


async def test_an_issue_keeps_what_sentry_says_of_it(upstream: Loopback) -> None:
    upstream.behaviour = serving(issue(firstRelease={"version": "eventa-frontend@4.19.0"}))
    (found,) = (await sentry(upstream.url).read()).issues
    assert (found.title, found.count, found.users) == ("TypeError: undefined is not a function", 150, 31)
    assert found.release == "eventa-frontend@4.19.0"
    assert found.link == "https://eventa.sentry.io/issues/4242/"
    assert found.first_seen == NOW - timedelta(minutes=9)


@pytest.mark.parametrize(
    ("substatus", "state"),
    [
        ("new", IssueState.NEW),
        ("regressed", IssueState.REGRESSED),
        ("escalating", IssueState.ESCALATING),
        ("ongoing", IssueState.ONGOING),
        (None, IssueState.ONGOING),
        ("something_else", IssueState.ONGOING),
    ],
)
async def test_the_substatus_says_whether_an_issue_is_news(
    upstream: Loopback, substatus: str | None, state: IssueState
) -> None:
    upstream.behaviour = serving(issue(substatus=substatus))
    assert (await sentry(upstream.url).read()).issues[0].state is state


async def test_issues_with_most_events_come_first(upstream: Loopback) -> None:
    upstream.behaviour = serving(issue(id="1", count="9"), issue(id="2", count="100"))
    assert [one.id for one in (await sentry(upstream.url).read()).issues] == ["2", "1"]


async def test_pages_are_followed_by_their_cursor_only_and_not_for_ever(upstream: Loopback) -> None:
    elsewhere = "http://127.0.0.1:9/steal"
    link = f'<{elsewhere}>; rel="previous"; results="false"; cursor="0:0:1", '

    def issues(request: Request, connection: socket.socket) -> None:
        page = int(dict(request.query).get("cursor", "0:0:0").split(":")[1])
        following = f'<{elsewhere}>; rel="next"; results="true"; cursor="0:{page + 1}:0"'
        answer_json([issue(id=str(page))], headers={"Link": link + following})(request, connection)

    upstream.behaviour = by_path(issues=issues, events_timeseries=answer_json(timeseries()))
    report = await sentry(upstream.url).read()
    assert sorted(one.id for one in report.issues) == ["0", "1", "2"]


async def test_the_last_page_ends_the_list(upstream: Loopback) -> None:
    link = '<x>; rel="previous"; results="true"; cursor="0:0:1", <x>; rel="next"; results="false"; cursor="0:1:0"'
    upstream.behaviour = by_path(
        issues=answer_json([issue()], headers={"Link": link}), events_timeseries=answer_json(timeseries())
    )
    assert len((await sentry(upstream.url).read()).issues) == 1
    assert len(upstream.requests) == 2


async def test_half_a_list_is_no_answer(upstream: Loopback) -> None:
    def issues(request: Request, connection: socket.socket) -> None:
        first = answer_json([issue()], headers={"Link": '<x>; rel="next"; results="true"; cursor="0:1:0"'})
        (answer(b"", status=502) if "cursor" in request.target else first)(request, connection)

    upstream.behaviour = by_path(issues=issues, events_timeseries=answer_json(timeseries()))
    with pytest.raises(UpstreamError, match="HTTP 502"):
        await sentry(upstream.url).read()


async def test_no_series_at_all_is_not_zero_errors(upstream: Loopback) -> None:
    upstream.behaviour = serving(issue(), series={"timeSeries": []})
    with pytest.raises(UpstreamError, match="no time series") as caught:
        await sentry(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED


@pytest.mark.parametrize("changes", [{"count": 150}, {"count": "many"}, {"userCount": None}, {"title": None}])
async def test_a_changed_schema_is_told_with_its_place(upstream: Loopback, changes: dict[str, Any]) -> None:
    upstream.behaviour = serving(issue(**changes))
    with pytest.raises(UpstreamError, match=next(iter(changes))) as caught:
        await sentry(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED


async def test_moments_from_the_future_are_now(upstream: Loopback) -> None:
    later = stamp(NOW + timedelta(hours=9))
    upstream.behaviour = serving(issue(firstSeen=later, lastSeen=None))
    (found,) = (await sentry(upstream.url).read()).issues
    assert (found.first_seen, found.last_seen) == (NOW, NOW)


async def test_the_requests_name_project_environment_and_window(upstream: Loopback) -> None:
    upstream.behaviour = serving(issue())
    await sentry(upstream.url, environment="prod", window=30.0).read()
    asked = {request.path.rstrip("/").rpartition("/")[2]: dict(request.query) for request in upstream.requests}
    assert asked["issues"] | {"project": "eventa-fe", "environment": "prod", "statsPeriod": "30m"} == asked["issues"]
    assert asked["events-timeseries"]["start"] == "2026-11-23T20:30:00Z"
    assert asked["events-timeseries"]["end"] == "2026-11-23T21:30:00Z"
    assert all(request.headers["authorization"] == f"Bearer {TOKEN}" for request in upstream.requests)


async def test_when_no_calls_are_left_none_is_made_until_the_reset(upstream: Loopback) -> None:
    spent = {"X-Sentry-Rate-Limit-Remaining": "0", "X-Sentry-Rate-Limit-Reset": str(int(NOW.timestamp()) + 40)}
    upstream.behaviour = by_path(
        issues=answer_json([issue()], headers=spent), events_timeseries=answer_json(timeseries())
    )
    source = sentry(upstream.url)
    await source.read()
    asked = len([request for request in upstream.requests if "issues" in request.path])
    with pytest.raises(UpstreamError) as caught:
        await source.read()
    assert caught.value.kind is FailureKind.THROTTLED
    assert caught.value.retry_after == timedelta(seconds=40)
    assert len([request for request in upstream.requests if "issues" in request.path]) == asked
