"""Loki's query API, as it is asked and as its answers are understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.contract.log_answers import counted, log_lines, streams
from tests.contract.loopback import Loopback, Request, answer_json
from tests.contract.vendors import NOW, loki

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.log_stream import LogLevel, LogWindow
from eventa_cockpit.errors import UpstreamError


def texts(window: LogWindow) -> list[str]:
    return [group.newest.text for group in window.groups]


async def test_lines_come_newest_first_with_their_level_and_what_wrote_them(upstream: Loopback) -> None:
    lines = log_lines("level=error msg=boom", "plain", ages=[30, 4])
    upstream.behaviour = answer_json(streams(lines, app="api", level="info"))
    window = await loki(upstream.url).read()
    assert texts(window) == ["plain", "boom"]
    assert [group.newest.level for group in window.groups] == [LogLevel.INFO, LogLevel.ERROR]
    assert {group.newest.source for group in window.groups} == {"api"}
    assert window.groups[0].newest.at == NOW - timedelta(seconds=4)


async def test_the_same_but_for_its_numbers_is_one_row(upstream: Loopback) -> None:
    lines = log_lines(*(f"payment pi_3MtwBwLkdIwHu{n} failed after {n} ms" for n in range(118)), ages=[9] * 118)
    upstream.behaviour = answer_json(streams(lines))
    (group,) = (await loki(upstream.url).read()).groups
    assert group.count == 118


async def test_every_line_counts_in_its_bucket(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(streams(log_lines("a", "b", "c", ages=[0.5, 12, 12.5])))
    window = await loki(upstream.url).read()
    assert [point.value for point in window.points][-3:] == [2, 1, 0]
    assert len(window.points) == 30


async def test_it_asks_for_the_window_and_then_only_for_what_is_new(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(streams(log_lines("a", ages=[40])))
    source = loki(upstream.url)
    await source.read()
    await source.read()
    first, second = (dict(request.query) for request in upstream.requests)
    assert first["direction"] == "backward"
    assert first["query"] == '{service="eventa"}'
    assert int(first["start"]) == round((NOW - timedelta(minutes=5)).timestamp()) * 10**9
    assert int(second["start"]) < round((NOW - timedelta(seconds=40)).timestamp()) * 10**9 < int(second["end"])
    assert int(second["start"]) > int(first["start"])


async def test_a_line_that_is_told_twice_counts_once(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(streams(log_lines("a", "b", ages=[8, 3])))
    source = loki(upstream.url)
    await source.read()
    assert (await source.read()).count == 2


async def test_more_lines_than_one_answer_holds_are_counted_by_loki(upstream: Loopback) -> None:
    many = log_lines(*(f"line {word}" for word in letters(1000)), ages=[2] * 1000)

    def respond(request: Request, connection: Any) -> None:
        query = dict(request.query)["query"]
        is_count = query.startswith("sum(count_over_time(")
        answer_json(counted({NOW: 70_000}) if is_count else streams(many))(request, connection)

    upstream.behaviour = respond
    window = await loki(upstream.url).read()
    assert window.is_cut
    assert window.count == 70_000
    assert dict(upstream.requests[1].query)["query"] == 'sum(count_over_time({service="eventa"}[10s]))'


def letters(count: int) -> list[str]:
    return ["".join(chr(97 + int(digit)) for digit in str(number)) for number in range(count)]


async def test_old_lines_leave_the_window(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(streams(log_lines("old", "new", ages=[400, 20])))
    assert texts(await loki(upstream.url).read()) == ["new"]


async def test_a_line_from_the_future_is_from_now(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(streams(log_lines("early", ages=[-3600])))
    source = loki(upstream.url)
    assert (await source.read()).groups[0].newest.at == NOW
    await source.read()
    query = dict(upstream.requests[1].query)
    assert int(query["start"]) < int(query["end"])


async def test_tenant_and_token_go_with_every_call(upstream: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKI_TOKEN", "glsa_0123456789")
    upstream.behaviour = answer_json(streams([]))
    await loki(upstream.url, tenant="eventa", token="env:LOKI_TOKEN").read()
    (request,) = upstream.requests
    assert request.headers["x-scope-orgid"] == "eventa"
    assert request.headers["authorization"] == "Bearer glsa_0123456789"


async def test_grafana_passes_the_query_on_to_its_datasource(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(streams([]))
    await loki(upstream.url, datasource="P8E80").read()
    assert upstream.requests[0].path == "/api/datasources/proxy/uid/P8E80/loki/api/v1/query_range"


async def test_lines_with_what_is_known_besides_are_read(upstream: Loopback) -> None:
    content = streams(log_lines("a", ages=[4]))
    content["data"]["result"][0]["values"][0].append({"structuredMetadata": {"trace_id": "x"}})
    upstream.behaviour = answer_json(content)
    assert texts(await loki(upstream.url).read()) == ["a"]


async def test_hostile_lines_are_harmless_and_short(upstream: Loopback) -> None:
    hostile = "\x1b[2J\x1b]52;c;AAAA\x07" + "‮gnp.exe" + "x" * 100_000
    upstream.behaviour = answer_json(streams(log_lines(hostile, ages=[4]), app="a\x1b[31mpp"))
    (group,) = (await loki(upstream.url).read()).groups
    assert "\x1b" not in group.newest.text + group.newest.source
    assert len(group.newest.text) <= 400


@pytest.mark.parametrize(
    "result",
    [
        [{"stream": {}, "values": [["soon", "x"]]}],
        [{"stream": {}, "values": [["-5", "x"]]}],
        [{"stream": {}, "values": [[str(1 << 70), "x"]]}],
        [{"stream": {}, "values": [["1"]]}],
        [{"stream": {}, "values": [[1, "x"]]}],
        [{"stream": None, "values": []}],
        {"stream": {}},
    ],
)
async def test_what_is_no_line_is_no_answer(upstream: Loopback, result: Any) -> None:
    upstream.behaviour = answer_json({"status": "success", "data": {"resultType": "streams", "result": result}})
    with pytest.raises(UpstreamError) as caught:
        await loki(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED


async def test_a_query_that_counts_is_no_selection_of_lines(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(counted({NOW: 3}))
    with pytest.raises(UpstreamError) as caught:
        await loki(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED
    assert "matrix" in str(caught.value)


async def test_what_was_read_stays_while_loki_is_away(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(streams(log_lines("a", ages=[4])))
    source = loki(upstream.url)
    await source.read()
    upstream.behaviour = answer_json({}, status=500)
    with pytest.raises(UpstreamError):
        await source.read()
    upstream.behaviour = answer_json(streams([]))
    # The span that was asked for again holds nothing, so nothing is what it holds; the line itself is remembered.
    assert texts(await source.read()) == ["a"]
