"""When an upstream is asked again."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.services.pacing import (
    LONGEST_BACKOFF,
    LONGEST_RETRY_AFTER,
    MIN_GAP,
    PATIENT,
    PROBE,
    TRIPS_AFTER,
    Pacing,
)

chances = st.floats(0, 1, exclude_max=True)
spans = st.timedeltas(timedelta(), timedelta(days=400))
paces = st.timedeltas(timedelta(seconds=1), timedelta(hours=1))


def pacing(chance: float, every: timedelta = timedelta(seconds=15)) -> Pacing:
    return Pacing(every, lambda: chance)


@given(chances, paces)
def test_while_all_is_well_the_pace_is_kept_within_a_tenth(chance: float, every: timedelta) -> None:
    pause = pacing(chance, every).after_success()
    assert max(every * 0.89, MIN_GAP) <= pause <= max(every * 1.11, MIN_GAP)


@given(chances, st.integers(1, TRIPS_AFTER - 1))
def test_the_first_failures_are_tried_again_soon(chance: float, tries: int) -> None:
    assert MIN_GAP <= pacing(chance).after_failure(FailureKind.NETWORK, tries) <= LONGEST_BACKOFF


def test_back_off_grows_with_every_failure() -> None:
    pauses = [pacing(0.999).after_failure(FailureKind.TIMEOUT, tries) for tries in range(1, TRIPS_AFTER + 1)]
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == len(pauses)


@given(chances, st.integers(TRIPS_AFTER, 10_000), paces)
def test_an_open_circuit_is_probed_rarely_but_for_ever(chance: float, tries: int, every: timedelta) -> None:
    pause = pacing(chance, every).after_failure(FailureKind.SERVER, tries)
    assert max(PROBE, every) / 2 <= pause <= max(PROBE, every)


@given(chances, st.sampled_from(sorted(PATIENT)))
def test_what_only_a_person_can_mend_is_not_tried_again_soon(chance: float, kind: FailureKind) -> None:
    assert pacing(chance).after_failure(kind, 1) >= PROBE / 2


@given(chances, st.sampled_from(FailureKind), st.integers(1, 9), spans)
def test_no_upstream_is_asked_before_it_wants_to_be_nor_put_off_for_ever(
    chance: float, kind: FailureKind, tries: int, retry_after: timedelta
) -> None:
    pause = pacing(chance).after_failure(kind, tries, retry_after)
    assert min(retry_after, LONGEST_RETRY_AFTER) <= pause <= max(LONGEST_RETRY_AFTER, PROBE)
