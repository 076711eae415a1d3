"""Objectives measured by a Prometheus: what is asked, what is kept, and what is made of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.contract.loopback import Loopback, Request, answer_json
from tests.contract.vendors import NOW, objectives

from eventa_cockpit.config.objectives import ObjectiveFile
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.objective import Indicator, Measure, Objective, Weighting
from eventa_cockpit.domain.slo import HOUR, MINUTE, SloReport, SloState
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.objectives import SloSource
from eventa_cockpit.integrations.promql import MOST_POINTS, PrometheusApi

Curve = Callable[[float, float], float | None]
"""Age of a moment in seconds and length of its slice → the value there."""
COUNTS = Indicator(Measure.COUNTS, bad="sum(increase(bad[{{.window}}]))", total="sum(increase(total[{{.window}}]))")
A_MINUTE = 600.0


def serve(
    upstream: Loopback, curves: dict[str, Curve], refuse: Callable[[Request], bool] = lambda _asked: False
) -> None:
    """A Prometheus whose series are these curves, by a word of the query."""

    def write(request: Request, connection: Any) -> None:
        if refuse(request):
            answer_json({"status": "error", "errorType": "execution", "error": "too many samples"}, status=422)(
                request, connection
            )
            return
        asked = dict(request.query)
        start, end, step = (float(asked[name]) for name in ("start", "end", "step"))
        assert (end - start) / step < MOST_POINTS
        curve = next(curve for word, curve in curves.items() if word in asked["query"])
        moments = [start + number * step for number in range(int((end - start) / step) + 1)]
        values = [(at, curve(NOW.timestamp() - at, step)) for at in moments]
        series = [[at, str(value)] for at, value in values if value is not None]
        result = [{"metric": {}, "values": series}] if series else []
        answer_json({"status": "success", "data": {"resultType": "matrix", "result": result}})(request, connection)

    upstream.behaviour = write


def traffic(_age: float, step: float) -> float:
    return A_MINUTE * step / 60


def outage(since_s: float) -> Curve:
    """Nothing works from so long ago until now."""
    return lambda age, step: traffic(age, step) if age < since_s else 0.0


def source(upstream: Loopback, objective: Objective, now: Callable[[], datetime] = lambda: NOW) -> SloSource:
    return SloSource(
        PrometheusApi(upstream.url, Fetcher()),
        lambda: ObjectiveFile((objective,)),
        every=timedelta(seconds=30),
        deadline=timedelta(seconds=10),
        now=now,
    )


async def read(upstream: Loopback, indicator: Indicator = COUNTS, **changes: Any) -> SloReport:
    found = source(upstream, Objective("goal", 0.999, indicator=indicator, **changes))
    try:
        return await found.read()
    finally:
        await found.close()


async def test_minutes_and_weeks_come_from_the_same_two_queries(upstream: Loopback) -> None:
    serve(upstream, {"bad": outage(20 * 60), "total": traffic})
    (status,) = (await read(upstream)).objectives
    assert status.state is SloState.PAGE
    assert status.burn(5 * MINUTE) == pytest.approx(1000)
    assert status.burn(HOUR) == pytest.approx(1000 / 3, rel=0.02)
    by_requests, by_minutes = status.budgets
    for budget in (by_requests, by_minutes):
        assert budget.left / MINUTE == pytest.approx(43.2 - 20, abs=0.6)
    assert status.problem == ""


async def test_days_that_were_read_are_not_asked_for_again(upstream: Loopback) -> None:
    serve(upstream, {"bad": outage(0), "total": traffic})
    clock = [NOW]
    found = source(upstream, Objective("goal", 0.999, indicator=COUNTS), lambda: clock[0])
    await found.read()
    first = len(upstream.requests)
    assert first >= 2 * 30
    clock[0] = NOW + timedelta(seconds=30)
    await found.read()
    again = [dict(request.query) for request in upstream.requests[first:]]
    assert len(again) == 2
    assert all(float(asked["end"]) - float(asked["start"]) < 7 * 3600 for asked in again)
    clock[0] = NOW + timedelta(hours=7)
    await found.read()
    assert len(upstream.requests) > first + 2 + 2 * 30
    await found.close()


async def test_a_day_that_cannot_be_read_is_told_and_asked_for_again_later(upstream: Loopback) -> None:
    def is_long_ago(request: Request) -> bool:
        return float(dict(request.query)["start"]) < NOW.timestamp() - 86_400 * 2

    serve(upstream, {"bad": outage(60), "total": traffic}, refuse=is_long_ago)
    clock = [NOW]
    found = source(upstream, Objective("goal", 0.999, indicator=COUNTS), lambda: clock[0])
    (status,) = (await found.read()).objectives
    assert status.burn(5 * MINUTE) is not None
    assert status.budget is None
    assert "HTTP 422" in status.problem
    serve(upstream, {"bad": outage(60), "total": traffic})
    clock[0] = NOW + timedelta(minutes=6)
    (status,) = (await found.read()).objectives
    assert status.budget is not None
    assert status.problem == ""
    await found.close()


async def test_an_objective_that_nobody_measures_any_more_is_insufficient(upstream: Loopback) -> None:
    serve(
        upstream,
        {"bad": lambda _age, _step: None, "total": lambda age, step: traffic(age, step) if age > 1800 else None},
    )
    (status,) = (await read(upstream)).objectives
    assert status.burn(5 * MINUTE) is None
    assert status.burn(6 * HOUR) == 0


async def test_an_error_counter_that_never_counted_leaves_the_whole_budget_and_a_doubt(upstream: Loopback) -> None:
    serve(upstream, {"bad": lambda _age, _step: None, "total": traffic})
    (status,) = (await read(upstream)).objectives
    assert status.state is SloState.NONE
    assert status.problem == "Nothing bad was ever counted: see whether its query finds errors at all."


async def test_what_was_good_says_what_was_bad(upstream: Loopback) -> None:
    serve(upstream, {"good": lambda _age, step: 0.998 * A_MINUTE * step / 60, "total": traffic})
    indicator = Indicator(Measure.COUNTS, good="increase(good[{{.window}}])", total="increase(total[{{.window}}])")
    (status,) = (await read(upstream, indicator)).objectives
    assert status.burn(HOUR) == pytest.approx(2)


async def test_numbers_a_second_are_counted_over_their_slice(upstream: Loopback) -> None:
    serve(upstream, {"bad": lambda _age, _step: 0.001, "total": lambda _age, _step: 1.0})
    indicator = Indicator(Measure.COUNTS, bad="rate(bad[{{.window}}])", total="rate(total[{{.window}}])")
    (status,) = (await read(upstream, indicator)).objectives
    assert status.burn(5 * MINUTE) == pytest.approx(1)  # 300 requests: enough


async def test_counters_as_they_stand_are_told_apart_and_may_begin_anew(upstream: Loopback) -> None:
    def counter(each: float, resets_at: float) -> Curve:
        return lambda age, _step: each * ((40 * 86_400 - age) / 60 - (0 if age > resets_at else 30 * 1440))

    serve(upstream, {"bad": counter(1.2, 3 * 3600 + 30), "total": counter(A_MINUTE, 3 * 3600 + 30)})
    indicator = Indicator(Measure.COUNTS, bad="bad", total="total", is_running_count=True)
    (status,) = (await read(upstream, indicator)).objectives
    assert status.burn(HOUR) == pytest.approx(2)
    assert status.burn(timedelta(days=3)) == pytest.approx(2, rel=0.05)


async def test_a_bound_makes_each_slice_good_or_bad(upstream: Loopback) -> None:
    serve(upstream, {"p95": lambda age, _step: 0.5 if age < 600 else 0.2})
    indicator = Indicator(Measure.BOUND, quantity="p95", operator="<=", bound=0.3)
    (status,) = (await read(upstream, indicator, weighting=Weighting.MINUTES)).objectives
    assert status.weighting is Weighting.MINUTES
    assert [budget.weighting for budget in status.budgets] == [Weighting.MINUTES]
    assert status.burn(HOUR) == pytest.approx(1000 / 6, rel=0.02)


async def test_a_share_of_successes_is_turned_round(upstream: Loopback) -> None:
    serve(upstream, {"probe": lambda _age, _step: 0.997})
    indicator = Indicator(Measure.RATIO, ratio="probe", is_success=True)
    (status,) = (await read(upstream, indicator)).objectives
    assert status.burn(HOUR) == pytest.approx(3)


async def test_a_slow_server_costs_the_days_but_not_the_hours(upstream: Loopback) -> None:
    def is_slow(request: Request) -> bool:
        if float(dict(request.query)["start"]) < NOW.timestamp() - 86_400 * 2:
            upstream.ended.wait(20)
        return False

    serve(upstream, {"bad": outage(0), "total": traffic}, refuse=is_slow)
    found = SloSource(
        PrometheusApi(upstream.url, Fetcher()),
        lambda: ObjectiveFile((Objective("goal", 0.999, indicator=COUNTS),)),
        every=timedelta(seconds=30),
        deadline=timedelta(seconds=3),
        now=lambda: NOW,
    )
    async with asyncio.timeout(10):
        (status,) = (await found.read()).objectives
    assert status.burn(HOUR) == 0
    assert status.budget is None
    await found.close()


async def test_the_file_is_read_where_the_configuration_says(upstream: Loopback, tmp_path: Path) -> None:
    serve(upstream, {"increase(e": outage(60), "increase(r": traffic})
    found = objectives(upstream.url, tmp_path, text="window: 7d\nerror_rate: 0.01\nlatency_p95_ms: -1\n")
    report = await found.read()
    await found.close()
    (status,) = report.objectives
    assert (status.target, status.window) == (0.99, timedelta(days=7))
    assert report.problems == (f"{tmp_path / 'slo.yml'}:3: latency_p95_ms: this has to be more than 0.",)


async def test_an_objective_without_queries_says_what_to_give(upstream: Loopback, tmp_path: Path) -> None:
    serve(upstream, {"increase(e": outage(60), "increase(r": traffic})
    found = objectives(upstream.url, tmp_path, text="error_rate: 0.01\nlatency_p95_ms: 300\n")
    _availability, latency = (await found.read()).objectives
    await found.close()
    assert latency.state is SloState.INSUFFICIENT
    assert "`fast`" in latency.problem


@pytest.mark.parametrize(("text", "words"), [("a: [", "slo.yml:1: This is not valid YAML"), ("x: 1\n", "no objective")])
async def test_a_file_that_promises_nothing_is_a_failure_that_names_it(
    upstream: Loopback, tmp_path: Path, text: str, words: str
) -> None:
    found = objectives(upstream.url, tmp_path, text=text)
    with pytest.raises(UpstreamError, match=words) as caught:
        await found.read()
    assert caught.value.kind is FailureKind.NOT_CONFIGURED
    (tmp_path / "slo.yml").unlink()
    with pytest.raises(UpstreamError, match="cannot be read: No such file"):
        await found.read()
    await found.close()
