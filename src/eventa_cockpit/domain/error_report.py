"""Application errors: how many now against before, and which are new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eventa_cockpit.domain.change import Change
from eventa_cockpit.domain.reading import Point

ALARMING = 1.0
"""Relative change from which on errors are an alarm: a doubling."""


class IssueState(StrEnum):
    """Sentry's `substatus`, https://docs.sentry.io/product/issues/states-triage/."""

    NEW = "new"
    REGRESSED = "regressed"
    ESCALATING = "escalating"
    ONGOING = "ongoing"


@dataclass(frozen=True, slots=True)
class ErrorIssue:
    """A group of events with one cause."""

    id: str
    title: str
    state: IssueState
    count: int
    """Events in the report's window."""
    users: int
    first_seen: datetime
    last_seen: datetime
    culprit: str = ""
    release: str = ""
    """Release in which it was first seen, or empty."""
    link: str = ""


def worth_a_look(issues: Sequence[ErrorIssue]) -> ErrorIssue | None:
    """The new, returned or growing issue with most events; where all are old acquaintances, the most frequent."""
    return max(issues, key=lambda issue: (issue.state is not IssueState.ONGOING, issue.count), default=None)


@dataclass(frozen=True, slots=True)
class StackFrame:
    """One call on the way to an error."""

    function: str
    place: str
    """File and line: `src/checkout/SeatPicker.tsx:88`."""
    is_ours: bool = False
    """Of the application itself, not of a library."""


@dataclass(frozen=True, slots=True)
class StackTrace:
    """Where the newest event of an issue was thrown."""

    issue: str
    """Id of the issue."""
    error: str
    """Type and message of the exception."""
    frames: tuple[StackFrame, ...] = ()
    """The application's own first, each group innermost first; not necessarily all."""
    depth: int = 0
    """Frames that there were."""


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """Errors of one project in the newest window, and the window before it."""

    project: str
    window: timedelta
    count: int
    previous_count: int
    """Events in the window of the same length just before."""
    users: int = 0
    """At least so many people were hit: those of the issue that hit most."""
    points: tuple[Point, ...] = ()
    """Events a minute, oldest first."""
    issues: tuple[ErrorIssue, ...] = ()
    stack: StackTrace | None = None
    """Of the issue that is most worth a look."""
    changes: tuple[Change, ...] = ()
    """The newest releases, newest first."""
    notes: tuple[str, ...] = ()
    """Sentences about what could not be had besides the counts."""

    @property
    def change(self) -> float | None:
        """Relative change against the window before (1.0 = doubled); None when there was nothing to compare with."""
        if self.previous_count == 0:
            return None
        return (self.count - self.previous_count) / self.previous_count

    @property
    def is_alarming(self) -> bool:
        return self.change is not None and self.change >= ALARMING
