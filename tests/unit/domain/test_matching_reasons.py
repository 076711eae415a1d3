"""Why a runbook is offered: every reason, and what is measured now for or against it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.board import DATABASE, ERRORS, METRICS, Board, Failure, FailureKind, Feed
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.error_report import ErrorReport
from eventa_cockpit.domain.matching import Because, Match, MatchKind, match
from eventa_cockpit.domain.metric import MetricReadings
from eventa_cockpit.domain.reading import Point, Reading
from eventa_cockpit.domain.runbook import Library, Runbook, Signal
from eventa_cockpit.runbook.thresholds import thresholds_in

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def runbook(name: str, title: str, *signals: str, alerts: tuple[str, ...] = ()) -> Runbook:
    parsed = tuple(Signal(text, next(iter(thresholds_in(text)), None)) for text in signals)
    return Runbook(name, title, f"{name}.md", 1, signals=parsed, alerts=alerts)


DATABASE_JA = runbook(
    "db", "データベース応答遅延", "DB レイテンシ > 100ms のアラート", "API P95 レイテンシ > 300ms のアラート"
)
PAYMENT_JA = runbook("pay", "決済サービス障害", "決済失敗率 > 5% のアラート")
FRONTEND_JA = runbook("fe", "フロントエンド障害", "Sentry のエラー率が急増したというアラート")
JAPANESE = Library((DATABASE_JA, PAYMENT_JA, FRONTEND_JA))
ENGLISH = Library(
    (
        runbook("db", "Slow database", "DB latency > 100 ms", "API P95 latency > 300 ms"),
        runbook("pay", "Payment outage", "Payment failure rate > 5%"),
        runbook("fe", "Frontend outage", "Surge of Sentry errors"),
    )
)


def alert(name: str, summary: str = "", **labels: str) -> Alert:
    return Alert(name, name, Severity.CRITICAL, AlertState.FIRING, NOW, summary, labels=labels)


def reading(metric: str, value: float, unit: str, title: str = "") -> Reading:
    return Reading(metric, unit, (Point(NOW, value),), title=title)


def board(
    *database: Reading, metrics: tuple[Reading, ...] = (), errors: ErrorReport | None = None, **more: object
) -> Board:
    values = {DATABASE: DatabaseReadings("eventa-prod", database), METRICS: MetricReadings(metrics), ERRORS: errors}
    found = Board()
    for key, value in values.items():
        if value is not None:
            found = found.with_feed(Feed(key, timedelta(seconds=60), value, NOW, **more))  # type: ignore[arg-type]
    return found


def only(found: tuple[Match, ...]) -> Match:
    (entry,) = found
    return entry


def kinds(entry: Match) -> list[MatchKind]:
    return [reason.kind for reason in entry.reasons]


@pytest.mark.parametrize("library", [JAPANESE, ENGLISH], ids=["ja", "en"])
@pytest.mark.parametrize(
    ("name", "component", "expected"),
    [
        ("DatabaseLatencyHigh", "database", "db"),
        ("PaymentFailureRateHigh", "payment", "pay"),
        ("SentryErrorSpike", "frontend", "fe"),
    ],
)
def test_a_sign_and_a_component_are_both_told(library: Library, name: str, component: str, expected: str) -> None:
    found = only(match(AlertList((alert(name, component=component),)), library))
    assert (found.runbook_id, kinds(found)) == (expected, [MatchKind.SIGNAL, MatchKind.COMPONENT])
    assert found.reasons[1].words == f"component={component}"


def test_a_named_alert_has_its_sign_as_a_further_reason() -> None:
    named = runbook("db", "データベース応答遅延", "DB レイテンシ > 100ms のアラート", alerts=("DatabaseLatencyHigh",))
    found = only(match(AlertList((alert("DatabaseLatencyHigh"),)), Library((named,))))
    assert kinds(found) == [MatchKind.NAMED, MatchKind.SIGNAL]
    assert found.score == 1.0


def test_the_name_is_the_reason_even_where_a_matcher_stands_before_it() -> None:
    named = runbook("x", "手順", alerts=('severity="critical"', "Z"))
    found = only(match(AlertList((alert("Z", severity="critical"),)), Library((named,))))
    assert found.because == Because(MatchKind.NAMED, "Z")


@pytest.mark.parametrize("library", [JAPANESE, ENGLISH], ids=["ja", "en"])
def test_a_measurement_past_the_runbooks_own_bound_confirms_it_whatever_the_unit(library: Library) -> None:
    live = board(reading("ReadLatency", 0.3124, "s"), reading("WriteLatency", 0.004, "s"))
    found = only(match(AlertList((alert("DatabaseLatencyHigh"),)), library, live, NOW))
    assert found.is_confirmed
    assert found.reasons[-1].measured == "ReadLatency 312.4 ms"
    assert found.doubts == ()


def test_the_teams_own_metrics_count_by_name_or_title() -> None:
    metrics = (reading("checkout", 41.2, "%", title="決済失敗率"),)
    found = only(match(AlertList((alert("PaymentFailureRateHigh"),)), JAPANESE, board(metrics=metrics), NOW))
    assert found.reasons[-1].measured == "決済失敗率 41.2 %"


def test_a_surge_of_errors_confirms_a_sign_without_a_figure() -> None:
    report = ErrorReport("web", timedelta(minutes=15), 1204, 300)
    found = only(match(AlertList((alert("SentryErrorSpike"),)), JAPANESE, board(errors=report), NOW))
    assert found.reasons[-1].measured == "error_count 1204 (+301%)"


def test_a_false_alarm_is_offered_with_the_doubt_that_belongs_to_it() -> None:
    live = board(reading("ReadLatency", 0.003, "s"))
    found = only(match(AlertList((alert("DatabaseLatencyHigh"),)), JAPANESE, live, NOW))
    assert not found.is_confirmed
    assert [(each.signal, each.measured) for each in found.doubts] == [
        ("DB レイテンシ > 100ms のアラート", "ReadLatency 3 ms")
    ]


@pytest.mark.parametrize(
    "live",
    [
        board(reading("ReadLatency", 0.003, "s"), failure=Failure(FailureKind.TIMEOUT, "", NOW)),
        board(Reading("ReadLatency", "s")),
        board(reading("ReadLatency", 3, "By")),
        board(),
    ],
    ids=["stale", "no points", "another unit", "nothing"],
)
def test_what_is_not_known_neither_confirms_nor_casts_doubt(live: Board) -> None:
    found = only(match(AlertList((alert("DatabaseLatencyHigh"),)), JAPANESE, live, NOW))
    assert not found.is_confirmed
    assert found.doubts == ()


def test_two_faults_at_once_get_a_runbook_each_and_the_confirmed_one_comes_first() -> None:
    live = board(reading("ReadLatency", 0.3, "s"))
    alerts = AlertList(
        (alert("PaymentFailureRateHigh", "決済失敗率 > 5%"), alert("DatabaseLatencyHigh", "DB レイテンシ > 100ms"))
    )
    found = match(alerts, JAPANESE, live, NOW)
    assert [(each.fingerprint, each.runbook_id) for each in found] == [
        ("DatabaseLatencyHigh", "db"),
        ("PaymentFailureRateHigh", "pay"),
    ]


def test_a_bound_that_is_passed_without_any_alert_is_offered_last() -> None:
    live = board(reading("ReadLatency", 0.3, "s"))
    assert [(each.fingerprint, each.runbook_id) for each in match(AlertList(), JAPANESE, live, NOW)] == [("", "db")]
    found = match(AlertList((alert("PaymentFailureRateHigh"),)), JAPANESE, live, NOW)
    assert [(each.fingerprint, each.runbook_id) for each in found] == [("PaymentFailureRateHigh", "pay"), ("", "db")]


def test_nothing_fits_is_an_empty_answer() -> None:
    assert match(AlertList((alert("NodeDiskFull"),)), JAPANESE, board(reading("ReadLatency", 0.003, "s")), NOW) == ()
