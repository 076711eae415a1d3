"""Evidence: what was measured around a step, and whether it helped."""

from __future__ import annotations

import pytest
from tests.unit.incident.events import BEGAN, Writing

from eventa_cockpit.domain.event import Fact
from eventa_cockpit.domain.evidence import Evidence, EvidenceTaken, Help, HelpJudged, Moment, Stamp
from eventa_cockpit.domain.incident import fold


def p95(value: float) -> Stamp:
    return Stamp("p95", value, "ms", BEGAN)


def taken(moment: Moment, *stamps: Stamp) -> EvidenceTaken:
    return EvidenceTaken("rb", "mitigate.1", moment, stamps, "run")


def evidence(*new: Fact) -> Evidence:
    writing = Writing()
    writing.by("sato", *new)
    return fold(writing.events).evidence_of("rb", "mitigate.1")


def test_a_reading_on_both_sides_is_a_movement() -> None:
    (movement,) = evidence(taken(Moment.BEFORE, p95(400)), taken(Moment.AFTER, p95(300))).movements
    assert movement.change == pytest.approx(-0.25)


def test_what_is_known_on_one_side_only_moved_by_nobody_knows_how_much() -> None:
    movements = evidence(taken(Moment.BEFORE, p95(400)), taken(Moment.AFTER, Stamp("errors", 3, "1", BEGAN))).movements
    assert [(each.name, each.change) for each in movements] == [("p95", None), ("errors", None)]


def test_from_nothing_there_is_no_relative_change() -> None:
    (movement,) = evidence(taken(Moment.BEFORE, p95(0)), taken(Moment.AFTER, p95(300))).movements
    assert movement.change is None


def test_running_a_step_again_begins_its_evidence_anew() -> None:
    found = evidence(taken(Moment.BEFORE, p95(400)), taken(Moment.AFTER, p95(300)), taken(Moment.BEFORE, p95(310)))
    assert (found.before, found.after) == ((p95(310),), ())


def test_the_newest_answer_to_whether_it_helped_counts() -> None:
    found = evidence(
        HelpJudged("rb", "mitigate.1", Help.UNCLEAR), HelpJudged("rb", "mitigate.1", Help.HELPED, "errors fell")
    )
    assert (found.help, found.help_text, found.help_by) == (Help.HELPED, "errors fell", "sato")
