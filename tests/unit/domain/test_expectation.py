"""What a success is expected to look like, and what is made of that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.domain.expectation import (
    Aspect,
    Expectation,
    Judgement,
    Outcome,
    expectation_of,
    judge_output,
    missing_line,
    standing,
)
from eventa_cockpit.domain.runbook import Annotation, Command, Step, Threshold
from eventa_cockpit.domain.step_record import StepState, judged

CHECK = Threshold("ReadLatency", "<", 0.1, "s")
BOTH = Expectation(pattern="ok", check=CHECK)
PATTERN_MET = Judgement(Aspect.PATTERN, Outcome.MET)
CHECK_MET = Judgement(Aspect.CHECK, Outcome.MET)
JUDGEMENTS = st.lists(
    st.builds(Judgement, aspect=st.sampled_from([*Aspect, "?"]), outcome=st.sampled_from([*Outcome, "?"]))
)


def test_nothing_expected_is_met() -> None:
    assert standing(Expectation(), ()) is Outcome.MET


def test_a_part_that_nobody_judged_keeps_it_open() -> None:
    assert standing(BOTH, (PATTERN_MET,)) is Outcome.UNKNOWN
    assert standing(BOTH, (PATTERN_MET, CHECK_MET)) is Outcome.MET


def test_one_failed_part_fails_it_whatever_is_open() -> None:
    assert standing(BOTH, (Judgement(Aspect.PATTERN, Outcome.FAILED),)) is Outcome.FAILED


def test_an_example_that_differs_is_information_only() -> None:
    sample = Expectation(sample="web 1/1")
    judgements = judge_output(sample, "nothing of that", None)
    assert [entry.outcome for entry in judgements] == [Outcome.DIFFERS]
    assert standing(sample, judgements) is Outcome.MET


@given(JUDGEMENTS)
def test_done_needs_a_met_answer_for_every_part(judgements: list[Judgement]) -> None:
    met = {entry.aspect for entry in judgements if entry.outcome == Outcome.MET}
    if standing(BOTH, judgements) is Outcome.MET:
        assert {Aspect.PATTERN, Aspect.CHECK} <= met


@given(st.sampled_from(list(StepState)), JUDGEMENTS)
def test_no_judgement_makes_a_success_of_anything_else(state: StepState, judgements: list[Judgement]) -> None:
    amounts = judged(state, BOTH, tuple(judgements))
    assert amounts is state or state is StepState.DONE


@pytest.mark.parametrize(
    ("sample", "output", "missing"),
    [
        ("web   1/1  Running  3d", "NAME READY\nweb 2/2 Running 14d  \n", None),
        ("started\nstopped", "stopped\nstarted\n", "stopped"),
        ("started\n...\nstopped", "started\nlots\nof lines\nstopped\n", None),
        ('{"enabled": true}', '{"enabled": false}', '{"enabled": true}'),
        ("pod/web-7d9f8-x2k1 deleted", "pod/web-6c5b4-q9z8 deleted", None),
        ("\n  \n", "", None),
    ],
)
def test_an_example_is_compared_line_by_line_without_its_numbers(sample: str, output: str, missing: str | None) -> None:
    assert missing_line(sample, output) == missing


@given(st.text(), st.text(), st.text())
def test_an_output_that_holds_the_example_does_not_differ_from_it(before: str, sample: str, after: str) -> None:
    assert missing_line(sample, f"{before}\n{sample}\n{after}") is None


def test_the_fence_has_the_word_before_its_step() -> None:
    step = Step("a", "1", "t", 1, annotation=Annotation(expect="of step", verify=CHECK))
    fence = Command("true", "sh", 1, expected_output="x", annotation=Annotation(expect="of fence"))
    assert expectation_of(step, fence) == Expectation("of fence", "x", CHECK)
