"""Why a runbook is offered, as the alerts pane says it."""

from __future__ import annotations

from datetime import UTC, datetime

from eventa_cockpit.domain.alert import Alert, AlertState, Severity
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.live_signals import LiveSignal
from eventa_cockpit.domain.matching import Because, Match, MatchKind, Offer
from eventa_cockpit.widgets.view import alerts, offers
from eventa_cockpit.widgets.view.lines import Line
from eventa_cockpit.widgets.view.scene import Scene

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
NAMED = Because(MatchKind.NAMED, "DatabaseLatencyHigh")
MEASURED = Because(MatchKind.MEASURED, "DB latency > 100ms", "ReadLatency 312 ms")
DOUBT = LiveSignal("DB latency > 100ms", "ReadLatency 3 ms", is_past=False)


def pane(offer: Offer | None, severity: Severity = Severity.CRITICAL) -> list[str]:
    alert = Alert("f", "DatabaseLatencyHigh", severity, AlertState.FIRING, NOW)
    scene = Scene(Environment("prod", is_production=True), "eventa", UTC, NOW, offers={"f": offer})
    shown: list[Line] = alerts.brief(alert, scene, 90)
    return [line.text for line in shown]


def test_the_strongest_reason_and_what_is_measured_stand_under_the_offer() -> None:
    shown = pane(Offer("Slow database", Match("db", "f", (NAMED, MEASURED), 1.0)))
    assert shown[1:] == [
        "  Enter open: Slow database",
        "    because it lists this alert",
        "    now ReadLatency 312 ms; its sign: DB latency > 100ms",
    ]


def test_a_doubt_is_told() -> None:
    shown = pane(Offer("Slow database", Match("db", "f", (NAMED,), 1.0, (DOUBT,))))
    assert shown[-1] == "    not confirmed: now ReadLatency 3 ms; its sign: DB latency > 100ms"


def test_no_runbook_is_said_as_such_unless_the_alert_is_only_news() -> None:
    assert pane(None)[-1] == "  No runbook answers it; b lists them all."
    assert len(pane(None, Severity.INFO)) == 1


def test_all_reasons_in_one_line() -> None:
    text = offers.in_one_line(
        Match("db", "f", (Because(MatchKind.LABELS, 'team="db"'), Because(MatchKind.COMPONENT, "component=db")), 0.9)
    )
    assert text == 'because it lists team="db"; because it is about component=db'
