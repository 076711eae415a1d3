"""One line of a log as its writer meant it: its level, and its text without what is told elsewhere.

Lines are JSON, logfmt, or whatever a program prints. Nothing here fails: a line that is none of these is its own text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.log_folding import pattern_of
from eventa_cockpit.domain.log_stream import LogLevel, LogLine

LONGEST = 400
"""Characters of a line that are kept; what tells two lines apart stands at their beginning."""
READ = 16_384
"""Characters of a line that are looked at."""

LEVELS = {
    **dict.fromkeys(("emerg", "panic", "fatal", "alert", "crit", "critical", "error", "err", "severe"), LogLevel.ERROR),
    **dict.fromkeys(("warn", "warning"), LogLevel.WARNING),
    **dict.fromkeys(("notice", "info", "information", "informational"), LogLevel.INFO),
    **dict.fromkeys(("debug", "trace", "verbose"), LogLevel.DEBUG),
}
LEVEL_NAMES = ("level", "severity", "lvl", "loglevel", "log_level", "detected_level")
"""Labels and fields that may say it; `detected_level` is Loki's own guess."""
MESSAGE_NAMES = ("msg", "message", "event", "log")
TIME_NAMES = ("ts", "t", "time", "timestamp", "@timestamp", "asctime")
SOURCE_NAMES = ("app", "container", "component", "service_name", "job", "service")
"""Labels that say what wrote it, the most telling first."""

_PAIR = r'(?:^|\s)(?P<name>[\w.@-]+)=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"]*))'
LOGFMT = re.compile(_PAIR)
KLOG = re.compile(r"(?P<level>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ ")
"""Kubernetes' own programs: https://github.com/kubernetes/klog."""
KLOG_LEVELS = {"I": LogLevel.INFO, "W": LogLevel.WARNING, "E": LogLevel.ERROR, "F": LogLevel.ERROR}
WORD = re.compile(r"\b(?P<word>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|PANIC)\b")
WORD_WITHIN = 64
"""A level in capitals is one only at the beginning of a line."""
LEADING_TIME = re.compile(r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[ ]?[+-]\d\d:?\d\d)?\]?[ ]*")


def line_of(raw: str, at: datetime, labels: Mapping[str, str]) -> LogLine:
    """The line that Loki keeps as `raw` in the stream with these labels."""
    raw = raw[:READ]
    fields = _json_fields(raw) or _logfmt_fields(raw)
    text = clean_line(_told(fields) if fields else _plain(raw))
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    return LogLine(at, text, _level(labels, fields, raw), source_of(labels), pattern_of(text))


def source_of(labels: Mapping[str, str]) -> str:
    return clean_line(next((labels[name] for name in SOURCE_NAMES if labels.get(name)), ""))[:40]


def _json_fields(raw: str) -> dict[str, str]:
    if not raw.startswith("{"):
        return {}
    try:
        decoded = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}
    return {name: _in_words(value) for name, value in decoded.items() if value not in (None, "")}


def _in_words(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _logfmt_fields(raw: str) -> dict[str, str]:
    """Only of a line that has a message among its pairs: `a=b` alone may stand in any sentence."""
    pairs = {found["name"]: found["quoted"] or found["bare"] or "" for found in LOGFMT.finditer(raw)}
    return pairs if "msg" in pairs or "message" in pairs else {}


def _told(fields: Mapping[str, str]) -> str:
    """The message, then the other fields; without level and time, which the screen shows in their own place."""
    message = next((fields[name] for name in MESSAGE_NAMES if name in fields), "")
    silent = {*LEVEL_NAMES, *MESSAGE_NAMES, *TIME_NAMES}
    others = (f"{name}={value}" for name, value in fields.items() if name.lower() not in silent)
    return " ".join(part for part in (message, *others) if part)


def _plain(raw: str) -> str:
    text = raw.strip()
    text = text[found.end() :] if (found := LEADING_TIME.match(text)) else text
    return text[found.end() :].lstrip() if (found := KLOG.match(text)) else text


def _level(labels: Mapping[str, str], fields: Mapping[str, str], raw: str) -> LogLevel:
    """What the writer says counts more than what the line looks like."""
    for said in (fields, labels):
        for name in LEVEL_NAMES:
            level = LEVELS.get(said.get(name, "").lower())
            if level is not None:
                return level
    if found := KLOG.match(raw):
        return KLOG_LEVELS[found["level"]]
    word = WORD.search(raw, 0, WORD_WITHIN)
    return LEVELS[word["word"].lower()] if word else LogLevel.UNKNOWN
