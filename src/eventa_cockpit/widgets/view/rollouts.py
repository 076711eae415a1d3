"""The roll-outs pane: deployments, how far each has come, and why pods do not serve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.rollout import Deployment, PodTrouble, RolloutList, RolloutState
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
        shown.extend(_namespace_rows(feed.value, now, width))
    return shown


def _namespace_rows(found: RolloutList, now: datetime, width: int) -> list[Line]:
    shown: list[Line] = []
    for deployment in found.deployments:
        shown.extend(deployment_rows(deployment, now, width))
        shown.extend(_pod_rows(found.troubles(deployment.name), width))
    if not found.deployments:
        shown.append(line(span(_("No deployment here."), Role.MUTED)))
    names = {deployment.name for deployment in found.deployments}
    shown.extend(_pod_rows([pod for pod in found.pods if pod.deployment not in names], width, is_named=True))
    shown.extend(Line((span(row, Role.WARNING),)) for text in found.unread for row in wrap(f"⚠ {text}", width)[:2])
    return shown


def _pod_rows(pods: Sequence[PodTrouble], width: int, *, is_named: bool = False) -> list[Line]:
    """One row for all pods with the same trouble, and what the first of them says."""
    groups: dict[tuple[str, ...], list[PodTrouble]] = {}
    for pod in pods:
        groups.setdefault((pod.deployment if is_named else "", trouble(pod), str(pod.is_serving)), []).append(pod)
    shown: list[Line] = []
    for (owner, text, _serving), group in groups.items():
        role = pod_role(group[0])
        who = f"{owner}: " if owner else ""
        count = _("{count} pods").format(count=len(group)) if len(group) > 1 else _("1 pod")
        left = span(f"  {pod_glyph(group[0])} {who}{count} {text}", role)
        restarts = sum(pod.restarts for pod in group)
        right = (span(_("{count} restarts").format(count=restarts), Role.MUTED),) if restarts else ()
        shown.append(Line((left,), right))
        said = group[0].message
        shown.extend(line("    ", span(row, Role.MUTED)) for row in wrap(said, width - 4)[:1] if said)
    return shown


def trouble(pod: PodTrouble) -> str:
    """`CrashLoopBackOff (OOMKilled, exit 137)`."""
    end = [pod.last_end] if pod.last_end and pod.last_end != pod.reason else []
    if pod.exit_code:
        end.append(_("exit {code}").format(code=pod.exit_code))
    return f"{pod.reason} ({', '.join(end)})" if end else pod.reason


def pod_glyph(pod: PodTrouble) -> str:
    return "⚠" if pod.is_serving else "✗"


def pod_role(pod: PodTrouble) -> Role:
    return Role.WARNING if pod.is_serving else Role.CRITICAL


def deployment_rows(deployment: Deployment, now: datetime, width: int) -> list[Line]:
    """State and counts, and Kubernetes' reason against it."""
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
