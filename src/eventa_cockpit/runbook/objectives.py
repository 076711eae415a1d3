"""The service level in the file beside the runbooks, `slo.yml`, as a library tells it: thresholds and a budget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from eventa_cockpit.config.objectives import read_objectives
from eventa_cockpit.domain.objective import Objective
from eventa_cockpit.domain.runbook import ServiceObjectives, Threshold
from eventa_cockpit.domain.slo import budget_of
from eventa_cockpit.runbook.contents import FileContents
from eventa_cockpit.runbook.frontmatter import load_yaml

_LARGEST = 1e9


def parse_objectives(text: str, file: str) -> FileContents:
    """Of OpenSLO, Sloth, Pyrra or plain keys (`error_budget_minutes`, `error_rate`, `latency_p95_ms`)."""
    found = read_objectives(text, file)
    data, problem = load_yaml(text, file, first_line=1)
    plain = _plain(data) if problem is None and isinstance(data, dict) else ServiceObjectives()
    if plain == ServiceObjectives():
        plain = ServiceObjectives(tuple(_thresholds(found.objectives)), _budget(found.objectives))
    return FileContents(objectives=plain, problems=found.problems)


def _plain(data: dict[Any, Any]) -> ServiceObjectives:
    """In the file's own figures: 43 minutes, not the 43.2 that its error rate comes to."""
    budget = _number(data, "error_budget_minutes")
    latency, errors = _number(data, "latency_p95_ms"), _number(data, "error_rate")
    thresholds = []
    if latency is not None:
        thresholds.append(Threshold("latency_p95", "<", latency, "ms"))
    if errors is not None:
        thresholds.append(Threshold("error_rate", "<", round(errors * 100, 9), "%"))
    return ServiceObjectives(tuple(thresholds), None if budget is None else timedelta(minutes=budget))


def _thresholds(objectives: tuple[Objective, ...]) -> Iterator[Threshold]:
    """What may be bad, by the objective's name."""
    for objective in objectives:
        yield Threshold(objective.name, "<", round((1 - objective.target) * 100, 9), "%")


def _budget(objectives: tuple[Objective, ...]) -> timedelta | None:
    """Of the first promise that something works at all."""
    return next((budget_of(each.target, each.window) for each in objectives if not each.is_latency), None)


def _number(data: dict[Any, Any], key: str) -> float | None:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < _LARGEST else None
