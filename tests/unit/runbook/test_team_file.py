"""A file as a Japanese team keeps it, unannotated: everything in it is found."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from eventa_cockpit.domain.runbook import Frequency, Library, PhaseKind, Risk
from eventa_cockpit.runbook.library import load_library

OWN = Path(__file__).parent / "files" / "team.ja.md"
FILES = [OWN, *filter(Path.is_file, map(Path, filter(None, [os.environ.get("RUNBOOK_SEED")])))]
"""`RUNBOOK_SEED` may name the file of a real team, of the same contents."""


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def library(request: pytest.FixtureRequest) -> Library:
    return load_library([request.param])


def test_it_holds_six_runbooks_with_thirty_seven_steps_and_seven_commands(library: Library) -> None:
    steps = [step for runbook in library.runbooks for step in runbook.steps]
    assert len(library.runbooks) == 6
    assert len(steps) == 37
    assert sum(len(step.commands) for step in steps) == 7
    assert not library.problems


def test_the_numbering_of_a_heading_is_not_part_of_the_title(library: Library) -> None:
    assert not any(runbook.title[0] in "123１２３" for runbook in library.runbooks)


def test_the_escalation_policy_becomes_timers_and_never_steps(library: Library) -> None:
    assert [rule.after for rule in library.escalation] == [timedelta(minutes=count) for count in (15, 30, 60)]
    assert [rule.target for rule in library.escalation] == ["二次担当", "技術責任者", "経営陣"]
    assert [rule.condition for rule in library.escalation] == ["unacknowledged", "unresolved", "outage"]
    titles = [step.title for runbook in library.runbooks for step in runbook.steps]
    assert not any("エスカレーション" in title for title in titles)


def test_three_runbooks_have_a_schedule(library: Library) -> None:
    schedules = [runbook.schedule for runbook in library.runbooks if runbook.schedule is not None]
    monthly, before_events, quarterly = schedules
    assert (monthly.frequency, monthly.weekday, monthly.week_of_month) == (Frequency.MONTHLY, 2, 3)
    assert (before_events.frequency, before_events.before_event) == (Frequency.QUARTERLY, True)
    assert (quarterly.frequency, quarterly.before_event) == (Frequency.QUARTERLY, False)


def test_the_service_level_and_its_budget_are_read(library: Library) -> None:
    latency, errors = library.objectives.thresholds
    assert (latency.operator, latency.value, latency.unit) == ("<", 300, "ms")
    assert (errors.operator, errors.value, errors.unit) == ("<", 0.1, "%")
    assert library.objectives.error_budget == timedelta(minutes=43)


def test_the_on_call_list_and_the_references_are_read(library: Library) -> None:
    assert [entry.role for entry in library.on_call] == ["一次担当 (Primary)", "二次担当 (Secondary)", "バックアップ"]
    assert library.on_call[0].source.startswith("PagerDuty rotation")
    assert library.references["SLO & SLA"] == "docs/slo.yml (ErrorBudget 43 min/月)"


def test_bold_lines_are_phases_and_their_bullets_signals(library: Library) -> None:
    payment = library.runbooks[0]
    assert [phase.kind for phase in payment.phases] == [PhaseKind.DETECT, PhaseKind.MITIGATE, PhaseKind.RECOVER]
    assert len(payment.signals) == 3
    threshold = payment.signals[0].threshold
    assert threshold is not None
    assert (threshold.quantity, threshold.operator, threshold.value, threshold.unit) == ("決済失敗率", ">", 5, "%")


def test_the_cause_is_a_fact_of_its_runbook_only(library: Library) -> None:
    assert set(library.runbooks[0].facts) == {"原因"}
    assert "検知" not in library.runbooks[0].text


def test_steps_are_numbered_within_their_phase(library: Library) -> None:
    ids = [step.id for step in library.runbooks[0].steps]
    assert ids == [*(f"mitigate.{n}" for n in range(1, 5)), *(f"recover.{n}" for n in range(1, 6))]


def test_a_nested_bullet_is_text_of_its_step(library: Library) -> None:
    step = library.runbooks[1].steps[0]
    assert step.text.startswith("- CPU")
    assert not step.substeps


def test_each_command_has_its_risk_and_the_rule_that_says_so(library: Library) -> None:
    rules = [
        (command.risk, command.risk_rule)
        for runbook in library.runbooks
        for step in runbook.steps
        for command in step.commands
    ]
    assert rules == [
        (Risk.CHANGE, "http.change"),
        (Risk.READ, "aws.read"),
        (Risk.CHANGE, "aws.invalidate"),
        (Risk.CHANGE, "kubectl.rollout-undo"),
        (Risk.CHANGE, "aws.snapshot"),
        (Risk.CHANGE, "terraform.apply"),
        (Risk.CHANGE, "load.run"),
    ]


def test_what_a_command_needs_is_asked_for_and_a_token_is_secret(library: Library) -> None:
    parameters = [
        (parameter.name, parameter.is_secret)
        for runbook in library.runbooks
        for step in runbook.steps
        for command in step.commands
        for parameter in command.parameters
    ]
    assert parameters == [("ADMIN_TOKEN", True), ("CF_DISTRIBUTION_ID", False)]
