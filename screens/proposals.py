"""A plan of the session, put as the dialog shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import moments, runs, steps, warnings
from eventa_cockpit.widgets.view.approval import Proposal
from eventa_cockpit.widgets.view.lines import Role, Span

if TYPE_CHECKING:
    from eventa_cockpit.services.plan import StepPlan
    from eventa_cockpit.services.trust import Trust
    from eventa_cockpit.widgets.view.scene import Scene

ROLES = {
    "literal": Role.COMMAND,
    "value": Role.VALUE,
    "secret": Role.SECRET,
    "missing": Role.MISSING,
    "computed": Role.COMPUTED,
}


def proposal_of(plan: StepPlan, scene: Scene, warning: str = "") -> Proposal:
    """What would run, where, and what is known about it; `warning` is about every run of this session."""
    from eventa_cockpit.runbook.rules import explain  # a table that the first paint does not need

    annotation = plan.command.annotation
    record = scene.checklist.status(plan.step.id)
    return Proposal(
        step=plan.step,
        environment=plan.environment,
        spans=[Span(part.text, ROLES.get(part.kind.value, Role.COMMAND)) for part in plan.rendering.spans],
        risk=plan.risk,
        rule=explain(plan.risk_rule),
        undo=plan.runbook.place_of(plan.command.annotation.undo) if plan.command.annotation.undo else "",
        timeout=annotation.timeout,
        expect=annotation.expect or "",
        blocked=plan.blocked_because,
        ran_before=_ran_before(record.by, steps.result(record), record.at, scene) if record.run_id else "",
        trust=_trust(plan.trust, scene),
        is_trusted=not plan.trust.needs_approval and not plan.edited,
        changes=plan.trust.diff,
        is_edited=bool(plan.edited),
        warnings=_warnings(plan, scene, warning),
    )


def _warnings(plan: StepPlan, scene: Scene, warning: str) -> list[str]:
    from eventa_cockpit.runbook.lint import visible_secrets

    names = {need.name for need in plan.secrets}
    parameters = (
        replace(parameter, is_secret=True) if parameter.name in names else parameter
        for parameter in plan.command.parameters
    )
    return [
        *warnings.about_blocker(plan.in_the_way),
        *warnings.about_text(plan.oddities),
        *visible_secrets(replace(plan.command, parameters=tuple(parameters)), plan.runbook),
        *warnings.about_lost_run(runs.advice_for(scene.checklist.status(plan.step.id))),
        *([warning] if warning else []),
    ]


def _trust(trust: Trust, scene: Scene) -> str:
    """Nothing about a text that was approved before, or that came with the cockpit."""
    match trust.state.value:
        case "new":
            return _("first time on this machine: running it approves this text")
        case "changed":
            when = datetime.fromisoformat(trust.at).astimezone(scene.zone)
            text = _("changed since {who} approved it on {date}: running it approves the new text")
            return text.format(who=trust.by, date=f"{when:%Y-%m-%d}")
        case "edited":
            return _("edited by {who}: running it approves the text for this once").format(who=trust.by)
        case "signed":
            return _("signed by {who}").format(who=trust.by)
    return ""


def _ran_before(by: str, result: str, at: object, scene: Scene) -> str:
    when = moments.hour_and_minute(at, scene.zone) if isinstance(at, datetime) else ""
    return _("{when} {who}: {result}").format(when=when, who=by, result=result)
