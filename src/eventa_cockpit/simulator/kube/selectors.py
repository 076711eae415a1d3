"""Label and field selectors, as far as kubectl and the Python client use them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from eventa_cockpit.simulator.kube.store import Object


def matches(subject: Object, labels: str, fields: str) -> bool:
    """Whether an object fits `labelSelector` and `fieldSelector`; raises ValueError on a selector that is not known."""
    return _labels_match(subject["metadata"].get("labels", {}), labels) and _fields_match(subject, fields)


def _labels_match(labels: Mapping[str, str], selector: str) -> bool:
    # Commas separate requirements, but not inside the parentheses of `in (a,b)`.
    return all(_label_matches(labels, part.strip()) for part in re.split(r",(?![^(]*\))", selector) if part.strip())


def _label_matches(labels: Mapping[str, str], requirement: str) -> bool:
    found = re.fullmatch(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)", requirement)
    if found:
        values = {value.strip() for value in found[3].split(",")}
        return (labels.get(found[1]) in values) is (found[2] == "in")
    found = re.fullmatch(r"([^=!\s]+)\s*(==|=|!=)\s*(\S*)", requirement)
    if found:
        return (labels.get(found[1]) == found[3]) is (found[2] != "!=")
    if requirement.startswith("!"):
        return requirement[1:] not in labels
    return requirement in labels


def _fields_match(subject: Object, selector: str) -> bool:
    for part in filter(None, selector.split(",")):
        found = re.fullmatch(r"([A-Za-z.]+)(==|=|!=)(.*)", part)
        if found is None:
            raise ValueError(f"unable to parse requirement: {part}")
        if (str(_field(subject, found[1])) == found[3]) is (found[2] == "!="):
            return False
    return True


def _field(subject: Any, path: str) -> Any:
    for name in path.split("."):
        subject = subject.get(name, "") if isinstance(subject, dict) else ""
    return subject
