"""The time axis of the changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rich.cells import cell_len

from eventa_cockpit.domain.change import Change, ChangeKind
from eventa_cockpit.domain.change_report import ChangeReport, change_report
from eventa_cockpit.widgets.view import axis

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ALERT = NOW - timedelta(minutes=30)


def _change(minutes: int) -> Change:
    return Change(NOW - timedelta(minutes=minutes), ChangeKind.DEPLOYMENT, f"revision {minutes}", "Kubernetes")


def test_a_suspect_stands_just_before_the_alert_and_the_right_end_is_now() -> None:
    (line,) = axis.rows(change_report([_change(10), _change(36), _change(150)], ALERT, NOW), NOW, UTC, 80)
    assert line.text.startswith("15:00 ")
    assert line.text.endswith(" now")
    assert [sign for sign in line.text if sign in "+⚠✗"] == ["+", "⚠", "✗", "+"]
    assert cell_len(line.text) == 80


def test_without_a_change_there_is_no_axis() -> None:
    assert axis.rows(ChangeReport(ALERT), NOW, UTC, 80) == []


def test_a_change_of_yesterday_is_still_on_the_axis() -> None:
    (line,) = axis.rows(change_report([_change(23 * 60)], None, NOW), NOW, UTC, 60)
    assert "+" in line.text[:12]
