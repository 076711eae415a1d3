"""Below the database's metrics: members, what was done to it, and what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.board import DATABASE_STATE, Failure, FailureKind, Feed
from eventa_cockpit.domain.database_state import DatabaseEvent, DatabaseState, Member, MemberRole, PendingMaintenance
from eventa_cockpit.widgets.view import database_state

NOW = datetime(2026, 11, 23, 3, 20, tzinfo=UTC)
QUIET = DatabaseState("db", "mysql 8.0.39", "db.r6g.large", (Member("db", MemberRole.PRIMARY, "available"),))


def said(state: DatabaseState | None, failure: Failure | None = None) -> str:
    feed = Feed(DATABASE_STATE, timedelta(minutes=3), state, NOW, failure, vendor="RDS")
    return "\n".join(row.text for row in database_state.rows(feed, NOW, UTC, 80))


def test_what_there_is_not_is_said_as_well() -> None:
    assert "✓ db primary available" in said(QUIET)
    assert "no event in the last day, no maintenance pending" in said(QUIET)


def test_what_could_not_be_read_is_not_called_nothing() -> None:
    text = said(replace(QUIET, unread=("AWS does not allow it: no",)))
    assert "no event" not in text
    assert "⚠ AWS does not allow it: no" in text


def test_events_maintenance_and_members_that_are_not_well() -> None:
    state = replace(
        QUIET,
        members=(*QUIET.members, Member("db-2", MemberRole.REPLICA, "", "Duplicate entry")),
        events=(DatabaseEvent(NOW - timedelta(minutes=18), "tuned", "Updated parameter x"),),
        maintenance=(PendingMaintenance("db", "system-update", due=NOW + timedelta(days=4)),),
        pending=("tuned (pending-reboot)",),
    )
    text = said(state)
    for part in (
        "⚠ db-2 replica state not known  Duplicate entry",
        "03:02 tuned Updated parameter x",
        "maintenance db system-update",
        "due 11/27 03:20",
        "Not in force yet: tuned (pending-reboot)",
    ):
        assert part in text


def test_a_failure_is_explained_and_silence_before_the_first_answer() -> None:
    assert said(None) == ""
    assert "our account may not read this" in said(None, Failure(FailureKind.FORBIDDEN, "no", NOW))
