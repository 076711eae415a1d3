"""Writing a postmortem while the board still knows what was measured."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.change import Change, changes_on
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.reading import Reading
from eventa_cockpit.domain.runbook import Library
from eventa_cockpit.locale import current_language
from eventa_cockpit.services.postmortem.account import account_of
from eventa_cockpit.services.postmortem.charts import Chart
from eventa_cockpit.services.postmortem.document import document_of
from eventa_cockpit.services.postmortem.markdown import Say

LOOK_BACK = timedelta(hours=3)
"""How long before its beginning a change may have led to it."""


def write_postmortem(
    incident: Incident, library: Library, board: Board, now: datetime, zone: tzinfo, say: Say, folder: Path
) -> Path:
    """Write it below `folder`, in the screen's language; returns the file. Raises OSError."""
    errors = board.errors.value if board.errors is not None else None
    account = account_of(
        incident,
        library,
        now,
        changes=_changes(incident, board, now),
        affected_users=errors.users if errors is not None else None,
        error_events=errors.count if errors is not None else None,
    )
    live = tuple(
        Chart(reading.metric, reading.unit, reading.points) for reading in _readings(board) if len(reading.points) > 1
    )
    return document_of(account, library, zone, current_language(), say, live=live).write(folder)


def _changes(incident: Incident, board: Board, now: datetime) -> tuple[Change, ...]:
    began = incident.began_at or now
    end = incident.closed_at or now
    return tuple(change for change in changes_on(board) if began - LOOK_BACK <= change.at <= end)


def _readings(board: Board) -> list[Reading]:
    """Of every feed whose value has readings."""
    return [
        reading
        for feed in board.feeds.values()
        for reading in getattr(feed.value, "readings", ())
        if isinstance(reading, Reading)
    ]
