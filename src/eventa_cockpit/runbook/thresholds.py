"""Bounds on quantities as people write them: `> 5%`, `P95 latency < 300 ms`, `5分以上`."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from eventa_cockpit.domain.runbook import Threshold

_UNIT = (
    r"%|パーセント|ms|msec|ミリ秒|µs|us|sec|secs|seconds?|秒|minutes?|mins?|分間?|hours?|hrs?|時間|days?|日間?|"
    r"[KMGT]i?B(?:/s)?|bytes?|B|req/s|rps|qps|tps|1/s|/s|件/分|件|回|人|個|台|倍|x|s|m|h|d"
)
_NUMBER = r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?"
_BOUND = re.compile(
    rf"(?<![-=<>!~|&])(?P<operator><=|>=|==|!=|=<|≤|≥|≦|≧|<|>)\s*(?P<value>{_NUMBER})\s*(?P<unit>{_UNIT})?(?![\w%])",
)
_WORDED = re.compile(
    rf"(?P<value>{_NUMBER})\s*(?P<unit>{_UNIT})?\s*(?:を|が|より)?\s*(?P<word>以上|以下|未満|超|上回|下回)"
)
_OPERATORS = {"≤": "<=", "≦": "<=", "=<": "<=", "≥": ">=", "≧": ">="}
_WORD_OPERATORS = {"以上": ">=", "以下": "<=", "未満": "<", "超": ">", "上回": ">", "下回": "<"}
_BEFORE_QUANTITY = re.compile(
    r".*(?:[、。;；(（\[「\n]|,\s|[:：]\s|\b(?:when|if|and|or|while)\s)", re.DOTALL | re.IGNORECASE
)
_QUANTITY_END = " \t:：がはを"
_SUBJECT = re.compile(r"\s+(?:is|are|was|stays|rises|goes|gets|above|below|over)$", re.IGNORECASE)

_EXACT = re.compile(rf"^\s*(?P<quantity>[^<>=!]+?)\s*{_BOUND.pattern}\s*$")
_BUDGET = re.compile(
    r"(?:error\s*budget|エラー\s*バジェット|エラー予算)\D{0,20}?(\d+(?:\.\d+)?)\s*(minutes?|mins?|m\b|分|hours?|h\b|時間)",
    re.IGNORECASE,
)


def thresholds_in(text: str) -> tuple[Threshold, ...]:
    """All bounds in a sentence, each with the words before it as its quantity, in order."""
    normal = _normal(text)
    found: list[tuple[int, Threshold]] = []
    after = 0
    for bound in _BOUND.finditer(normal):
        operator = _OPERATORS.get(bound["operator"], bound["operator"])
        quantity = _quantity(normal[after : bound.start()])
        found.append((bound.start(), Threshold(quantity, operator, _value(bound["value"]), bound["unit"] or "")))
        after = bound.end()
    if not found:
        for bound in _WORDED.finditer(normal):
            quantity = _quantity(normal[after : bound.start()])
            threshold = Threshold(quantity, _WORD_OPERATORS[bound["word"]], _value(bound["value"]), bound["unit"] or "")
            found.append((bound.start(), threshold))
            after = bound.end()
    return tuple(threshold for _, threshold in found)


def parse_threshold(text: str) -> Threshold | None:
    """`payment_failure_rate < 5%`, the whole text and nothing else; None for anything else."""
    found = _EXACT.match(_normal(text))
    if not found:
        return None
    operator = _OPERATORS.get(found["operator"], found["operator"])
    return Threshold(found["quantity"].strip(), operator, _value(found["value"]), found["unit"] or "")


def error_budget_in(text: str) -> timedelta | None:
    """The budget that a line such as `ErrorBudget 43 min/月` grants."""
    found = _BUDGET.search(_normal(text))
    if not found:
        return None
    amount = float(found[1])
    return timedelta(hours=amount) if found[2].lower()[0] in "h時" else timedelta(minutes=amount)


def _normal(text: str) -> str:
    """Full-width digits and signs as ASCII ones."""
    return unicodedata.normalize("NFKC", text)


def _value(digits: str) -> float:
    return float(digits.replace(",", ""))


def _quantity(before: str) -> str:
    words = _BEFORE_QUANTITY.sub("", before).strip(_QUANTITY_END)
    return _SUBJECT.sub("", words).strip(_QUANTITY_END)
