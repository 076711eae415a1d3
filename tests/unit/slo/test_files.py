"""Objectives from files of four shapes; what is wrong with one is said with its line and key, and costs only that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.config.objectives import PlainQueries, read_objectives
from eventa_cockpit.domain.objective import Measure, Objective, Weighting
from eventa_cockpit.runbook.objectives import parse_objectives

OPENSLO = """\
    apiVersion: openslo/v1
    kind: SLI
    metadata:
      name: http-good
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: Prometheus
            spec:
              query: sum(http_requests_total{code!~"5.."})
        total:
          metricSource:
            type: Prometheus
            spec:
              query: sum(http_requests_total)
    ---
    apiVersion: openslo/v1
    kind: SLO
    metadata:
      name: api
      displayName: API
    spec:
      service: eventa
      indicatorRef: http-good
      timeWindow:
        - duration: 28d
          isRolling: true
      budgetingMethod: Occurrences
      objectives:
        - displayName: availability
          target: 0.999
        - displayName: stretch
          targetPercent: 99.95
"""
SLOTH = """\
    version: "prometheus/v1"
    service: "eventa"
    labels: {owner: sre}
    slos:
      - name: requests-availability
        objective: 99.9
        sli:
          events:
            error_query: sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))
            total_query: sum(rate(http_requests_total[{{ .window }}]))
        alerting: {page_alert: {disable: true}}
      - name: jobs
        objective: 99
        sli:
          raw:
            error_ratio_query: sum(rate(failed[{{.window}}])) / sum(rate(jobs[{{.window}}]))
"""
PYRRA = """\
    apiVersion: pyrra.dev/v1alpha1
    kind: ServiceLevelObjective
    metadata:
      name: checkout-latency
    spec:
      target: "99"
      window: 2w
      indicator:
        latency:
          success:
            metric: http_request_duration_seconds_bucket{job="api",le="0.3"}
          total:
            metric: http_request_duration_seconds_count{job="api"}
"""
PLAIN = """\
    # eventa
    service: eventa
    window: 30d
    error_budget_minutes: 43
    latency_p95_ms: 300
    error_rate: 0.001
