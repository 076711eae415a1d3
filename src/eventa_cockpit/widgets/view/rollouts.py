"""The roll-outs pane: deployments, and below them every upstream with the age of its data."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from eventa_cockpit.domain.board import Board, Feed
from eventa_cockpit.domain.rollout import Deployment, RolloutState
from eventa_cockpit.domain.service_status import ServiceState, ServiceStatus
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, line, span, wrap

STATES: dict[RolloutState, tuple[str, str, Role]] = {
    RolloutState.COMPLETE: ("✓", mark("complete"), Role.GOOD),
    RolloutState.PROGRESSING: ("▸", mark("rolling out"), Role.ACCENT),
    RolloutState.STUCK: ("✗", mark("stuck"), Role.CRITICAL),
    RolloutState.DEGRADED: ("⚠", mark("degraded"), Role.WARNING),
    RolloutState.PAUSED: ("=", mark("paused"), Role.WARNING),
}


SERVICES: dict[ServiceState, tuple[str, str, Role]] = {
    ServiceState.OPERATIONAL: ("✓", mark("operational"), Role.GOOD),
    ServiceState.MAINTENANCE: ("=", mark("in maintenance"), Role.WARNING),
    ServiceState.DEGRADED: ("⚠", mark("degraded"), Role.WARNING),
    ServiceState.PARTIAL_OUTAGE: ("✗", mark("partial outage"), Role.CRITICAL),
    ServiceState.MAJOR_OUTAGE: ("✗", mark("major outage"), Role.CRITICAL),
    ServiceState.UNKNOWN: ("?", mark("unclear"), Role.WARNING),
}


def rows(board: Board, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    feed = board.rollouts
    shown = freshness.explanation(feed, zone, width)
    if feed is not None and feed.value is not None:
        for deployment in feed.value.deployments:
            shown.extend(_deployment_rows(deployment, now, width))
        if not feed.value.deployments:
            shown.append(line(span(_("No deployment here."), Role.MUTED)))
    return [*shown, BLANK, *upstreams(board, now)]


def upstreams(board: Board, now: datetime) -> list[Line]:
    """One row an upstream, so that nobody trusts a dead one; a status page says what it says."""
    return [_upstream_row(feed, now) for feed in board.feeds.values()]


def _upstream_row(feed: Feed[Any], now: datetime) -> Line:
    left: Spans = (span(feed.vendor or feed.source),)
    if isinstance(feed.value, ServiceStatus):
        glyph, word, role = SERVICES[feed.value.state]
        left = (*left, span(f"  {glyph} {_(word)}", role))
    return Line(left, freshness.badge(feed, now))


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
