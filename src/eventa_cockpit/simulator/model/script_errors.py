"""Errors that visitors' browsers report, grouped into issues with one cause each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from eventa_cockpit.simulator.model.sample import STEP_S, Sample

DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class IssueKind:
    """One issue of the front end's project, and how many events a minute a sample means."""

    id: str
    title: str
    culprit: str
    file: str
    substatus: str
    rate: Callable[[Sample], float]
    known_for_s: float | None
    """How long before the drill it was first seen; None: with its first event in the drill."""
    is_of_bad_release: bool = False


def _payment_rate(sample: Sample) -> float:
    return sample.payment.attempts_per_min * max(sample.payment.failure_rate - 0.02, 0) * 0.3


def _timeout_rate(sample: Sample) -> float:
    return sample.requests_per_s * sample.api_error_rate * 4 if sample.api_error_rate > 0.001 else 0.0


ISSUE_KINDS = (
    IssueKind(
        "4507711001", "TypeError: Failed to fetch", "api/client in request", "src/api/client.ts",
        "ongoing", lambda sample: 0.016 * sample.requests_per_s, 41 * DAY_S,
    ),
    IssueKind(
        "4507711002", "ResizeObserver loop completed with undelivered notifications.", "seats/SeatMap in observe",
        "src/seats/SeatMap.tsx", "ongoing", lambda sample: 0.007 * sample.requests_per_s, 190 * DAY_S,
    ),
    IssueKind(
        "4507711003", "PaymentError: gateway did not answer within 8000 ms (stripe)", "checkout/pay in submitPayment",
        "src/checkout/pay.ts", "escalating", _payment_rate, 63 * DAY_S,
    ),
    IssueKind(
        "4507711004", "TimeoutError: GET /api/tickets took longer than 10000 ms", "tickets/list in loadTickets",
        "src/tickets/list.ts", "regressed", _timeout_rate, 88 * DAY_S,
    ),
    IssueKind(
        "4507711005", "TypeError: Cannot read properties of undefined (reading 'seatMap')",
        "checkout/SeatPicker in render", "src/checkout/SeatPicker.tsx", "new",
        lambda sample: sample.script_errors_per_min, None, is_of_bad_release=True,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """What a span of samples says about one kind."""

    kind: IssueKind
    count: int
    users: int
    first_seen_s: float
    last_seen_s: float


def issues_between(history: Iterable[Sample], start_s: float, end_s: float) -> tuple[Issue, ...]:
    """Issues with at least one event after `start_s` and up to `end_s`."""
    samples = [sample for sample in history if sample.at_s <= end_s]
    found = (_issue(kind, samples, start_s) for kind in ISSUE_KINDS)
    return tuple(issue for issue in found if issue is not None)


def errors_per_bucket(
    history: Iterable[Sample], start_s: float, end_s: float, bucket_s: float, kinds: Iterable[IssueKind] = ISSUE_KINDS
) -> list[int]:
    """Events in each bucket from `start_s` on; fractions are carried over, so that the sum is right."""
    buckets = [0.0] * max(int((end_s - start_s) // bucket_s), 0)
    rates = tuple(kind.rate for kind in kinds)
    for sample in history:
        place = int((sample.at_s - start_s) // bucket_s)
        if 0 <= place < len(buckets):
            buckets[place] += sum(rate(sample) for rate in rates) * STEP_S / 60
    counts, carried = [], 0.0
    for bucket in buckets:
        carried += bucket
        counts.append(int(carried))
        carried -= int(carried)
    return counts


def _issue(kind: IssueKind, samples: list[Sample], start_s: float) -> Issue | None:
    rates = [(sample.at_s, kind.rate(sample)) for sample in samples]
    events = sum(rate for at_s, rate in rates if at_s > start_s) * STEP_S / 60
    seen = [at_s for at_s, rate in rates if rate > 0.05]
    if round(events) < 1 or not seen:
        return None
    first_s = seen[0] if kind.known_for_s is None else -kind.known_for_s
    return Issue(kind, round(events), max(round(events * 0.62), 1), first_s, seen[-1])
