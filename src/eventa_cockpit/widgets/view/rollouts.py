"""The roll-outs pane: deployments, and how far each has come."""

from __future__ import annotations

from datetime import datetime, tzinfo

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.rollout import Deployment, RolloutState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments
from eventa_cockpit.widgets.view.lines import Line, Role, line, span, wrap

STATES: dict[RolloutState, tuple[str, str, Role]] = {
    RolloutState.COMPLETE: ("✓", mark("complete"), Role.GOOD),
    RolloutState.PROGRESSING: ("▸", mark("rolling out"), Role.ACCENT),
    RolloutState.STUCK: ("✗", mark("stuck"), Role.CRITICAL),
    RolloutState.DEGRADED: ("⚠", mark("degraded"), Role.WARNING),
    RolloutState.PAUSED: ("=", mark("paused"), Role.WARNING),
}


def rows(board: Board, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    feed = board.rollouts
    shown = freshness.explanation(feed, zone, width)
    if feed is not None and feed.value is not None:
        for deployment in feed.value.deployments:
            shown.extend(_deployment_rows(deployment, now, width))
        if not feed.value.deployments:
            shown.append(line(span(_("No deployment here."), Role.MUTED)))
    return shown


def _deployment_rows(deployment: Deployment, now: datetime, width: int) -> list[Line]:
    glyph, word, role = STATES[deployment.state]
    revision = _("rev {number}").format(number=deployment.revision) if deployment.revision is not None else ""
    changed = moments.since(now - deployment.changed_at) if deployment.changed_at else ""
    detail = "  ".join(part for part in (f"{deployment.available}/{deployment.desired}", revision, changed) if part)
    found = [
        line(
            span(f"{glyph} ", role),
            span(deployment.name, Role.STRONG),
            span(f" {_(word)}", role),
            right=(span(detail, Role.MUTED),),
            key=f"{deployment.namespace}/{deployment.name}",
        )
    ]
    if deployment.reason:
        found.extend(line("  ", span(row, role)) for row in wrap(deployment.reason, width - 2)[:2])
    return found
