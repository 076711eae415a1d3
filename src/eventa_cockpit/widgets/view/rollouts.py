"""The roll-outs pane: deployments, and how far each has come."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from eventa_cockpit.domain.rollout import Deployment, RolloutList, RolloutState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import Line, Role, line, span, wrap
from eventa_cockpit.widgets.view.listing import UPSTREAM_ORDER, Cell, Column, Facts, Listing

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene

STATES: dict[RolloutState, tuple[str, str, Role]] = {
    RolloutState.COMPLETE: ("✓", mark("complete"), Role.GOOD),
    RolloutState.PROGRESSING: ("▸", mark("rolling out"), Role.ACCENT),
    RolloutState.STUCK: ("✗", mark("stuck"), Role.CRITICAL),
    RolloutState.DEGRADED: ("⚠", mark("degraded"), Role.WARNING),
    RolloutState.PAUSED: ("=", mark("paused"), Role.WARNING),
}


def above(value: RolloutList) -> list[Line]:
    return [] if value.deployments else [line(span(_("No deployment here."), Role.MUTED))]


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


def facts(deployment: Deployment, scene: Scene) -> Facts:
    changed = deployment.changed_at
    return (
        (_("Deployment"), deployment.name),
        (_("Namespace"), deployment.namespace),
        (_("Status"), _(STATES[deployment.state][1])),
        (_("Reason"), deployment.reason),
        (_("Available"), f"{deployment.available}/{deployment.desired}"),
        (_("Updated"), f"{deployment.updated}/{deployment.desired}"),
        (_("Revision"), str(deployment.revision) if deployment.revision is not None else ""),
        (_("Image"), deployment.image),
        (
            _("Changed"),
            f"{moments.clock(changed, scene.zone)} ({moments.since(scene.now - changed)})" if changed else "",
        ),
    )


def _state(deployment: Deployment, _scene: Scene) -> Cell:
    glyph, word, role = STATES[deployment.state]
    return Cell(f"{glyph} {_(word)}", role)


def _changed(deployment: Deployment, scene: Scene) -> Cell:
    return Cell(moments.since(scene.now - deployment.changed_at) if deployment.changed_at else "", Role.MUTED)


LISTING: Listing[Deployment] = Listing(
    key=lambda deployment: f"{deployment.namespace}/{deployment.name}",
    words=lambda deployment: (
        f"{deployment.namespace}/{deployment.name} {deployment.image} {deployment.reason} {deployment.state}"
    ),
    brief=lambda deployment, scene, width: _deployment_rows(deployment, scene.now, width),
    facts=facts,
    columns=(
        Column(mark("Status"), _state, 13),
        Column(mark("Deployment"), lambda deployment, _scene: Cell(deployment.name, Role.STRONG), 16, share=1),
        Column(mark("Namespace"), lambda deployment, _scene: Cell(deployment.namespace, Role.MUTED), 10, rank=3),
        Column(
            mark("Available"),
            lambda deployment, _scene: Cell(f"{deployment.available}/{deployment.desired}"),
            9,
            is_right=True,
        ),
        Column(
            mark("Revision"),
            lambda deployment, _scene: Cell(str(deployment.revision or ""), Role.MUTED),
            8,
            is_right=True,
            rank=2,
        ),
        Column(mark("Changed"), _changed, 9, is_right=True, rank=1),
        Column(mark("Image"), lambda deployment, _scene: Cell(deployment.image, Role.MUTED), 20, share=1, rank=4),
    ),
    orders=(
        Order(UPSTREAM_ORDER),
        Order(
            mark("newest first"),
            lambda deployment: -deployment.changed_at.timestamp() if deployment.changed_at else 0.0,
        ),
        Order(mark("name"), lambda deployment: (deployment.namespace, deployment.name)),
    ),
)
