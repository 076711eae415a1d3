"""As much of LogQL as drills need: a stream selector, line filters, and the count of what they let through.

https://grafana.com/docs/loki/latest/query/log_queries/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from eventa_cockpit.simulator.log_store import StoredLine

_STRING = r'(?:"(?:[^"\\]|\\.)*"|`[^`]*`)'
_MATCHER = rf"\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*({_STRING})\s*"
_SELECTOR = re.compile(rf"\s*\{{((?:{_MATCHER})(?:,{_MATCHER})*)\}}")
_FILTER = re.compile(rf"\s*(\|=|!=|\|~|!~)\s*({_STRING})")
_COUNT = re.compile(
    r"\s*sum\s*\(\s*count_over_time\s*\((?P<query>.*)\[(?P<number>\d+)(?P<unit>[smh])\]\s*\)\s*\)\s*", re.DOTALL
)
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class Condition:
    """One matcher or filter."""

    operator: str
    value: str
    label: str = ""
    """Empty for a filter of the line itself."""

    def holds(self, text: str) -> bool:
        match self.operator:
            case "=":
                return text == self.value
            case "|=":
                return self.value in text
            case "!=":
                return text != self.value if self.label else self.value not in text
        found = re.fullmatch(self.value, text) if self.label else re.search(self.value, text)
        return (found is None) is (self.operator == "!~")


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines are wanted."""

    conditions: tuple[Condition, ...]

    def selects(self, line: StoredLine) -> bool:
        labels = dict(line.labels)
        return all(
            condition.holds(labels.get(condition.label, "") if condition.label else line.text)
            for condition in self.conditions
        )


def log_query(text: str) -> LogQuery:
    """Raises ValueError in Loki's own words."""
    selector = _SELECTOR.match(text)
    if selector is None:
        raise ValueError(f"parse error at line 1, col 1: syntax error: unexpected {text[:10] or 'end'}, expecting {{")
    conditions = [
        Condition(operator, _unquoted(value), label) for label, operator, value in re.findall(_MATCHER, selector[1])
    ]
    rest = text[selector.end() :]
    while found := _FILTER.match(rest):
        conditions.append(Condition(found[1], _unquoted(found[2])))
        rest = rest[found.end() :]
    if rest.strip():
        raise ValueError(
            f"parse error at line 1, col {len(text) - len(rest) + 1}: syntax error: unexpected {rest[:10]}"
        )
    return LogQuery(tuple(conditions))


def count_query(text: str) -> tuple[LogQuery, timedelta] | None:
    """The query in `sum(count_over_time(…[10s]))` and its range; None for any other. Raises ValueError as above."""
    found = _COUNT.fullmatch(text)
    if found is None:
        return None
    return log_query(found["query"]), int(found["number"]) * _UNITS[found["unit"]]


def _unquoted(text: str) -> str:
    return text[1:-1] if text[0] == "`" else re.sub(r"\\(.)", r"\1", text[1:-1])
