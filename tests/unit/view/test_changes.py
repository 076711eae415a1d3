"""The changes pane, and the one line about the likeliest of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventa_cockpit.domain.change import Change, ChangeKind
from eventa_cockpit.domain.change_report import ChangeReport, change_report
from eventa_cockpit.widgets.view import changes
from eventa_cockpit.widgets.view.lines import Line, fit, width_of

NOW = datetime(2026, 11, 23, 18, 21, tzinfo=UTC)
ALERT = NOW - timedelta(minutes=17)


def change(minutes: float, title: str, kind: ChangeKind = ChangeKind.DEPLOYMENT, by: str = "") -> Change:
    return Change(ALERT - timedelta(minutes=minutes), kind, title, "Kubernetes", by)


REPORT = change_report(
    [
        change(6, "eventa-frontend revision 42 (4.19.0)"),
        change(23, "パラメータグループの変更", ChangeKind.DATABASE, by="kudo"),
        change(-4, "メンテナンスモード", ChangeKind.STEP),
        change(300, "eventa-api revision 118 (4.18.2)"),
    ],
    ALERT,
    NOW,
)


def text(lines: list[Line], width: int) -> list[str]:
    assert all(width_of(fit(line, width)) == width for line in lines)
    return ["".join(span.text for span in fit(line, width)).rstrip() for line in lines]


def test_the_suspects_come_first_and_the_alert_stands_among_the_others() -> None:
    shown = text(changes.rows(REPORT, NOW, UTC, 70), 70)
    assert shown[0] == "2 changes inside 23m before the first alert"
    assert shown[1].startswith("17:58 ⚠ roll-out eventa-frontend revision 42 (4.19.0)")
    assert shown[1].endswith("-6m")
    assert shown[2].startswith("17:41 ⚠ database パラメータグループの変更 kudo")
    assert shown[4].startswith("18:08   our step メンテナンスモード")
    assert shown[4].endswith("+4m")
    assert shown[5].startswith("18:04 ✗ first alert ─")
    assert shown[6].endswith("-5h00")


def test_a_wide_pane_says_who_says_so() -> None:
    assert "Kubernetes    -6m" in text(changes.rows(REPORT, NOW, UTC, 100), 100)[1]


@pytest.mark.parametrize("width", [20, 34, 60])
def test_the_likeliest_is_one_line_that_keeps_its_distance_and_says_how_many_more(width: int) -> None:
    (shown,) = text(changes.likeliest(REPORT, width), width)
    assert shown.startswith("⚠ e")
    assert shown.endswith("-6m (+1)")


def test_without_suspects_there_is_no_such_line() -> None:
    assert changes.likeliest(ChangeReport(), 40) == []
    assert changes.summary(ChangeReport()) == ()


def test_nothing_known_is_said() -> None:
    (shown,) = text(changes.rows(ChangeReport(ALERT), NOW, UTC, 70), 70)
    assert shown == "No upstream knows of a change in the last hours."


def test_while_nothing_is_wrong_the_list_has_no_alert() -> None:
    shown = text(changes.rows(change_report(REPORT.changes, None, NOW), NOW, UTC, 70), 70)
    assert len(shown) == 4
    assert not any("⚠" in row or "✗" in row for row in shown)
