"""The errors pane: how many against before, how many people, and which issues are new or back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.error_report import ErrorIssue, ErrorReport, IssueState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, readings
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, cell_len, line, pad, pad_left, span
from eventa_cockpit.widgets.view.sparkline import sparkline

STATES: dict[IssueState, tuple[str, Role]] = {
    IssueState.NEW: (mark("NEW"), Role.CRITICAL),
    IssueState.REGRESSED: (mark("REGRESSED"), Role.WARNING),
    IssueState.ESCALATING: (mark("ESCALATING"), Role.WARNING),
    IssueState.ONGOING: (mark("ongoing"), Role.MUTED),
}
_WITH_RELEASE = 48
"""Cells from which on there is room for the release in which an issue was first seen."""


def rows(feed: Feed[ErrorReport] | None, zone: tzinfo, width: int, cause: Sequence[Line] = ()) -> list[Line]:
    """`cause` is what may have brought them, to stand with the counts."""
    shown = freshness.explanation(feed, zone, width)
    if feed is None or feed.value is None:
        return shown
    report = feed.value
    shown.extend([*_summary(report, width), *cause, BLANK])
    shown.extend(_issue_row(issue, width) for issue in report.issues)
    if not report.issues:
        shown.append(line(span(_("No issue in this window."), Role.MUTED)))
    return shown


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
    users = _("{count} users").format(count=readings.count(report.users))
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


def _minutes(window: timedelta) -> int:
    return round(window.total_seconds() / 60)
