"""The rows of the errors pane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eventa_cockpit.domain.board import ERRORS, Board, Feed
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.error_report import ErrorIssue, ErrorReport, IssueState, StackFrame, StackTrace, worth_a_look
from eventa_cockpit.widgets.view import errors
from eventa_cockpit.widgets.view.scene import Scene

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


def issue(number: str, state: IssueState = IssueState.NEW, count: int = 9) -> ErrorIssue:
    return ErrorIssue(number, f"Issue {number}", state, count, 3, NOW, NOW)


def text(*issues: ErrorIssue, width: int = 60, **more: Any) -> str:
    report = ErrorReport("web", WINDOW, 40, 10, users=12, issues=issues, **more)
    board = Board().with_feed(Feed(ERRORS, WINDOW, report, NOW))
    scene = Scene(Environment("prod", is_production=True, is_drill=False), "eventa", UTC, NOW, board)
    brief = [row for found in issues for row in errors.LISTING.brief(found, scene, width)]
    return "\n".join(row.text for row in [*errors.above(report, width, 20, ()), *brief, *errors.below(report, width)])


def stack(*frames: StackFrame) -> StackTrace:
    return StackTrace("1", "TypeError: x", frames, len(frames))


def test_the_stack_stands_under_its_issue_and_shows_our_own_frames() -> None:
    frames = [StackFrame(f"ours{n}", f"src/a.ts:{n}", True) for n in range(5)]
    library = StackFrame("theirs", "node_modules/b.js:1")
    shown = text(issue("1"), issue("2"), stack=stack(*frames, library)).splitlines()
    place = next(number for number, row in enumerate(shown) if "Issue 1" in row)
    assert [row.split()[1] for row in shown[place + 1 : place + 4]] == ["ours0", "ours1", "ours2"]
    assert "Issue 2" in shown[place + 4]


def test_without_frames_of_our_own_the_others_are_better_than_nothing() -> None:
    assert "at theirs  node_modules/b.js:1" in text(
        issue("1"), stack=stack(StackFrame("theirs", "node_modules/b.js:1"))
    )


def test_a_long_path_shows_its_end() -> None:
    frame = StackFrame("pay", "a/" * 60 + "pay.ts:88", True)
    assert "/pay.ts:88" in text(issue("1"), stack=stack(frame), width=40)


def test_people_are_at_least_so_many() -> None:
    assert "12 users or more" in text(issue("1"))


def test_what_could_not_be_had_is_said() -> None:
    assert "⚠ You lack project:read." in text(issue("1"), notes=("You lack project:read.",))


def test_what_is_new_is_worth_a_look_before_what_is_frequent() -> None:
    old, new = issue("1", IssueState.ONGOING, 900), issue("2", IssueState.REGRESSED, 9)
    assert worth_a_look((old, new)) is new
    assert worth_a_look((old,)) is old
    assert worth_a_look(()) is None
