"""The lexicon: which words, in Japanese and English, name a part of an incident's life."""

from __future__ import annotations

import re
import unicodedata

from eventa_cockpit.domain.runbook import PhaseKind

_JAPANESE = {
    PhaseKind.DETECT: "検知 検出 発見 検知条件 兆候 症状 アラート アラート条件 発火条件 事象",
    PhaseKind.DIAGNOSE: (
        "原因 調査 分析 診断 切り分け 影響 影響範囲 影響確認 原因調査 原因分析 原因特定 一次調査 初動調査 トリアージ "
        "状況確認"
    ),
    PhaseKind.MITIGATE: (
        "緩和 緩和策 封じ込め 暫定対応 暫定対処 応急処置 応急対応 一次対応 初動対応 初動 回避策 対処 対策 根絶"
    ),
    PhaseKind.RECOVER: "復旧 回復 恒久対応 恒久対策 復旧確認 動作確認 事後確認 正常性確認 収束",
    PhaseKind.PROCEDURE: "手順 作業手順 実施手順 操作手順 対応手順 作業 作業内容 実施内容",
    PhaseKind.ROLLBACK: "切り戻し 切戻し 切戻 ロールバック 戻し 巻き戻し 後片付け",
    PhaseKind.ESCALATE: (
        "エスカレーション エスカレーションポリシー エスカレーション先 エスカレーションルール エスカレ 連絡 連絡先"
    ),
    PhaseKind.POSTMORTEM: "ポストモーテム 事後分析 振り返り 事後対応 再発防止 再発防止策 教訓",
}
"""Words between spaces."""

_ENGLISH = {
    PhaseKind.DETECT: "detect, detection, symptom, symptoms, meaning, signal, signals, alert, alerts, how to detect",
    PhaseKind.DIAGNOSE: (
        "diagnosis, diagnose, diagnostic, diagnostics, impact, investigation, investigate, analysis, triage, cause, "
        "causes, possible causes, root cause, root cause analysis, troubleshooting, troubleshoot, debug, debugging"
    ),
    PhaseKind.MITIGATE: (
        "mitigation, mitigations, mitigate, containment, contain, eradication, workaround, workarounds, "
        "immediate action, immediate actions, remediation, remediate, action, actions, how to mitigate"
    ),
    PhaseKind.RECOVER: (
        "recovery, recover, resolution, resolve, restore, restoration, fix, verification, verify, solution, "
        "how to resolve"
    ),
    PhaseKind.PROCEDURE: "steps, step, procedure, procedures, instructions, instruction, how to, walkthrough, process",
    PhaseKind.ROLLBACK: "rollback, roll back, rolling back, backout, back out, revert, undo, cleanup, clean up",
    PhaseKind.ESCALATE: "escalation, escalate, escalations, escalation policy, escalation path",
    PhaseKind.POSTMORTEM: (
        "postmortem, post mortem, post-mortem, follow up, follow-up, lessons learned, retrospective, "
        "post-incident activity"
    ),
}
"""Entries between commas."""

_LEXICON = {word: kind for kind, words in _JAPANESE.items() for word in words.split()} | {
    word: kind for kind, words in _ENGLISH.items() for word in words.split(", ")
}

_TAIL = re.compile(
    r"(?:の?(?:手順|方法|作業|フェーズ|段階|対応)|\s+(?:steps?|procedures?|phase|instructions?|actions?))$"
)
_JOINED = re.compile(r"\s*(?:[/&＆・、,+|]|と|および|及び|\band\b|\bor\b)\s*")
_NUMBER = re.compile(
    r"^\s*(?:"
    r"(?:step|phase|ステップ|フェーズ|手順)\s*[0-9０-９]+\s*[.．。、:：)）\-–—]?\s*"
    r"|[0-9０-９]+(?:[.．\-][0-9０-９]+)*\s*[.．。、:：)）](?![0-9])\s*"
    r"|[0-9]+(?:\.[0-9]+)+\s+"
    r"|[①-⑳]\s*"
    r"|[(（][0-9０-９]+[)）]\s*"
    r")(?=\S)",
    re.IGNORECASE,
)
_EDGES = " \t\u3000:：。.-–—【】[]［］「」『』<>＜＞#*_■◆●▼▶◇□○"
_IN_ITEM = re.compile(r"^\s*[\[［【]\s*\**\s*([^\]］】*]{1,40}?)\s*\**\s*[\]］】]\s*")


def phase_kind(title: str) -> PhaseKind | None:
    """The part of an incident's life that a heading or a bold line names, or None for any other words."""
    words = unicodedata.normalize("NFKC", without_number(title)).casefold().strip(_EDGES)
    if len(words) > 60:
        return None
    words = re.sub(r"\s*\([^)]*\)$", "", words).strip(_EDGES)
    whole = _kind_of(words)
    if whole is not None:
        return whole
    kinds = [_kind_of(part.strip(_EDGES)) for part in _JOINED.split(words)]
    return kinds[0] if kinds and all(kind is not None for kind in kinds) else None


def _kind_of(words: str) -> PhaseKind | None:
    return _LEXICON.get(words) or _LEXICON.get(_TAIL.sub("", words))


def without_number(title: str) -> str:
    """The title without its numbering: `1. `, `９。`, `Step 3:`, `①`."""
    return _NUMBER.sub("", title, count=1).strip()


def clean_title(title: str) -> str:
    """A title as shown: without numbering and closing colon."""
    return without_number(title).rstrip(" \t\u3000:：")


def phase_in_item(text: str) -> tuple[PhaseKind, str, str] | None:
    """`[検出と分析] check the log` gives its phase, the phase's words and the rest; None for any other item."""
    found = _IN_ITEM.match(text)
    if not found:
        return None
    kind = phase_kind(found[1])
    return None if kind is None else (kind, found[1].strip(), text[found.end() :].strip())


def speaks_of_escalation(title: str) -> bool:
    return "エスカレ" in title or "escalat" in title.casefold()


def speaks_of_on_call(title: str) -> bool:
    words = title.casefold()
    return any(word in words for word in ("当番", "オンコール", "当直", "on-call", "oncall", "on call", "rota"))
