"""Which runbooks an alert asks for, and why: the writer's own list first, then what the runbook says it is for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eventa_cockpit.domain.alert import Alert, AlertList
from eventa_cockpit.domain.runbook import Library, Runbook, Threshold


class MatchKind(StrEnum):
    """What tied the alert to the runbook, strongest first."""

    NAMED = "named"
    """The runbook lists the alert's name."""
    LABELS = "labels"
    """The runbook lists a label matcher that the alert satisfies."""
    SIGNAL = "signal"
    """A line of the runbook's detect phase speaks of what the alert speaks of."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why a runbook is offered."""

    kind: MatchKind
    words: str
    """Quoted from the runbook: the alert's name, the matcher, or the signal's line."""


@dataclass(frozen=True, slots=True)
class Match:
    """A runbook that may help against one firing alert."""

    runbook_id: str
    fingerprint: str
    because: Because
    score: float
    """0 to 1; 1 where the runbook names the alert."""


NAMED_SCORE = 1.0
LABELS_SCORE = 0.9
BEST_SIGNAL_SCORE = 0.8
WEAKEST_OFFER = 0.45
"""Below this a match is a guess, and a wrong runbook costs more at night than none."""

_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "payment": (
        "決済",
        "支払",
        "購入",
        "課金",
        "payment",
        "checkout",
        "billing",
        "purchase",
        "stripe",
        "payjp",
        "pay.jp",
    ),
    "database": ("データベース", "db", "rds", "aurora", "mysql", "postgres", "postgresql", "database", "sql"),
    "frontend": (
        "フロントエンド",
        "画面",
        "ブラウザ",
        "frontend",
        "front-end",
        "javascript",
        "browser",
        "fe",
        "sentry",
    ),
    "cdn": ("cdn", "cloudfront", "キャッシュ", "cache"),
    "api": ("api",),
    "queue": ("キュー", "queue", "ワーカー", "worker", "job"),
    "network": ("ネットワーク", "回線", "network", "dns", "名前解決"),
    "kubernetes": ("pod", "ポッド", "deployment", "rollout", "kubernetes", "k8s", "crashloop"),
    "certificate": ("証明書", "certificate", "tls", "ssl"),
    "replica": ("レプリカ", "レプリケーション", "replica", "replication"),
}
"""What breaks. A match by words needs one of these, or a rare word, in common."""

_SYMPTOMS: Mapping[str, tuple[str, ...]] = {
    "latency": ("レイテンシ", "応答遅延", "遅延", "遅い", "応答時間", "latency", "slow", "duration", "p95", "p99"),
    "failure": ("失敗", "失敗率", "failure", "failed", "failing", "decline"),
    "error": ("エラー", "エラー率", "error", "exception", "5xx"),
    "spike": ("急増", "急上昇", "spike", "surge", "increase"),
    "cpu": ("cpu",),
    "memory": ("メモリ", "memory", "oom"),
    "disk": ("ディスク", "容量", "storage", "disk", "filesystem"),
    "connections": ("接続数", "コネクション", "connection"),
    "down": ("停止", "ダウン", "down", "unavailable", "outage", "障害"),
    "lag": ("ラグ", "lag"),
}
"""How it shows."""

