"""Sentry's web API, as it is asked and as its answers are understood."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer, answer_json, by_path
from tests.contract.vendors import NOW, TOKEN, frame, issue, release, sentry, sentry_event, stamp, timeseries

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.change import ChangeKind
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
    assert sum(request.path.endswith("/issues/") for request in upstream.requests) == 1


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


def well_informed(*issues: dict[str, Any], **more: Behaviour) -> Behaviour:
    """A Sentry that has stacks and releases."""
    known = {
        "issues": answer_json(list(issues)),
        "events_timeseries": answer_json(timeseries()),
        "latest": answer_json(sentry_event(frame("pay"))),
        "releases": answer_json([release("web@4.19.0")]),
        "4242": answer_json({"id": "4242", "firstRelease": None}),
        "2": answer_json({"id": "2"}),
    }
    return by_path(**{**known, **more})


async def test_the_stack_of_the_issue_that_is_most_worth_a_look_is_told_ours_first(upstream: Loopback) -> None:
    frames = [frame("main", ours=False), frame("Page"), frame("pay"), frame("fetch", ours=False)]
    old, new = issue(id="1", count="900", substatus="ongoing"), issue(id="2", count="9", substatus="new")
    upstream.behaviour = well_informed(old, new, latest=answer_json(sentry_event(*frames)))
    stack = (await sentry(upstream.url).read()).stack
    assert stack is not None
    assert (stack.issue, stack.error, stack.depth) == ("2", "TypeError: x is undefined", 4)
    assert [told.function for told in stack.frames] == ["pay", "Page", "fetch", "main"]
    assert stack.frames[0].place == "src/pay.ts:88"
    assert any(request.path.endswith("/issues/2/events/latest/") for request in upstream.requests)


async def test_a_deep_and_hostile_stack_is_short_and_harmless(upstream: Loopback) -> None:
    frames = [frame(f"f{number}\x1b[31m" + "x" * 500, line=None) for number in range(5000)]
    upstream.behaviour = well_informed(issue(), latest=answer_json(sentry_event(*frames, value="a\x1b]0;b\x07" * 999)))
    stack = (await sentry(upstream.url).read()).stack
    assert stack is not None
    assert len(stack.frames) == 8
    assert stack.depth == 5000
    told = stack.error + "".join(each.function + each.place for each in stack.frames)
    assert "\x1b" not in told
    assert len(told) < 5000


@pytest.mark.parametrize("entries", [[], [{"type": "message", "data": {}}], [{"type": "exception", "data": {}}]])
async def test_an_event_without_an_exception_has_no_stack(upstream: Loopback, entries: list[Any]) -> None:
    upstream.behaviour = well_informed(issue(), latest=answer_json({"entries": entries}))
    report = await sentry(upstream.url).read()
    assert (report.stack, report.notes) == (None, ())


async def test_releases_are_changes_at_the_moment_of_their_deployment_to_us(upstream: Loopback) -> None:
    deployed = {"dateFinished": stamp(NOW - timedelta(minutes=12)), "environment": "prod", "id": "1", "name": "x"}
    elsewhere = {**deployed, "environment": "stg", "dateFinished": stamp(NOW)}
    releases = [
        release("web@4.19.0", lastDeploy=deployed, authors=[{"name": "Hanako"}]),
        release("web@4.20.0", lastDeploy=elsewhere, dateCreated=stamp(NOW - timedelta(minutes=5))),
        release("web@4.18.0", dateCreated=None),
    ]
    upstream.behaviour = well_informed(issue(), releases=answer_json(releases))
    changes = (await sentry(upstream.url, environment="prod").read()).changes
    assert [(change.title, change.at) for change in changes] == [
        ("web@4.20.0", NOW - timedelta(minutes=5)),
        ("web@4.19.0", NOW - timedelta(minutes=12)),
    ]
    assert changes[1].by == "Hanako"
    assert {change.kind for change in changes} == {ChangeKind.RELEASE}


async def test_the_release_that_brought_an_issue_is_asked_for_where_the_list_does_not_say(upstream: Loopback) -> None:
    detail = {"id": "4242", "firstRelease": {"version": "web@4.19.0"}}
    series, releases = answer_json(timeseries()), answer_json([])
    routes = {"issues": answer_json([issue()]), "4242": answer_json(detail), "releases": releases}
    upstream.behaviour = by_path(**routes, events_timeseries=series)
    assert (await sentry(upstream.url).read()).issues[0].release == "web@4.19.0"


async def test_what_cannot_be_had_besides_the_counts_is_said_and_costs_nothing_else(upstream: Loopback) -> None:
    upstream.behaviour = well_informed(issue(), releases=answer(b'{"detail": "You lack project:read"}', status=403))
    report = await sentry(upstream.url).read()
    assert report.count == 15 * 7
    assert report.stack is not None
    assert any("You lack project:read" in note for note in report.notes)


async def test_a_stack_that_never_comes_costs_the_counts_nothing(upstream: Loopback) -> None:
    def hang(_request: Request, _connection: socket.socket) -> None:
        upstream.ended.wait(20)

    upstream.behaviour = well_informed(issue(), latest=hang)
    report = await sentry(upstream.url, deadline=2.0).read()
    assert (report.count, report.stack) == (15 * 7, None)
    assert [note.partition(":")[0] for note in report.notes] == ["Stack"]


async def test_stack_and_releases_are_not_asked_for_at_every_read(upstream: Loopback) -> None:
    upstream.behaviour = well_informed(issue(firstRelease={"version": "web@1"}))
    source = sentry(upstream.url)
    await source.read()
    first = len(upstream.requests)
    assert (await source.read()).stack is not None
    assert (first, len(upstream.requests)) == (4, 6)
