"""When to ask an upstream again: at its pace while it answers, ever more rarely while it does not. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventa_cockpit.domain.board import FailureKind

MIN_GAP = timedelta(seconds=1)
"""Least time between the end of a read and the next one, whoever asks for it."""
FIRST_BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(seconds=30)
TRIPS_AFTER = 5
"""Failures in a row after which the circuit is open: the upstream is only probed."""
PROBE = timedelta(seconds=60)
"""Longest time between two probes of an open circuit, unless the source's own pace is slower."""
LONGEST_RETRY_AFTER = timedelta(minutes=15)
"""An upstream that asks for more than this is asked again anyway: its clock or its answer may be wrong."""

PATIENT = frozenset(
    {
        FailureKind.UNAUTHORISED,
        FailureKind.FORBIDDEN,
        FailureKind.NOT_FOUND,
        FailureKind.REDIRECTED,
        FailureKind.CREDENTIALS,
        FailureKind.NOT_CONFIGURED,
        FailureKind.DEFECT,
    }
)
"""Failures that a quick second try does not mend: a person has to."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """One source's pace. The random number keeps many cockpits from asking at the same moment."""

    every: timedelta
    random: Callable[[], float]
    """Numbers in [0, 1)."""

    def after_success(self) -> timedelta:
        """The source's pace, give or take a tenth."""
        return max(self.every * (0.9 + 0.2 * self.random()), MIN_GAP)

    def after_failure(self, kind: FailureKind, tries: int, retry_after: timedelta | None = None) -> timedelta:
        """Full-jitter back-off, a rare probe once the circuit is open, and never before the upstream's own word.

        Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
        """
        if kind in PATIENT or tries >= TRIPS_AFTER:
            pause = max(PROBE, self.every) * (0.5 + 0.5 * self.random())
        else:
            pause = min(FIRST_BACKOFF * 2 ** (tries - 1), LONGEST_BACKOFF) * self.random()
        return max(pause, self.embargo(retry_after), MIN_GAP)

    def embargo(self, retry_after: timedelta | None) -> timedelta:
        """How long not even a responder's wish may cause a call."""
        return min(retry_after or timedelta(), LONGEST_RETRY_AFTER)

    def resumed(
        self, next_try: datetime | None, barred_until: datetime | None, now: datetime
    ) -> tuple[timedelta, timedelta]:
        """Pause and embargo of one who goes on where another poller stopped; nothing longer than our own would be."""
        none = timedelta()
        embargo = min(max(barred_until - now, none), LONGEST_RETRY_AFTER) if barred_until is not None else none
        pause = min(max(next_try - now, none), max(self.every * 1.1, PROBE)) if next_try is not None else none
        return max(pause, embargo), embargo
