"""Changes: what was different from a moment on, whoever made it, to be set against the first alert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventa_cockpit.domain.board import Board


class ChangeKind(StrEnum):
    """What was changed."""

    DEPLOYMENT = "deployment"
    DATABASE = "database"
    CDN = "cdn"
    RELEASE = "release"
    PAGING = "paging"
    CONFIGURATION = "configuration"
    STEP = "step"
    """A step of a runbook, run by a responder."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, as its upstream tells it."""

    at: datetime
    """In UTC."""
    kind: ChangeKind
    title: str
    """One cleaned line: `eventa-frontend revision 41 (4.12.0)`."""
    vendor: str
    """Who says so, in the vendor's own spelling."""
    by: str = ""
    """Who made it, as far as the upstream knows."""
    link: str = ""


def changes_on(board: Board) -> tuple[Change, ...]:
    """All changes that the board's values know of, oldest first, each once."""
    return tuple(sorted(set(_found(board)), key=lambda change: (change.at, change.kind, change.title)))


def _found(board: Board) -> Iterator[Change]:
    for feed in board.feeds.values():
        yield from getattr(feed.value, "changes", ())
