"""The errors pane: how many against before, how many people, and which issues are new or back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from eventa_cockpit.domain.error_report import ErrorIssue, ErrorReport, IssueState, StackFrame, StackTrace
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments, readings
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, cell_len, line, pad, pad_left, span, wrap
from eventa_cockpit.widgets.view.listing import UPSTREAM_ORDER, Cell, Column, Facts, Listing
from eventa_cockpit.widgets.view.sparkline import sparkline

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene

STATES: dict[IssueState, tuple[str, Role]] = {
    IssueState.NEW: (mark("NEW"), Role.CRITICAL),
    IssueState.REGRESSED: (mark("REGRESSED"), Role.WARNING),
    IssueState.ESCALATING: (mark("ESCALATING"), Role.WARNING),
    IssueState.ONGOING: (mark("ongoing"), Role.MUTED),
}
_WITH_RELEASE = 48
"""Cells from which on there is room for the release in which an issue was first seen."""
_FRAMES = 3
"""Frames of a stack that are shown below their issue."""
_ROOMY = 11
"""Rows from which on one of them may stay blank."""


def above(report: ErrorReport, width: int, height: int, cause: Sequence[Line]) -> list[Line]:
    """How many, against before, and how many people; `cause` is what may have brought them."""
    shown = [*_summary(report, width), *cause, *([BLANK] if height >= _ROOMY else [])]
    if not report.issues:
        shown.append(line(span(_("No issue in this window."), Role.MUTED)))
    return shown


def below(report: ErrorReport, width: int) -> list[Line]:
    """What could not be had besides the counts."""
    return [line(span(row, Role.WARNING)) for note in report.notes for row in wrap("⚠ " + note, width)]


def news(report: ErrorReport | None) -> int:
    """How many issues are new or back."""
    return sum(issue.state in {IssueState.NEW, IssueState.REGRESSED} for issue in report.issues) if report else 0


def is_alarming(report: ErrorReport | None) -> bool:
    return report is not None and report.is_alarming


def _summary(report: ErrorReport, width: int) -> list[Line]:
    role = Role.CRITICAL if is_alarming(report) else Role.STRONG
    glyph = "✗ " if is_alarming(report) else "✓ "
    change = readings.relative(report.count, report.previous_count) or _("nothing before")
    total = line(
        span(glyph + readings.count(report.count), role),
        span(" " + _("errors in {minutes}m").format(minutes=_minutes(report.window))),
        right=(span(change, role), span(" " + _("on before"), Role.MUTED)),
    )
    graph = sparkline([point.value for point in report.points], min(max(width // 2, 8), 30))
    users = _("{count} users or more").format(count=readings.count(report.users))
    return [
        total,
        line("  ", span(graph, role if is_alarming(report) else Role.ACCENT), right=(span(users, Role.MUTED),)),
    ]


def _issue_row(issue: ErrorIssue, width: int) -> Line:
    word, role = STATES[issue.state]
    size = max(cell_len(_(label)) for label, _role in STATES.values())
    release = issue.release.rpartition("@")[2] if width >= _WITH_RELEASE else ""
    return line(
        span(pad(_(word), size) + " ", role),
        span(issue.title, Role.STRONG if issue.state is not IssueState.ONGOING else Role.TEXT),
        right=(span(pad_left(readings.count(issue.count), 5)), span(f" {release}" if release else "", Role.MUTED)),
        key=issue.id,
    )


def _brief(issue: ErrorIssue, scene: Scene, width: int) -> list[Line]:
    frames = _frames(_stack(issue, scene))
    return [_issue_row(issue, width), *(_frame_row(frame, width) for frame in frames[:_FRAMES])]


def _stack(issue: ErrorIssue, scene: Scene) -> StackTrace | None:
    """Where the issue is thrown, if it is the one whose stack was asked for."""
    feed = scene.board.errors
    stack = feed.value.stack if feed is not None and feed.value is not None else None
    return stack if stack is not None and stack.issue == issue.id else None


def _frames(stack: StackTrace | None) -> list[StackFrame]:
    """Those of our own, else those of whatever code it is."""
    frames = stack.frames if stack is not None else ()
    return [frame for frame in frames if frame.is_ours] or list(frames)


def _frame_row(frame: StackFrame, width: int) -> Line:
    room = max(width - cell_len(frame.function) - 9, 10)
    # The end of a path says more than its beginning.
    place = frame.place if cell_len(frame.place) <= room else "…" + frame.place[-(room - 1) :]
    return line("    ", span("at ", Role.MUTED), span(frame.function, Role.ACCENT), span("  " + place, Role.MUTED))


def _stack_in_words(stack: StackTrace | None) -> str:
    if stack is None:
        return ""
    return "\n".join([stack.error, *(f"at {frame.function}  {frame.place}" for frame in stack.frames)])


def _minutes(window: timedelta) -> int:
    return round(window.total_seconds() / 60)


def facts(issue: ErrorIssue, scene: Scene) -> Facts:
    def moment(at: datetime) -> str:
        return f"{moments.clock(at, scene.zone)} ({moments.since(scene.now - at)})"

    return (
        (_("Issue"), issue.title),
        (_("Status"), _(STATES[issue.state][0])),
        (_("Where"), issue.culprit),
        (_("Events"), readings.count(issue.count)),
        (_("Users"), readings.count(issue.users)),
        (_("First seen"), moment(issue.first_seen)),
        (_("Last seen"), moment(issue.last_seen)),
        (_("First release"), issue.release),
        (_("Stack"), _stack_in_words(_stack(issue, scene))),
        (_("Link"), issue.link),
    )


def _state(issue: ErrorIssue, _scene: Scene) -> Cell:
    word, role = STATES[issue.state]
    return Cell(_(word), role)


def _title(issue: ErrorIssue, _scene: Scene) -> Cell:
    return Cell(issue.title, Role.STRONG if issue.state is not IssueState.ONGOING else Role.TEXT)


LISTING: Listing[ErrorIssue] = Listing(
    key=lambda issue: issue.id,
    words=lambda issue: f"{issue.title} {issue.culprit} {issue.release} {issue.state} {_(STATES[issue.state][0])}",
    brief=_brief,
    facts=facts,
    link=lambda issue: issue.link,
    columns=(
        Column(mark("Status"), _state, 10),
        Column(mark("Issue"), _title, 20, share=3),
        Column(mark("Where"), lambda issue, _scene: Cell(issue.culprit, Role.MUTED), 14, share=1, rank=4),
        Column(mark("Events"), lambda issue, _scene: Cell(readings.count(issue.count)), 7, is_right=True),
        Column(mark("Users"), lambda issue, _scene: Cell(readings.count(issue.users)), 6, is_right=True, rank=2),
        Column(
            mark("Last seen"),
            lambda issue, scene: Cell(moments.since(scene.now - issue.last_seen), Role.MUTED),
            9,
            is_right=True,
            rank=3,
        ),
        Column(mark("Release"), lambda issue, _scene: Cell(issue.release.rpartition("@")[2], Role.MUTED), 10, rank=1),
    ),
    orders=(
        Order(UPSTREAM_ORDER),
        Order(mark("most events"), lambda issue: -issue.count),
        Order(mark("most users"), lambda issue: -issue.users),
        Order(mark("newest first"), lambda issue: -issue.first_seen.timestamp()),
    ),
)
