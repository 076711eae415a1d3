"""Evaluates a parsed PromQL expression at one moment. What Prometheus knows and this does not is refused, never
guessed: see `KNOWN`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import promql_parser as promql

from eventa_cockpit.simulator.promql import functions, joining, storage
from eventa_cockpit.simulator.promql.errors import BadData
from eventa_cockpit.simulator.promql.joining import Element, without_name
from eventa_cockpit.simulator.promql.storage import Matcher, Sample, Series, Storage

OPERATORS = (
    (promql.MatchOp.Equal, "="),
    (promql.MatchOp.NotEqual, "!="),
    (promql.MatchOp.Re, "=~"),
    (promql.MatchOp.NotRe, "!~"),
)
SUBQUERY_STEP = timedelta(minutes=1)
"""Prometheus' default evaluation interval."""
COUNTERS = ("rate", "increase")
KNOWN = frozenset(
    {*functions.OVER_TIME, *functions.BY_VALUE, *COUNTERS, "irate", "delta", "histogram_quantile", "time"}
    | {"timestamp", "vector", "scalar", "absent", "clamp_min", "clamp_max", "round"}
)
"""The functions that are evaluated here."""

Value = float | str | list[Element]
"""A scalar, a string or an instant vector."""


@dataclass(frozen=True, slots=True)
class _Window:
    """One series of a range vector."""

    labels: Mapping[str, str]
    samples: Sequence[Sample]
    series: Series | None = None
    """Where they come from, when straight from the storage."""


