"""The service level as a small YAML file beside the runbooks: `slo.yml`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from eventa_cockpit.domain.runbook import Problem, ServiceObjectives, Threshold
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.contents import FileContents
from eventa_cockpit.runbook.frontmatter import load_yaml

_LARGEST = 1e9


def parse_objectives(text: str, file: str) -> FileContents:
    """`error_budget_minutes`, `error_rate` (a share of 1) and `latency_p95_ms`; other keys are somebody else's."""
    data, problem = load_yaml(text, file, first_line=1)
    if problem is not None:
        return FileContents(problems=(problem,))
    if not isinstance(data, dict):
        return FileContents(problems=(Problem(file, 1, _("The file must hold keys and values; it was not read.")),))
    budget = _number(data, "error_budget_minutes")
    latency, errors = _number(data, "latency_p95_ms"), _number(data, "error_rate")
    thresholds = []
    if latency is not None:
        thresholds.append(Threshold("latency_p95", "<", latency, "ms"))
    if errors is not None:
        thresholds.append(Threshold("error_rate", "<", round(errors * 100, 9), "%"))
    return FileContents(
        objectives=ServiceObjectives(tuple(thresholds), None if budget is None else timedelta(minutes=budget))
    )


def _number(data: dict[Any, Any], key: str) -> float | None:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < _LARGEST else None
