"""The preflight above the checklist and in its dialog."""

from __future__ import annotations

from datetime import UTC, datetime

from eventa_cockpit.domain.finding import Finding, Verdict
from eventa_cockpit.domain.preflight import Block, Preflight
from eventa_cockpit.widgets.view import preflight

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
FINDINGS = (
    Finding("tools", "jq", Verdict.OK, "jq-1.7"),
    Finding("values", "POD", Verdict.WARNING, "will be asked for", "Write it down."),
    Finding("identity", "AWS", Verdict.MISSING, "AWS takes us for 1, and prod is 2.", "Log in."),
)
REPORT = Preflight("x", NOW, FINDINGS, (Block(frozenset({"aws"}), "AWS takes us for 1, and prod is 2."),), True)


def test_the_banner_says_the_worst_and_how_many_there_are() -> None:
    shown = [line.text for line in preflight.banner(REPORT, 60)]
    assert shown[:2] == [
        "✗ AWS: AWS takes us for 1, and prod is 2.",
        "2 things to look at before the first step; p shows them",
    ]
    assert preflight.mark_of(REPORT)[0].text == " ✗ preflight"


def test_there_is_no_banner_while_nothing_is_wrong_or_known() -> None:
    clear = Preflight("x", NOW, FINDINGS[:1], is_complete=True)
    for report in (None, Preflight("x", NOW), clear):
        assert preflight.banner(report, 60) == []
        assert preflight.mark_of(report) == ()


def test_the_dialog_tells_everything_by_area_with_its_remedy() -> None:
    shown = "\n".join(line.text for line in preflight.rows(REPORT, UTC, 70))
    for words in (
        "Looked at 18:00:00.",
        "Blocked: AWS takes us for 1, and prod is 2.",
        "Tools\n  ✓ jq: jq-1.7",
        "Parameters\n  ⚠ POD: will be asked for\n    → Write it down.",
        "Where commands act\n  ✗ AWS:",
    ):
        assert words in shown


def test_an_unfinished_one_says_so() -> None:
    assert preflight.rows(Preflight("x", NOW), UTC, 70)[0].text == "Still looking …"
