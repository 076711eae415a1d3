"""The fold holds for any events in any order: whatever a journal contains, there is an incident to look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from eventa_cockpit.domain import event as facts
from eventa_cockpit.domain.event import Event, Fact
from eventa_cockpit.domain.incident import Fold, StepState, fold

IDS = st.sampled_from(["", "a", "b", "c"])
MOMENTS = st.datetimes(timezones=st.just(UTC))
VERDICTS = st.sampled_from(["succeeded", "failed", "cancelled", "timed_out", "interrupted", "lost", "running", "?", ""])
KINDS = [kind for kind in get_args(Fact) if kind is not facts.UnknownFact]


def of_kind(kind: type) -> st.SearchStrategy[object]:
    if kind is facts.StepFinished:
        return st.builds(kind, runbook=IDS, step=IDS, run_id=IDS, state=VERDICTS)
    if kind is facts.IncidentDeclared:
        return st.builds(kind, title=st.text(), environment=IDS, began_at=st.none() | MOMENTS)
    small = {name: IDS for name in ("runbook", "step", "run_id", "name") if name in kind.__dataclass_fields__}
    return st.builds(kind, **small)


FACTS = st.one_of(*(of_kind(kind) for kind in KINDS), st.builds(facts.UnknownFact, kind=st.text()))
EVENTS = st.builds(
    Event,
    incident=st.just("INC-1"),
    session=IDS,
    number=st.integers(1, 30),
    lamport=st.integers(1, 30),
    uid=st.integers(0, 3),
    name=st.text(max_size=3),
    at=MOMENTS,
    boot_id=IDS,
    monotonic=st.timedeltas(timedelta(), timedelta(days=9)),
    fact=FACTS,
    key=st.sampled_from(["", "", "k1", "k2"]),
)


def numbered(events: list[Event]) -> list[Event]:
    """No two events of a session have one number, as a journal guarantees."""
    return [replace(event, number=index) for index, event in enumerate(events, start=1)]


@given(st.lists(EVENTS, max_size=40))
def test_any_events_make_an_incident(events: list[Event]) -> None:
    incident = fold(events)

    assert all(isinstance(record.state, StepState) for record in incident.steps.values())


@given(st.lists(EVENTS, max_size=40).map(numbered), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(events: list[Event], random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert fold(shuffled) == fold(events)


@given(st.lists(EVENTS, max_size=40).map(numbered))
def test_reading_twice_changes_nothing(events: list[Event]) -> None:
    assert fold([*events, *events]) == fold(events)


@settings(max_examples=60)
@given(st.lists(EVENTS, max_size=40).map(numbered), st.integers(1, 7))
def test_reading_in_pieces_gives_the_same_incident(events: list[Event], size: int) -> None:
    folding = Fold()
    for first in range(0, len(events), size):
        folding.add(events[first : first + size])
        assert folding.incident == fold(events[: first + size])


@given(st.lists(EVENTS, max_size=40))
def test_a_step_is_done_only_by_a_success_or_a_persons_word(events: list[Event]) -> None:
    told = {
        (event.fact.runbook, event.fact.step)
        for event in events
        if isinstance(event.fact, facts.StepDone)
        or (isinstance(event.fact, facts.StepFinished) and event.fact.state == "succeeded")
    }

    assert {key for key, record in fold(events).steps.items() if record.state is StepState.DONE} <= told