"""
QUERIES = PlainQueries(
    requests="sum(increase(http_requests_total[{{.window}}]))",
    errors='sum(increase(http_requests_total{code=~"5.."}[{{.window}}]))',
    fast='sum(increase(http_request_duration_seconds_bucket{le="0.3"}[{{.window}}]))',
)


def read(text: str) -> list[Objective]:
    found = read_objectives(dedent(text), "slo.yml", QUERIES)
    assert found.problems == ()
    return list(found.objectives)


def problem(text: str) -> str:
    """The only problem, as `line: sentence`."""
    (only,) = read_objectives(dedent(text), "slo.yml", QUERIES).problems
    return f"{only.line}: {only.message}"


def test_openslo_finds_its_indicator_in_another_document() -> None:
    first, second = read(OPENSLO)
    assert (first.name, first.target, first.window) == ("API / availability", 0.999, timedelta(days=28))
    assert second.target == pytest.approx(0.9995)
    assert first.indicator is not None
    assert first.indicator.measure is Measure.COUNTS
    assert first.indicator.is_running_count
    assert first.indicator.good == 'sum(http_requests_total{code!~"5.."})'


def test_openslo_has_windows_of_the_calendar() -> None:
    text = OPENSLO.replace(
        "        - duration: 28d\n          isRolling: true",
        "        - duration: 1M\n          isRolling: false\n"
        "          calendar: {startTime: 2026-01-01 00:00:00, timeZone: Asia/Tokyo}",
    )
    start, end = read(text)[0].span(datetime(2026, 11, 30, 16, tzinfo=UTC))
    assert (start.isoformat(), end.isoformat()) == ("2026-12-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00")


def test_openslo_time_slices_are_weighted_by_minutes_and_have_a_bound() -> None:
    text = """\
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: latency}
        spec:
          indicator:
            metadata: {name: p95}
            spec:
              thresholdMetric:
                metricSource: {type: Prometheus, spec: {query: "histogram_quantile(0.95, x)"}}
          timeWindow: [{duration: 4w, isRolling: true}]
          budgetingMethod: Timeslices
          objectives: [{target: 0.99, op: lte, value: 0.3, timeSliceTarget: 0.95, timeSliceWindow: 5m}]
        """
    (found,) = read(text)
    assert (found.weighting, found.window, found.slice) == (
        Weighting.MINUTES,
        timedelta(days=28),
        timedelta(minutes=5),
    )
    assert found.indicator is not None
    assert (found.indicator.measure, found.indicator.operator, found.indicator.bound) == (Measure.BOUND, "<=", 0.3)


def test_sloth_queries_keep_their_placeholder() -> None:
    first, second = read(SLOTH)
    assert (first.name, first.target) == ("requests-availability", pytest.approx(0.999))
    assert first.indicator is not None
    assert first.indicator.total == "sum(rate(http_requests_total[{{.window}}]))"
    assert (second.weighting, second.window) == (Weighting.MINUTES, timedelta(days=30))


def test_pyrra_metrics_become_queries() -> None:
    (found,) = read(PYRRA)
    assert (found.target, found.window, found.is_latency) == (0.99, timedelta(days=14), True)
    assert found.indicator is not None
    assert found.indicator.good == (
        'sum(increase(http_request_duration_seconds_bucket{job="api",le="0.3"}[{{.window}}]))'
    )


def test_the_plain_shape_promises_availability_by_minutes_and_latency_by_requests() -> None:
    availability, latency = read(PLAIN)
    assert (availability.target, availability.weighting) == (0.999, Weighting.MINUTES)
    assert (latency.name, latency.target, latency.weighting) == ("P95 < 300 ms", 0.95, Weighting.REQUESTS)
    assert availability.indicator is not None
    assert (availability.indicator.bad, availability.indicator.total) == (QUERIES.errors, QUERIES.requests)
    assert latency.indicator is not None
    assert latency.indicator.good == QUERIES.fast


def test_a_plain_file_without_queries_promises_and_measures_nothing() -> None:
    found = read_objectives(dedent(PLAIN), "slo.yml")
    assert [objective.indicator for objective in found.objectives] == [None, None]


def test_a_budget_alone_is_a_target() -> None:
    (found,) = read("error_budget_minutes: 432\n")
    assert found.target == pytest.approx(0.99)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("error_budget_minutes: lots\n", '1: error_budget_minutes: "lots" is not a number.'),
        ("window: 30d\nerror_rate: 0\n", "2: error_rate: this is a share: more than 0 and less than 1"),
        ("window: 3 fortnights\nerror_rate: 0.1\n", '1: window: "3 fortnights" is not a window.'),
        ("a: [\n", "This is not valid YAML"),
        ("service: eventa\n", "1: There is no objective in it"),
        ("- a\n- b\n", "1: The file must hold keys and values"),
        ("error_budget_minutes: 20\nerror_rate: 0.001\n", "1: error_budget_minutes: 20 min contradict the error rate"),
        (SLOTH.replace("objective: 99.9", "objective: 100"), "6: slos[0].objective: a target has to be more than 0"),
        (SLOTH.replace('5.."}[{{.window}}]', '5.."}[5m]'), "9: slos[0].sli.events.error_query: the query has no"),
        (PYRRA.replace("latency:", "latencyNative:"), "8: spec.indicator: this has to be one of ratio, latency"),
        (OPENSLO.replace("Ref: http-good", "Ref: gone"), '26: spec.indicatorRef: there is no SLI "gone"'),
        (PYRRA.replace("target:", "targget:"), "5: spec.target: this key is missing."),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(text: str, sentence: str) -> None:
    told = [f"{each.line}: {each.message}" for each in read_objectives(dedent(text), "slo.yml", QUERIES).problems]
    assert any(sentence in each for each in told), told


def test_another_vendors_queries_are_not_taken_for_prometheus() -> None:
    told = read_objectives(dedent(OPENSLO.replace("type: Prometheus", "type: Datadog", 1)), "slo.yml").problems
    assert "queries of Datadog are not read" in told[0].message


def test_one_bad_objective_costs_only_itself() -> None:
    found = read_objectives(dedent(SLOTH.replace("objective: 99.9", "objective: none")), "slo.yml")
    assert [objective.name for objective in found.objectives] == ["jobs"]
    assert len(found.problems) == 1


def test_aliases_that_multiply_cost_nothing() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    assert "no objective" in problem(bomb)


@pytest.mark.parametrize(
    "text", ["[" * 5000, "\x00", "a: !!python/object:os.system {}", "? [a]\n: b\n", "a: &a *a", ""]
)
def test_rubbish_is_a_problem_and_never_an_exception(text: str) -> None:
    found = read_objectives(text, "slo.yml")
    assert found.objectives == ()
    assert found.problems


@given(st.text(max_size=200), st.sampled_from([OPENSLO, SLOTH, PYRRA, PLAIN]), st.integers(0, 900))
def test_whatever_is_written_into_a_file_is_told_or_read(noise: str, text: str, place: int) -> None:
    mangled = dedent(text)
    mangled = mangled[:place] + noise + mangled[place:]
    found = read_objectives(mangled, "slo.yml", QUERIES)
    assert found.objectives or found.problems
    assert all(0 < objective.target < 1 for objective in found.objectives)
    assert all(clean_line(each.message) == each.message and each.line >= 1 for each in found.problems)


def test_the_library_tells_the_budget_of_any_shape_and_what_is_wrong_with_its_file() -> None:
    openslo = parse_objectives(dedent(OPENSLO), "slo.yml")
    assert openslo.problems == ()
    assert openslo.objectives.error_budget == pytest.approx(timedelta(days=28) * 0.001)
    assert [bound.text for bound in openslo.objectives.thresholds] == [
        "API / availability < 0.1%",
        "API / stretch < 0.05%",
    ]
    assert parse_objectives(dedent(PLAIN), "slo.yml").objectives.error_budget == timedelta(minutes=43)
    (told,) = parse_objectives(dedent(SLOTH).replace("99.9", "none"), "slo.yml").problems
    assert told.line == 6
