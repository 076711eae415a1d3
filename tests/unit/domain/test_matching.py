"""Which runbook an alert offers, and when it offers none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.matching import MatchKind, match
from eventa_cockpit.domain.runbook import Library, Runbook, Signal, Threshold

PAYMENT = Runbook(
    "payment",
    "決済の障害",
    "a.md",
    1,
    signals=(Signal("決済失敗率 > 5% のアラート", Threshold("決済失敗率", ">", 5, "%")),),
)
DATABASE = Runbook(
    "database",
    "データベースの遅延",
    "b.md",
    1,
    signals=(
        Signal("DB レイテンシ > 100ms のアラート", Threshold("DB レイテンシ", ">", 100, "ms")),
        Signal("API P95 レイテンシ > 300ms", Threshold("API P95 レイテンシ", ">", 300, "ms")),
        Signal("CPU/メモリ使用率のアラート"),
    ),
)
FRONTEND = Runbook("frontend", "画面の障害", "c.md", 1, signals=(Signal("Sentry のエラーの急増"),))
LIBRARY = Library((PAYMENT, DATABASE, FRONTEND))


def alert(name: str, summary: str = "", state: AlertState = AlertState.FIRING, **labels: str) -> Alert:
    return Alert(name, name, Severity.CRITICAL, state, datetime(2025, 4, 30, tzinfo=UTC), summary, labels=labels)


def offered(alerts: list[Alert], *runbooks: Runbook) -> list[tuple[str, str]]:
    library = Library(runbooks) if runbooks else LIBRARY
    return [(entry.fingerprint, entry.runbook_id) for entry in match(AlertList(tuple(alerts)), library)]


@pytest.mark.parametrize(
    ("name", "summary", "runbook"),
    [
        ("PaymentFailureRateHigh", "", "payment"),
        ("Checkout", "checkout failure rate above 5%", "payment"),
        ("X", "決済失敗率が 12% です", "payment"),
        ("DatabaseLatencyHigh", "", "database"),
        ("RDSSlow", "DB latency is 300 ms", "database"),
        ("ApiLatencyHigh", "API の P95 レイテンシが 812 ms です（しきい値 300 ms）", "database"),
        ("DatabaseCpuHigh", "", "database"),
        ("SentryErrorSpike", "", "frontend"),
        ("FrontendErrors", "JavaScript error surge", "frontend"),
    ],
)
def test_words_in_either_language_lead_to_a_runbook(name: str, summary: str, runbook: str) -> None:
    assert offered([alert(name, summary)]) == [(name, runbook)]


@pytest.mark.parametrize(
    ("name", "summary"),
    [("NodeDiskFull", "disk is full"), ("Watchdog", ""), ("HighLatency", "latency is high"), ("DNSDown", "")],
)
def test_a_weak_match_is_not_offered(name: str, summary: str) -> None:
    assert offered([alert(name, summary)]) == []


def test_the_reason_is_quoted_from_the_runbook() -> None:
    (found,) = match(AlertList((alert("DatabaseLatencyHigh"),)), LIBRARY)
    assert (found.because.kind, found.because.words) == (MatchKind.SIGNAL, "DB レイテンシ > 100ms のアラート")


def test_a_runbook_that_names_the_alert_leaves_no_room_for_guesses() -> None:
    named = Runbook("named", "別の手順", "d.md", 1, alerts=("DatabaseLatencyHigh",))
    (found,) = match(AlertList((alert("DatabaseLatencyHigh"),)), Library((DATABASE, named)))
    assert (found.runbook_id, found.because.kind, found.score) == ("named", MatchKind.NAMED, 1.0)


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ('service="eventa"', True),
        ("service=eventa", True),
        ('{service="eventa", severity!="info"}', True),
        ('service=~"ev.*"', True),
        ('alertname="X"', True),
        ('service="other"', False),
        ('service="eventa", zone="a"', False),
        ('service=~"("', False),
        ('service!~"ev.*"', False),
        ("eventa", False),
    ],
)
def test_label_matchers_must_all_hold(wanted: str, matches: bool) -> None:
    runbook = Runbook("r", "別の手順", "d.md", 1, alerts=(wanted,))
    assert bool(offered([alert("X", service="eventa", severity="critical")], runbook)) is matches


def test_only_firing_alerts_offer_runbooks() -> None:
    assert offered([alert("PaymentFailureRateHigh", state=AlertState.SILENCED)]) == []


def test_the_best_match_comes_first() -> None:
    named = Runbook("named", "別の手順", "d.md", 1, alerts=("Z",))
    found = match(AlertList((alert("SentryErrorSpike"), alert("Z"))), Library((FRONTEND, named)))
    assert [entry.runbook_id for entry in found] == ["named", "frontend"]
    assert found[0].score > found[1].score
