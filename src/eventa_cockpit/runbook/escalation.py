"""The escalation policy and the on-call list, from the items of their lists."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from eventa_cockpit.domain.runbook import EscalationRule, OnCallEntry

_DELAY_JA = re.compile(r"(\d+(?:\.\d+)?)\s*(分|時間|秒)\s*(?:間|を|が|で|後|以内|以上|超過?|経過|たって|経って)?")
_DELAY_EN = re.compile(r"\b(\d+(?:\.\d+)?)\s*-?\s*(minutes?|mins?|m|hours?|hrs?|h|seconds?|secs?|s)\b", re.IGNORECASE)
_UNITS = {"分": 60, "時": 3600, "秒": 1, "m": 60, "h": 3600, "s": 1}

_TARGET_JA = re.compile(
    r"([^、。,\s][^、。,]*?)(?:へ|に)(?:の|も|は)?(?:自動的?[にで]?)?(?:エスカレ|報告|連絡|通知|電話|引き継|共有|依頼)"
)
_TARGET_EN = re.compile(
    r"(?:escalate[sd]?|escalation|page|pages|call|calls|notify|notifies|inform|informs|report|reports|contact|contacts|"
    r"tell|hand over|goes)\s+(?:automatically\s+)?(?:to\s+|it to\s+)?(?:the\s+)?(.+?)(?=[.,;]|"
    r"\s+(?:if|when|after|within|via|by)\b|$)",
    re.IGNORECASE,
)
_CONDITIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "unacknowledged",
            r"一次対応(?:が)?な|応答(?:が)?な|未対応|未応答|\back|not acknowledged|no response|unacknowledged",
        ),
        ("outage", r"停止|ダウン|全断|outage|\bdown\b|unavailable"),
        ("unresolved", r"解決でき|解決しな|未解決|解消し|復旧し(?:な|て)|unresolved|not resolved|not fixed|still"),
    )
)
_DASH = re.compile(r"\s+[–—―ー−-]{1,2}\s+|\s*[:：→⇒]\s*|\s+->\s+")


def escalation_rule(text: str) -> EscalationRule | None:
    """The timer that one item of the policy sets, or None for an item without a delay."""
    normal = unicodedata.normalize("NFKC", text)
    delay = _DELAY_JA.search(normal) or _DELAY_EN.search(normal)
    if not delay:
        return None
    seconds = float(delay[1]) * _UNITS[delay[2][0].lower()]
    if seconds > timedelta(days=365).total_seconds():
        return None
    return EscalationRule(timedelta(seconds=seconds), _target(normal), text, _condition(normal))


def _target(text: str) -> str:
    japanese = _TARGET_JA.search(text)
    if japanese:
        return re.sub(r"^.*(?:場合は?|時は?|後は?|れば|たら)", "", japanese[1]).strip()
    english = _TARGET_EN.search(text)
    return english[1].strip() if english else ""


def _condition(text: str) -> str:
    return next((name for name, pattern in _CONDITIONS if pattern.search(text)), "")


def on_call_entry(text: str) -> OnCallEntry | None:
    """`Primary – PagerDuty rotation` as a role and its source, or None when the line has no such two halves."""
    halves = _DASH.split(text, maxsplit=1)
    if len(halves) != 2 or not all(half.strip() for half in halves):
        return None
    return OnCallEntry(halves[0].strip(), halves[1].strip())
