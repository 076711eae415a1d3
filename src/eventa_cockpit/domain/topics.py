"""What a text speaks of, in Japanese or English: the thing that breaks, and how that shows. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

SUBJECTS: Mapping[str, tuple[str, ...]] = {
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

SYMPTOMS: Mapping[str, tuple[str, ...]] = {
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

_ASCII_WORD = re.compile(r"[a-z0-9.]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Topics:
    """Keys of the two lexicons that a text names."""

    subjects: frozenset[str] = frozenset()
    symptoms: frozenset[str] = frozenset()

    def shares_both(self, other: Topics) -> bool:
        """The same thing, showing in the same way."""
        return bool(self.subjects & other.subjects and self.symptoms & other.symptoms)


@lru_cache(maxsize=4096)
def topics_of(text: str) -> Topics:
    normal = unicodedata.normalize("NFKC", _CAMEL.sub(" ", text)).casefold()
    words = set(_ASCII_WORD.findall(normal.replace("_", " ").replace("-", "")))
    return Topics(_named_in(normal, words, SUBJECTS), _named_in(normal, words, SYMPTOMS))


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
