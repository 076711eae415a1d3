"""The drill's PromQL: what it evaluates, what it refuses, and the past that nobody simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import promql_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventa_cockpit.simulator.apis.prometheus import text_of
from eventa_cockpit.simulator.model.metering import COLUMNS, PAST_S, SCRAPE_S, Metering
from eventa_cockpit.simulator.promql.errors import BadData, Execution
from eventa_cockpit.simulator.promql.evaluation import Evaluation, Value
from eventa_cockpit.simulator.promql.functions import extended, increase, quantile
from eventa_cockpit.simulator.promql.storage import Storage, ends, samples
from eventa_cockpit.simulator.world import Fault, World

OPENED = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY_S = 86400.0


@dataclass(frozen=True)
class Counter:
    """A sample every ten seconds while it lives, each ten more than the one before."""

    labels: Mapping[str, str]
    until_s: float = math.inf
    since_s: float = 0.0
    every_s: float = field(default=10.0)

    def at(self, moment_s: float) -> float | None:
        return moment_s - self.since_s if self.since_s <= moment_s <= self.until_s else None


STORAGE = Storage(
    [
        Counter({"__name__": "a", "job": "x", "pod": "1"}),
        Counter({"__name__": "a", "job": "x", "pod": "2"}),
        Counter({"__name__": "b", "job": "x"}, until_s=1000.0),
    ],
    zero=1_000_000.0,
)


def value(query: str, at_s: float = 2000.0) -> Value:
    return Evaluation(STORAGE, at_s).value(promql_parser.parse(query))


def test_a_series_stands_for_five_minutes_after_its_last_sample() -> None:
    assert value("b", 1299.0) == [({"__name__": "b", "job": "x"}, 1000.0)]
    assert value("b", 1300.0) == []
    assert value("timestamp(b)", 1299.0) == [({"job": "x"}, 1_001_000.0)]


def test_a_rate_is_what_the_counter_goes_on_by() -> None:
    assert value('rate(a{pod="1"}[5m])', 2003.0) == [({"job": "x", "pod": "1"}, pytest.approx(1.0))]
    assert value("sum(rate(a[5m]))", 2003.0) == [({}, pytest.approx(2.0))]
    assert value("rate(a[10s])") == []


@pytest.mark.parametrize(
    "query", ["topk(1, a)", "label_replace(a, 'x', '', '', '')", "a @ 5", "quantile(0.5, a)", "deriv(a[5m])"]
)
def test_what_is_not_evaluated_here_is_refused_and_not_guessed(query: str) -> None:
    with pytest.raises(BadData, match="not evaluated here"):
        value(query)


def test_many_to_many_is_an_error_of_the_evaluation() -> None:
    with pytest.raises(Execution, match="many-to-many matching not allowed"):
        value("b / on(job) a", 900.0)
    with pytest.raises(Execution, match="must be explicit"):
        value("a / on(job) b", 900.0)
    assert len(value("a / on(job) group_left b", 900.0)) == 2  # type: ignore[arg-type]


@given(start=st.floats(0, 5000), length=st.floats(1, 900))
def test_the_two_ends_of_a_window_tell_what_all_its_samples_do(start: float, length: float) -> None:
    series, span = Counter({}, until_s=4000.0), (start, start + length)
    found = ends(series, *span)
    short = None if found is None else extended(*found, found[1][1] - found[0][1], span)
    whole = increase(samples(series, *span), span)
    assert (short is None) is (whole is None)
    if short is not None:
        assert short == pytest.approx(whole)


@given(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=12), st.floats(0.001, 1))
def test_a_quantile_lies_within_its_buckets_and_grows_with_its_share(amounts: list[float], share: float) -> None:
    total, buckets = 0.0, []
    for number, amount in enumerate(amounts, start=1):
        total += amount
        buckets.append((float(number), total))
    buckets.append((math.inf, total))
    found = quantile(share, buckets)
    if total == 0:
        assert math.isnan(found)
    else:
        assert 0 <= found <= len(amounts)
        assert found <= quantile(min(share + 0.1, 1), buckets) + 1e-9


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.0, "1"), (0.00001, "0.00001"), (1e21, "1000000000000000000000"), (math.nan, "NaN"), (-math.inf, "-Inf")],
)
def test_numbers_are_written_as_prometheus_writes_them(number: float, text: str) -> None:
    assert text_of(number) == text


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), fault=st.sampled_from([None, *Fault]))
def test_no_counter_ever_goes_back_from_five_weeks_ago_until_now(seed: int, fault: Fault | None) -> None:
    metering = World(seed, OPENED, fault).metering
    moments = [-PAST_S, *(-day * DAY_S for day in range(34, 0, -1)), *range(-4200, 1, int(SCRAPE_S))]
    rows = [row for row in map(metering.row, map(float, moments)) if row is not None]
    assert len(rows) == len(moments)
    for place, column in enumerate(COLUMNS):
        if column.name.endswith(("_total", "_bucket", "_sum", "_count")):
            values = [row[place] for row in rows]
            assert values == sorted(values)


def test_the_past_is_the_same_at_every_run_and_another_for_another_seed() -> None:
    one, again, other = (Metering(seed, OPENED, -3900.0).row(-7200.0) for seed in (3, 3, 4))
    assert one == again
    assert one != other


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_past_month_leaves_some_of_the_error_budget(seed: int) -> None:
    metering = Metering(seed, OPENED, -3900.0)
    before, after = metering.row(-30 * DAY_S), metering.row(-3900.0)
    assert before is not None
    assert after is not None
    names = [(column.name, dict(column.labels).get("code", "")) for column in COLUMNS]
    bad = sum(after[place] - before[place] for place, (name, code) in enumerate(names) if code in {"500", "502"})
    total = sum(after[place] - before[place] for place, (name, _code) in enumerate(names) if name == names[0][0])
    assert 0.0004 < bad / total < 0.0009
