"""What responders do to pages, as facts of the journal: asked for before anything leaves, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PageAction(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    NOTE = "note"
    SNOOZE = "snooze"
    STATUS = "status"
    """A status update to the page's subscribers."""


class PageOutcome(StrEnum):
    DONE = "done"
    ALREADY = "already"
    """It was so already, or the page has moved on: there was nothing to do."""
    OVER = "over"
    """The page was resolved before."""
    FAILED = "failed"
    """It certainly was not done."""
    UNCERTAIN = "uncertain"
    """The request left and no answer came."""


@dataclass(frozen=True, slots=True)
class PageActionAsked:
    """On record before the paging service is asked (idempotence key: `page/` with the id)."""

    id: str
    action: str
    """A `PageAction`."""
    page: str
    """The paging service's id of it."""
    number: int
    title: str = ""
    detail: str = ""
    """The note, the level, the minutes: whatever goes with the action."""
    vendor: str = ""


@dataclass(frozen=True, slots=True)
class PageActionEnded:
    """What came of it (idempotence key: `page/` with the id and `/end`)."""

    id: str
    action: str
    page: str
    number: int
    outcome: str
    """A `PageOutcome`."""
    reason: str = ""


PageFact = PageActionAsked | PageActionEnded
