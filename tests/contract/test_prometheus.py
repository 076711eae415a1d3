"""Prometheus' HTTP API, as it is asked, itself or through Grafana, and as its answers are understood."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer, answer_json
from tests.contract.vendors import NOW, PAYMENT_FAILURES, TOKEN, matrix, prometheus, vector

from eventa_cockpit.config import Query
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.metric import MetricReadings
from eventa_cockpit.domain.reading import Bound, Level
from eventa_cockpit.errors import UpstreamError

Answering = Callable[[str], Any]


def asked(request: Request) -> dict[str, str]:
    return dict(request.query)


def world(
    now: Answering | Any,
    history: Answering | Any = None,
    age: float | None = 5.0,
    *,
    refuses: tuple[str, ...] = (),
) -> Behaviour:
    """A Prometheus whose samples are `age` seconds old; None: it has none now."""

    def write(request: Request, connection: Any) -> None:
        query = asked(request)["query"]
        if query in refuses:
            body = {"status": "error", "errorType": "bad_data", "error": 'parse error: unexpected "}"'}
            answer_json(body, status=400)(request, connection)
            return
        if query.startswith("time() - max(timestamp("):
            content = vector(({}, str(age))) if age is not None else vector()
        elif request.path.endswith("query_range"):
            content = history(query) if callable(history) else history or matrix()
        else:
            content = now(query) if callable(now) else now
        answer_json(content)(request, connection)

    return write


async def read(upstream: Loopback, queries: dict[str, Query] | None = None, **options: Any) -> MetricReadings:
    source = prometheus(upstream.url, queries=queries, **options)
    try:
        value = await source.read()
    finally:
        await source.close()
    assert isinstance(value, MetricReadings)
    return value


async def test_a_query_becomes_a_reading_with_the_points_that_led_there(upstream: Loopback) -> None:
    past = matrix(({}, [(120 + 20, "0.5"), (60 + 20, "12.5"), (0, "41")]))
    upstream.behaviour = world(vector(({}, "41.2")), past, age=5)
    (reading,) = (await read(upstream)).readings
    assert (reading.metric, reading.unit, reading.bound) == ("payment_failure_rate", "%", Bound(5))
    assert [point.value for point in reading.points] == [0.5, 12.5, 41.2]
    assert reading.last is not None
    assert reading.last.at == NOW - timedelta(seconds=5)
    assert reading.level is Level.CRITICAL
    assert reading.window == timedelta(minutes=5)


async def test_the_range_is_as_many_steps_as_can_be_drawn(upstream: Loopback) -> None:
    upstream.behaviour = world(vector(({}, "1")))
    await read(upstream, window=60.0)
    (range_query,) = (asked(each) for each in upstream.requests if each.path == "/api/v1/query_range")
    assert range_query["query"] == PAYMENT_FAILURES
    assert float(range_query["step"]) == 60
    assert float(range_query["end"]) - float(range_query["start"]) == 3600
    assert 0 <= NOW.timestamp() - float(range_query["end"]) < 60
    assert range_query["timeout"] == "4000ms"


async def test_grafana_is_asked_through_its_datasource_proxy_with_a_bearer_token(upstream: Loopback) -> None:
    upstream.behaviour = world(vector(({}, "1")))
    await read(upstream, datasource="P1809", token="env:SENTRY_TOKEN")
    paths = {each.path for each in upstream.requests}
    assert paths == {f"/api/datasources/proxy/uid/P1809/api/v1/{call}" for call in ("query", "query_range")}
    assert {each.headers["authorization"] for each in upstream.requests} == {f"Bearer {TOKEN}"}


async def test_samples_are_dated_once_however_many_queries_read_them(upstream: Loopback) -> None:
    upstream.behaviour = world(vector(({}, "1")))
    ratio = Query(query='sum(rate(a{x="q\\"1"}[5m])) / sum(rate(b[5m]))')
    await read(upstream, {"one": ratio, "other": Query(query="sum(b)")})
    dated = [asked(each)["query"] for each in upstream.requests if "timestamp" in asked(each)["query"]]
    assert sorted(dated) == ['time() - max(timestamp(a{x="q\\"1"}))', "time() - max(timestamp(b))"]


async def test_a_target_that_died_does_not_look_alive_while_its_rate_goes_on(upstream: Loopback) -> None:
    upstream.behaviour = world(vector(({}, "0.1")), matrix(({}, [(60, "0.1"), (0, "0.1")])), age=None)
    (reading,) = (await read(upstream)).readings
    assert reading.level is Level.UNKNOWN
    assert reading.problem == "Nothing gives samples for it any more."
    assert len(reading.points) == 2


async def test_an_old_sample_says_nothing_about_now(upstream: Loopback) -> None:
    upstream.behaviour = world(vector(({}, "0.1")), age=240)
    (reading,) = (await read(upstream)).readings
    assert reading.level is Level.UNKNOWN
    assert reading.problem == "Its newest sample is 240 s old."
    assert reading.last is not None
    assert reading.last.at == NOW - timedelta(seconds=240)
    (reading,) = (await read(upstream, oldest=300.0)).readings
    assert reading.problem == ""


async def test_an_error_counter_that_never_counted_is_no_sign_of_death(upstream: Loopback) -> None:
    def now(query: str) -> Any:
        return vector(({}, "0"))

    def write(request: Request, connection: Any) -> None:
        query = asked(request).get("query", "")
        if query.startswith("time()"):
            content = vector() if "failed" in query else vector(({}, "4"))
            answer_json(content)(request, connection)
        else:
            world(now)(request, connection)

    upstream.behaviour = write
    (reading,) = (await read(upstream)).readings
    assert reading.problem == ""


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("NaN", "There is nothing to divide by: no traffic, or no sample of it."),
        ("+Inf", "Its value is no number: +Inf."),
    ],
)
async def test_what_is_no_number_is_unknown_and_not_drawn(upstream: Loopback, value: str, problem: str) -> None:
    past = matrix(({}, [(120, "1"), (60, value), (0, value)]))
    upstream.behaviour = world(vector(({}, value)), past)
    (reading,) = (await read(upstream)).readings
    assert (reading.problem, reading.level) == (problem, Level.UNKNOWN)
    assert all(math.isfinite(point.value) for point in reading.points)


async def test_a_native_histogram_is_no_number(upstream: Loopback) -> None:
    element = {"metric": {}, "histogram": [NOW.timestamp(), {"count": "1", "sum": "2"}]}
    upstream.behaviour = world({"status": "success", "data": {"resultType": "vector", "result": [element]}})
    (reading,) = (await read(upstream)).readings
    assert reading.problem == "Its value is no number: histogram."


async def test_a_scalar_is_a_value(upstream: Loopback) -> None:
    scalar = {"status": "success", "data": {"resultType": "scalar", "result": [NOW.timestamp(), "3.5"]}}
    upstream.behaviour = world(scalar, matrix(({}, [(60, "3")])))
    (reading,) = (await read(upstream, {"limit": Query(query="scalar(x)")})).readings
    assert [point.value for point in reading.points] == [3, 3.5]


async def test_an_empty_result_is_unknown(upstream: Loopback) -> None:
    upstream.behaviour = world(vector())
    (reading,) = (await read(upstream)).readings
    assert (reading.level, reading.problem) == (Level.UNKNOWN, "The query finds nothing.")


async def test_a_result_that_ended_keeps_its_past_and_is_unknown(upstream: Loopback) -> None:
    upstream.behaviour = world(vector(), matrix(({}, [(720, "3"), (660, "4")])))
    (reading,) = (await read(upstream)).readings
    assert (reading.level, len(reading.points)) == (Level.UNKNOWN, 2)
    assert reading.problem == "The query finds nothing any more; its last value is 11 min old."


async def test_one_bad_query_costs_only_itself(upstream: Loopback) -> None:
    upstream.behaviour = world(vector(({}, "1")), refuses=("sum(",))
    value = await read(upstream, {"bad": Query(query="sum("), "good": Query(query="sum(x)")})
    bad, good = value.readings
    assert bad.level is Level.UNKNOWN
    assert 'It says: "parse error: unexpected' in bad.problem
    assert good.problem == ""
    assert value.is_partial


async def test_no_answer_to_any_query_is_a_failure_of_the_upstream(upstream: Loopback) -> None:
    upstream.behaviour = answer(b"", status=401)
    source = prometheus(upstream.url, queries={"a": Query(query="a"), "b": Query(query="b")})
    with pytest.raises(UpstreamError) as caught:
        await source.read()
    await source.close()
    assert caught.value.kind is FailureKind.UNAUTHORISED


async def test_an_error_in_a_success_is_told_in_prometheus_words(upstream: Loopback) -> None:
    upstream.behaviour = answer_json({"status": "error", "errorType": "execution", "error": "too many samples"})
    source = prometheus(upstream.url)
    with pytest.raises(UpstreamError, match="Prometheus says: too many samples"):
        await source.read()
    await source.close()


async def test_a_query_without_history_still_has_its_value(upstream: Loopback) -> None:
    def write(request: Request, connection: Any) -> None:
        if request.path.endswith("query_range"):
            answer(b"", status=503)(request, connection)
        else:
            world(vector(({}, "7")))(request, connection)

    upstream.behaviour = write
    value = await read(upstream)
    assert [point.value for point in value.readings[0].points] == [7]
    assert value.readings[0].problem == ""
    assert "HTTP 503" in value.warnings[0]


async def test_several_series_are_readings_told_apart_by_the_labels_that_differ(upstream: Loopback) -> None:
    one, two = {"job": "api", "pod": "b"}, {"job": "api", "pod": "a"}
    past = matrix((one, [(120, "1")]), (two, [(120, "2")]))
    upstream.behaviour = world(vector((one, "10"), (two, "20")), past)
    readings = (await read(upstream, {"rps": Query(query="sum by (job, pod) (x)", title="Requests")})).readings
    assert [(reading.metric, reading.title) for reading in readings] == [
        ("rps{pod=a}", "Requests a"),
        ("rps{pod=b}", "Requests b"),
    ]
    assert [[point.value for point in reading.points] for reading in readings] == [[2, 20], [1, 10]]


async def test_too_many_series_are_cut_and_it_is_said(upstream: Loopback) -> None:
    upstream.behaviour = world(vector(*(({"pod": f"{number:02}"}, "1") for number in range(40))))
    value = await read(upstream, {"rps": Query(query="x")})
    assert len(value.readings) == 12
    assert value.warnings == ("rps: only 12 of its 40 series are shown; aggregate them in the query.",)


async def test_warnings_are_told_once_and_clean(upstream: Loopback) -> None:
    warning = "remote storage \x1b[31mis slow"
    upstream.behaviour = world(vector(({}, "1"), warnings=[warning]), matrix(({}, []), warnings=[warning]))
    (told,) = (await read(upstream)).warnings
    assert "is slow" in told
    assert told.isprintable()


async def test_a_hanging_query_does_not_cost_the_answers_of_the_others(upstream: Loopback) -> None:
    def write(request: Request, connection: Any) -> None:
        if asked(request)["query"] == "slow":
            upstream.ended.wait(20)
        else:
            world(vector(({}, "1")))(request, connection)

    upstream.behaviour = write
    slow, quick = (
        await read(upstream, {"slow": Query(query="slow"), "quick": Query(query="q")}, deadline=2.0)
    ).readings
    assert quick.problem == ""
    assert "No whole answer" in slow.problem


async def test_labels_and_values_are_outside_text(upstream: Loopback) -> None:
    labels = [{"pod": "a\x1b]0;x\x07"}, {"pod": "b\u202e"}]
    upstream.behaviour = world(vector(*((each, "1") for each in labels)))
    readings = (await read(upstream, {"rps": Query(query="x")})).readings
    assert all(reading.title.isprintable() and "\u202e" not in reading.metric for reading in readings)
    upstream.behaviour = answer(json.dumps(vector(({}, "\x1b[2Jseven"))).encode())
    source = prometheus(upstream.url)
    with pytest.raises(UpstreamError, match='seven" is not a number'):
        await source.read()
    await source.close()
