"""Vectors brought together: aggregation groups, matching labels, binary operators
(https://prometheus.io/docs/prometheus/latest/querying/operators/)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import promql_parser as promql

from eventa_cockpit.simulator.promql.errors import BadData, Execution
from eventa_cockpit.simulator.promql.functions import ARITHMETIC, COMPARISONS

Element = tuple[Mapping[str, str], float]
"""Labels and value."""
Key = frozenset[tuple[str, str]]
SETS = ("and", "or", "unless")


def without_name(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name != "__name__"}


def group_of(labels: Mapping[str, str], modifier: Any) -> dict[str, str]:
    """The labels of the group that an element is aggregated into."""
    if modifier is None:
        return {}
    if modifier.type == promql.AggModifierType.By:
        return {name: labels[name] for name in modifier.labels if labels.get(name)}
    return {name: value for name, value in without_name(labels).items() if name not in modifier.labels}


def combined(
    operator: str, left: float | list[Element], right: float | list[Element], modifier: Any
) -> float | list[Element]:
    """A binary expression, whatever its operands are."""
    if isinstance(left, list) and isinstance(right, list):
        if operator in SETS:
            return _set_of(operator, left, right, modifier)
        return _joined(operator, left, right, modifier)
    returns_bool = bool(modifier is not None and modifier.return_bool)
    if isinstance(left, list):
        assert isinstance(right, float)
        return _mapped(operator, left, right, returns_bool, is_right=True)
    if isinstance(right, list):
        return _mapped(operator, right, left, returns_bool, is_right=False)
    if operator in ARITHMETIC:
        return ARITHMETIC[operator](left, right)
    return float(_comparison(operator)(left, right))


def _comparison(operator: str) -> Any:
    found = COMPARISONS.get(operator)
    if found is None:
        raise BadData(f"the operator {operator} is not evaluated here")
    return found


def _mapped(
    operator: str, vector: list[Element], scalar: float, returns_bool: bool, *, is_right: bool
) -> list[Element]:
    """A vector against a number, which is on the right or on the left."""
    found: list[Element] = []
    for labels, number in vector:
        left, right = (number, scalar) if is_right else (scalar, number)
        if operator in ARITHMETIC:
            found.append((without_name(labels), ARITHMETIC[operator](left, right)))
        elif returns_bool:
            found.append((without_name(labels), float(_comparison(operator)(left, right))))
        elif _comparison(operator)(left, right):
            found.append((labels, number))
    return found


def _key(labels: Mapping[str, str], modifier: Any) -> Key:
    """What two elements must have in common."""
    matching = None if modifier is None else modifier.matching
    if matching is None:
        return frozenset(without_name(labels).items())
    if matching.type == promql.LabelModifierType.Include:
        return frozenset((name, labels.get(name, "")) for name in matching.labels)
    return frozenset((name, value) for name, value in without_name(labels).items() if name not in matching.labels)


def _set_of(operator: str, left: list[Element], right: list[Element], modifier: Any) -> list[Element]:
    ours = {_key(labels, modifier) for labels, _value in left}
    theirs = {_key(labels, modifier) for labels, _value in right}
    if operator == "and":
        return [element for element in left if _key(element[0], modifier) in theirs]
    if operator == "unless":
        return [element for element in left if _key(element[0], modifier) not in theirs]
    return [*left, *(element for element in right if _key(element[0], modifier) not in ours)]


def _joined(operator: str, left: list[Element], right: list[Element], modifier: Any) -> list[Element]:
    """Each element of the many side with its one counterpart; those without one are left out."""
    cards = promql.VectorMatchCardinality
    is_right_many = modifier is not None and modifier.card == cards.OneToMany
    is_grouped = is_right_many or (modifier is not None and modifier.card == cards.ManyToOne)
    many, one = (right, left) if is_right_many else (left, right)
    partners = _unique(one, modifier, "left" if is_right_many else "right")
    taken: set[Key] = set()
    found: list[Element] = []
    for labels, number in many:
        key = _key(labels, modifier)
        if key not in partners:
            continue
        if not is_grouped and key in taken:
            raise Execution(
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            )
        taken.add(key)
        other_labels, other = partners[key]
        value = _result(operator, *((other, number) if is_right_many else (number, other)), modifier)
        if value is not None:
            kept = _labels(operator, labels, modifier, is_grouped=is_grouped)
            kept |= {name: other_labels.get(name, "") for name in _carried(modifier)}
            found.append(({name: text for name, text in kept.items() if text}, value))
    return found


def _carried(modifier: Any) -> Sequence[str]:
    """Labels of the one side that `group_left(…)` names."""
    return () if modifier is None else modifier.group_labels or ()


def _labels(operator: str, labels: Mapping[str, str], modifier: Any, *, is_grouped: bool) -> dict[str, str]:
    """What a joined element is called: a comparison that filters keeps the metric's name."""
    filters = operator in COMPARISONS and not (modifier is not None and modifier.return_bool)
    kept = dict(labels) if filters else without_name(labels)
    if is_grouped or modifier is None or modifier.matching is None:
        return kept
    named, is_on = modifier.matching.labels, modifier.matching.type == promql.LabelModifierType.Include
    return {name: text for name, text in kept.items() if (name in named) is is_on}


def _result(operator: str, left: float, right: float, modifier: Any) -> float | None:
    if operator in ARITHMETIC:
        return ARITHMETIC[operator](left, right)
    is_true = _comparison(operator)(left, right)
    if modifier is not None and modifier.return_bool:
        return float(is_true)
    return left if is_true else None


def _unique(elements: list[Element], modifier: Any, side: str) -> dict[Key, Element]:
    found: dict[Key, Element] = {}
    for element in elements:
        key = _key(element[0], modifier)
        if key in found:
            group = ", ".join(f'{name}="{value}"' for name, value in sorted(key))
            raise Execution(
                f"found duplicate series for the match group {{{group}}} on the {side} hand-side of the operation;"
                "many-to-many matching not allowed: matching labels must be unique on one side"
            )
        found[key] = element
    return found