_MATCHER = re.compile(r'^\s*(?P<name>[A-Za-z_][\w.]*)\s*(?P<operator>=~|!~|!=|=)\s*"?(?P<value>[^"]*)"?\s*$')
_ASCII_WORD = re.compile(r"[a-z0-9.]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def match(alerts: AlertList, library: Library) -> tuple[Match, ...]:
    """Runbooks for the alerts that fire now, best first; each runbook at most once per alert, weak guesses left out."""
    found: list[Match] = []
    for alert in alerts.firing:
        for runbook in library.runbooks:
            best = _best(alert, runbook)
            if best is not None:
                found.append(best)
        named = [entry for entry in found if entry.fingerprint == alert.fingerprint]
        if any(entry.because.kind is not MatchKind.SIGNAL for entry in named):
            found = [
                entry
                for entry in found
                if entry.fingerprint != alert.fingerprint or entry.because.kind is not MatchKind.SIGNAL
            ]
    order = {alert.fingerprint: number for number, alert in enumerate(alerts.firing)}
    return tuple(sorted(found, key=lambda entry: (-entry.score, order[entry.fingerprint], entry.runbook_id)))


def _best(alert: Alert, runbook: Runbook) -> Match | None:
    for wanted in runbook.alerts:
        kind = _explicit(wanted, alert)
        if kind is not None:
            score = NAMED_SCORE if kind is MatchKind.NAMED else LABELS_SCORE
            return Match(runbook.id, alert.fingerprint, Because(kind, wanted), score)
    score, words = _best_signal(alert, runbook)
    if score < WEAKEST_OFFER:
        return None
    return Match(runbook.id, alert.fingerprint, Because(MatchKind.SIGNAL, words), score)


def _explicit(wanted: str, alert: Alert) -> MatchKind | None:
    """An entry of the runbook's list: a name, or label matchers joined by commas that must all hold."""
    if wanted.strip() == alert.name:
        return MatchKind.NAMED
    inner = wanted.strip().removeprefix("{").removesuffix("}")
    parts = [_MATCHER.match(part) for part in inner.split(",") if part.strip()]
    if not parts or not all(parts):
        return None
    labels = {"alertname": alert.name, **alert.labels}
    holds = all(_holds(part["operator"], labels.get(part["name"], ""), part["value"]) for part in parts if part)
    return MatchKind.LABELS if holds else None


def _holds(operator: str, actual: str, wanted: str) -> bool:
    if operator in {"=", "!="}:
        return (actual == wanted) is (operator == "=")
    try:
        matched = re.fullmatch(wanted, actual) is not None
    except re.error:
        return False
    return matched is (operator == "=~")


@dataclass(frozen=True, slots=True)
class _Topics:
    subjects: frozenset[str]
    symptoms: frozenset[str]


def _best_signal(alert: Alert, runbook: Runbook) -> tuple[float, str]:
    said = _topics(" ".join((alert.name, alert.summary, alert.description, *_telling_labels(alert.labels))))
    title = _topics(runbook.title)
    best, words = 0.0, ""
    for signal in runbook.signals:
        score = _score(said, _topics(signal.text), title, _same_bound(signal.threshold, alert))
        if score > best:
            best, words = score, signal.text
    if not runbook.signals and said.subjects & title.subjects and said.symptoms & title.symptoms:
        best, words = BEST_SIGNAL_SCORE - 0.2, runbook.title
    return best, words


def _score(said: _Topics, signal: _Topics, title: _Topics, same_bound: bool) -> float:
    """Half for the thing, a quarter for how it shows, and a little for the same figure."""
    if said.subjects & signal.subjects:
        subject = 0.5
    elif not signal.subjects and said.subjects & title.subjects:
        subject = 0.35
    else:
        return 0.0
    if said.subjects - signal.subjects - title.subjects:
        subject -= 0.15
    symptom = 0.2 if said.symptoms & signal.symptoms else 0.0
    figure = 0.1 if same_bound and symptom else 0.0
    return min(BEST_SIGNAL_SCORE, subject + symptom + figure)


def _same_bound(threshold: Threshold | None, alert: Alert) -> bool:
    """The alert's own words give the figure that the signal gives."""
    if threshold is None:
        return False
    figure = f"{threshold.value:g}"
    said = unicodedata.normalize("NFKC", f"{alert.summary} {alert.description}")
    return re.search(rf"(?<![\d.]){re.escape(figure)}\s*{re.escape(threshold.unit)}", said) is not None


def _telling_labels(labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels[name] for name in ("component", "service", "job", "deployment", "subsystem") if name in labels)


def _topics(text: str) -> _Topics:
    normal = unicodedata.normalize("NFKC", _CAMEL.sub(" ", text)).casefold()
    words = set(_ASCII_WORD.findall(normal.replace("_", " ").replace("-", "")))
    return _Topics(_named_in(normal, words, _SUBJECTS), _named_in(normal, words, _SYMPTOMS))


def _named_in(text: str, words: set[str], lexicon: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """ASCII entries count as whole words (or their plural), Japanese ones wherever they stand."""
    return frozenset(
        topic
        for topic, entries in lexicon.items()
        if any(
            (entry.replace("-", "") in words or f"{entry}s" in words) if entry.isascii() else entry in text
            for entry in entries
        )
    )
