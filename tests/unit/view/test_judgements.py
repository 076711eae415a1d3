"""What a succeeded step says about its own success."""

from __future__ import annotations

import pytest

from eventa_cockpit.domain.expectation import Aspect, Expectation, Judgement, Outcome
from eventa_cockpit.domain.runbook import Threshold
from eventa_cockpit.domain.step_record import StepRecord, StepState
from eventa_cockpit.locale import use_language
from eventa_cockpit.widgets.view import steps
from eventa_cockpit.widgets.view.judgements import of_judgement, sentences

CHECK = Expectation(check=Threshold("ReadLatency", "<", 0.1, "s"))


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


def test_every_state_has_a_glyph_and_a_word() -> None:
    assert set(steps.STATES) == set(StepState)


@pytest.mark.parametrize("aspect", [Aspect.PATTERN, Aspect.CHECK])
@pytest.mark.parametrize("outcome", [Outcome.FAILED, "of another version"])
def test_a_failure_is_said_and_an_unknown_word_is_not(aspect: Aspect, outcome: str) -> None:
    said = of_judgement(Judgement(aspect, outcome, "what is wanted", "2 s"))
    assert (said is not None) == (outcome == Outcome.FAILED)


def test_an_open_check_says_what_it_waits_for_and_what_can_be_done() -> None:
    said = [text for text, _role in sentences(StepRecord("rb", "s", state=StepState.UNVERIFIED, expectation=CHECK))]
    assert "ReadLatency < 0.1s" in said[0]
    assert "mark it done" in said[1]


def test_a_step_that_is_done_offers_nothing_more() -> None:
    met = (Judgement(Aspect.CHECK, Outcome.MET, "ReadLatency < 0.1s", "0.04 s"),)
    record = StepRecord("rb", "s", state=StepState.DONE, expectation=CHECK, judgements=met)
    assert [text for text, _role in sentences(record)] == ["Checked: ReadLatency < 0.1s; it is 0.04 s."]