@dataclass(frozen=True)
class Evaluation:
    """Expressions over a storage, for one moment in simulated seconds."""

    storage: Storage
    at_s: float

    def value(self, node: Any) -> Value:
        """The expression's value; raises BadData for what is not evaluated here, Execution for what cannot be."""
        evaluate = self._kinds.get(type(node))
        if evaluate is None:
            raise BadData(f"{type(node).__name__} is not evaluated here: {node.prettify()}")
        return evaluate(node)

    @cached_property
    def _kinds(self) -> dict[type, Callable[[Any], Value]]:
        return {
            promql.NumberLiteral: lambda node: float(node.val),
            promql.StringLiteral: lambda node: str(node.val),
            promql.ParenExpr: lambda node: self.value(node.expr),
            promql.UnaryExpr: self._negative,
            promql.VectorSelector: self._selected,
            promql.AggregateExpr: self._aggregated,
            promql.BinaryExpr: self._combined,
            promql.Call: self._called,
        }

    def _vector(self, node: Any) -> list[Element]:
        value = self.value(node)
        if not isinstance(value, list):
            raise BadData(f"expected type instant vector, got scalar: {node.prettify()}")
        return value

    def _scalar(self, node: Any) -> float:
        value = self.value(node)
        if not isinstance(value, float):
            raise BadData(f"expected type scalar: {node.prettify()}")
        return value

    def _negative(self, node: Any) -> Value:
        value = self.value(node.expr)
        if isinstance(value, float):
            return -value
        return [(without_name(labels), -number) for labels, number in self._vector(node.expr)]

    def _selected(self, node: Any) -> list[Element]:
        return [(labels, value) for labels, value, _at in self._newest(node)]

    def _newest(self, node: Any) -> list[tuple[Mapping[str, str], float, float]]:
        """Labels, value and moment of the samples that a selector stands for."""
        at_s = self.at_s - _offset_s(node)
        found = ((series.labels, storage.newest(series, at_s)) for series in self.storage.select(_matchers(node)))
        return [(labels, sample[1], sample[0]) for labels, sample in found if sample is not None]

    def _windows(self, node: Any) -> tuple[list[_Window], functions.Range]:
        """A range vector, and the window that it covers."""
        if isinstance(node, promql.SubqueryExpr):
            return self._subquery(node)
        if not isinstance(node, promql.MatrixSelector):
            raise BadData(f"expected type range vector: {node.prettify()}")
        end_s = self.at_s - _offset_s(node.vector_selector)
        span = (end_s - node.range.total_seconds(), end_s)
        found = self.storage.select(_matchers(node.vector_selector))
        return [_Window(series.labels, (), series) for series in found], span

    def _subquery(self, node: Any) -> tuple[list[_Window], functions.Range]:
        step_s = (node.step or SUBQUERY_STEP).total_seconds()
        end_s = self.at_s - _offset_s(node)
        span = (end_s - node.range.total_seconds(), end_s)
        # Steps lie on multiples of themselves in the server's own time.
        zero = self.storage.zero
        moment_s = (math.floor((span[0] + zero) / step_s) + 1) * step_s - zero
        found: dict[frozenset[tuple[str, str]], tuple[Mapping[str, str], list[Sample]]] = {}
        while moment_s <= end_s:
            value = Evaluation(self.storage, moment_s).value(node.expr)
            elements = value if isinstance(value, list) else [({}, float(value))]
            for labels, number in elements:
                found.setdefault(frozenset(labels.items()), (labels, []))[1].append((moment_s, number))
            moment_s += step_s
        return [_Window(labels, samples) for labels, samples in found.values()], span

    def _aggregated(self, node: Any) -> list[Element]:
        name = str(node.op)
        fold = functions.AGGREGATES.get(name)
        if fold is None:
            raise BadData(f"{name} is not evaluated here")
        groups: dict[frozenset[tuple[str, str]], list[float]] = {}
        for labels, number in self._vector(node.expr):
            groups.setdefault(frozenset(joining.group_of(labels, node.modifier).items()), []).append(number)
        return [(dict(labels), fold(numbers)) for labels, numbers in groups.items()]

    def _combined(self, node: Any) -> Value:
        left, right = self.value(node.lhs), self.value(node.rhs)
        if isinstance(left, str) or isinstance(right, str):
            raise BadData("a string cannot be an operand")
        return joining.combined(str(node.op), left, right, node.modifier)

    def _called(self, node: Any) -> Value:
        name, arguments = node.func.name, node.args
        if name not in KNOWN:
            raise BadData(f"{name} is not evaluated here; known are {', '.join(sorted(KNOWN))}")
        if name in functions.OVER_TIME or name in (*COUNTERS, "irate", "delta"):
            return self._over_time(name, arguments[0])
        if name in functions.BY_VALUE:
            change = functions.BY_VALUE[name]
            return [(without_name(labels), change(number)) for labels, number in self._vector(arguments[0])]
        special: dict[str, Callable[[], Value]] = {
            "time": lambda: self.at_s + self.storage.zero,
            "vector": lambda: [({}, self._scalar(arguments[0]))],
            "scalar": lambda: self._only(arguments[0]),
            "timestamp": lambda: self._timestamps(arguments[0]),
            "absent": lambda: self._absent(arguments[0]),
            "round": lambda: self._rounded(arguments),
            "clamp_min": lambda: self._clamped(max, *arguments),
            "clamp_max": lambda: self._clamped(min, *arguments),
            "histogram_quantile": lambda: self._quantiles(*arguments),
        }
        return special[name]()

    def _over_time(self, name: str, node: Any) -> list[Element]:
        windows, span = self._windows(node)
        found = [(window.labels, self._folded(name, window, span)) for window in windows]
        keeps_name = name == "last_over_time"
        return [
            (labels if keeps_name else without_name(labels), number) for labels, number in found if number is not None
        ]

    def _folded(self, name: str, window: _Window, span: functions.Range) -> float | None:
        if window.series is not None and name in COUNTERS:
            # The world's counters never reset, so that the ends of a window of days are enough.
            ends = storage.ends(window.series, *span)
            grown = None if ends is None else functions.extended(*ends, ends[1][1] - ends[0][1], span)
        else:
            taken = window.samples if window.series is None else storage.samples(window.series, *span)
            if name in functions.OVER_TIME:
                return functions.OVER_TIME[name]([number for _at, number in taken]) if taken else None
            if name == "irate":
                return functions.instant_rate(taken)
            grown = functions.increase(taken, span, is_counter=name != "delta")
        return grown / (span[1] - span[0]) if grown is not None and name == "rate" else grown

    def _only(self, node: Any) -> float:
        found = self._vector(node)
        return found[0][1] if len(found) == 1 else math.nan

    def _timestamps(self, node: Any) -> list[Element]:
        """Of the samples themselves for a selector, else of the evaluation."""
        zero = self.storage.zero
        if isinstance(node, promql.VectorSelector):
            return [(without_name(labels), at_s + zero) for labels, _value, at_s in self._newest(node)]
        return [(without_name(labels), self.at_s + zero) for labels, _value in self._vector(node)]

    def _absent(self, node: Any) -> list[Element]:
        if self._vector(node):
            return []
        matchers = _matchers(node) if isinstance(node, promql.VectorSelector) else []
        return [({each.name: each.value for each in matchers if each.operator == "=" and each.name != "__name__"}, 1.0)]

    def _rounded(self, arguments: Sequence[Any]) -> list[Element]:
        nearest = self._scalar(arguments[1]) if len(arguments) > 1 else 1.0
        return [
            (without_name(labels), math.floor(number / nearest + 0.5) * nearest if math.isfinite(number) else number)
            for labels, number in self._vector(arguments[0])
        ]

    def _clamped(self, choose: Callable[[float, float], float], vector: Any, bound: Any) -> list[Element]:
        limit = self._scalar(bound)
        return [(without_name(labels), choose(number, limit)) for labels, number in self._vector(vector)]

    def _quantiles(self, share: Any, buckets: Any) -> list[Element]:
        wanted = self._scalar(share)
        found: dict[frozenset[tuple[str, str]], list[tuple[float, float]]] = {}
        for labels, count in self._vector(buckets):
            try:
                bound = float(labels.get("le", ""))
            except ValueError:
                continue
            rest = {name: value for name, value in without_name(labels).items() if name != "le"}
            found.setdefault(frozenset(rest.items()), []).append((bound, count))
        return [(dict(labels), functions.quantile(wanted, entries)) for labels, entries in found.items()]


def _matchers(node: Any) -> list[Matcher]:
    if node.matchers.or_matchers or node.at is not None:
        raise BadData(f"`or` between matchers and the @ modifier are not evaluated here: {node.prettify()}")
    found = [Matcher.of("__name__", "=", node.name)] if node.name else []
    for each in node.matchers.matchers:
        operator = next(sign for kind, sign in OPERATORS if kind == each.op)
        try:
            found.append(Matcher.of(each.name, operator, each.value))
        except re.error as error:
            raise BadData(f"parse error: error parsing regexp: {error}: `{each.value}`") from error
    return found


def _offset_s(node: Any) -> float:
    offset = node.offset
    return offset.total_seconds() if isinstance(offset, timedelta) else 0.0
