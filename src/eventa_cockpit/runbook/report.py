"""A library as plain data, for `--json` and for other programs. The keys are a promise; more may be added."""

from __future__ import annotations

from typing import Any

from eventa_cockpit.domain.runbook import (
    Command,
    EscalationRule,
    Library,
    Parameter,
    Problem,
    Runbook,
    Schedule,
    Signal,
    Step,
    Threshold,
)


def library_data(library: Library) -> dict[str, Any]:
    return {
        "runbooks": [runbook_data(runbook) for runbook in library.runbooks],
        "escalation": [_escalation_data(rule) for rule in library.escalation],
        "on_call": [{"role": entry.role, "source": entry.source} for entry in library.on_call],
        "references": dict(library.references),
        "objectives": {
            "thresholds": [_threshold_data(threshold) for threshold in library.objectives.thresholds],
            "error_budget_minutes": _minutes(library),
        },
        "problems": [problem_data(problem) for problem in library.problems],
    }


def runbook_data(runbook: Runbook) -> dict[str, Any]:
    return {
        "id": runbook.id,
        "title": runbook.title,
        "file": runbook.file,
        "line": runbook.line,
        "text": runbook.text,
        "facts": dict(runbook.facts),
        "schedule": None if runbook.schedule is None else _schedule_data(runbook.schedule),
        "signals": [_signal_data(signal) for signal in runbook.signals],
        "alerts": list(runbook.alerts),
        "params": {environment: dict(values) for environment, values in runbook.parameters.items()},
        "phases": [
            {
                "kind": phase.kind.value,
                "title": phase.title,
                "line": phase.line,
                "text": phase.text,
                "steps": [_step_data(step) for step in phase.steps],
            }
            for phase in runbook.phases
        ],
    }


def problem_data(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "message": problem.message}


def _minutes(library: Library) -> float | None:
    budget = library.objectives.error_budget
    return None if budget is None else _number(budget.total_seconds() / 60)


def _number(value: float) -> float:
    """43, not 43.0."""
    return int(value) if value == int(value) else value


def _escalation_data(rule: EscalationRule) -> dict[str, Any]:
    return {
        "after_minutes": _number(rule.after.total_seconds() / 60),
        "target": rule.target,
        "text": rule.text,
        "condition": rule.condition,
    }


def _threshold_data(threshold: Threshold) -> dict[str, Any]:
    return {
        "quantity": threshold.quantity,
        "operator": threshold.operator,
        "value": _number(threshold.value),
        "unit": threshold.unit,
    }


def _signal_data(signal: Signal) -> dict[str, Any]:
    return {
        "text": signal.text,
        "threshold": None if signal.threshold is None else _threshold_data(signal.threshold),
    }


def _schedule_data(schedule: Schedule) -> dict[str, Any]:
    return {
        "frequency": schedule.frequency.value,
        "text": schedule.text,
        "weekday": schedule.weekday,
        "week_of_month": schedule.week_of_month,
        "before_event": schedule.before_event,
    }


def _step_data(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "number": step.number,
        "title": step.title,
        "line": step.line,
        "text": step.text,
        "risk": step.risk.value,
        "commands": [_command_data(command) for command in step.commands],
        "substeps": [_step_data(substep) for substep in step.substeps],
    }


def _command_data(command: Command) -> dict[str, Any]:
    return {
        "name": command.annotation.name,
        "language": command.language,
        "line": command.line,
        "text": command.text,
        "risk": command.risk.value,
        "risk_rule": command.risk_rule,
        "parameters": [_parameter_data(parameter) for parameter in command.parameters],
        "expected_output": command.expected_output,
        "digest": command.digest,
    }


def _parameter_data(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "secret": parameter.is_secret,
        "placeholder": parameter.placeholder or None,
        "default": parameter.default,
    }
