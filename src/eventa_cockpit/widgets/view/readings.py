"""Readings in words: names of the metrics, values in units that people use, change against half an hour ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventa_cockpit.domain.reading import Bound, Level, Reading, Trend
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view.lines import Role

NAMES = {
    "CPUUtilization": mark("CPU"),
    "DatabaseConnections": mark("Connections"),
    "ReadLatency": mark("Read latency"),
    "WriteLatency": mark("Write latency"),
    "FreeableMemory": mark("Free memory"),
    "FreeStorageSpace": mark("Free storage"),
    "DiskQueueDepth": mark("Disk queue"),
    "ReplicaLag": mark("Replica lag"),
    "AuroraReplicaLag": mark("Replica lag"),
    "SelectLatency": mark("SELECT latency"),
    "DMLLatency": mark("DML latency"),
    "CommitLatency": mark("Commit latency"),
    "Deadlocks": mark("Deadlocks"),
    "BlockedTransactions": mark("Blocked"),
    "FreeLocalStorage": mark("Local storage"),
    "DBLoad": mark("DB load"),
    "5xxErrorRate": mark("5xx errors"),
    "4xxErrorRate": mark("4xx errors"),
    "Requests": mark("Requests/min"),
}
TRENDS = {Trend.RISING: "▴", Trend.FALLING: "▾", Trend.STEADY: "=", Trend.UNKNOWN: " "}
LEVELS: dict[Level, tuple[str, Role]] = {
    Level.GOOD: ("✓", Role.GOOD),
    Level.WARNING: ("⚠", Role.WARNING),
    Level.CRITICAL: ("✗", Role.CRITICAL),
    Level.UNKNOWN: ("?", Role.WARNING),
}
LOOK_BACK = timedelta(minutes=30)
_BYTES = ((1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"))


def name(metric: str) -> str:
    return _(NAMES[metric]) if metric in NAMES else metric


def title(reading: Reading) -> str:
    """What the team calls it, else the metric's name in words."""
    return reading.title or name(reading.metric)


def value(number: float, unit: str) -> str:
    """`94 %`, `41 ms`, `0.9 GB`, `812`: three figures at most, the unit a person would say."""
    if unit == "By":
        return _bytes(number)
    if unit == "s":
        return f"{_figures(number * 1000)} ms" if abs(number) < 1 else f"{_figures(number)} s"
    if unit in {"1", ""}:
        return _figures(number)
    if unit == "1/s":
        return f"{_figures(number)}/s"
    return f"{_figures(number)} {unit}"


def bound(limit: Bound | None, unit: str) -> str:
    """The side on which it is bad: `> 80 %`, `< 1.0 GB`."""
    if limit is None:
        return ""
    return f"{'<' if limit.is_floor else '>'} {value(limit.value, unit)}"


def change(reading: Reading, now: datetime) -> str:
    """Against half an hour ago: `x3.0` from twofold on, else per cent; empty where nothing was measured then."""
    last, then = reading.last, reading.before(now - LOOK_BACK)
    if last is None or then is None:
        return ""
    return relative(last.value, then.value)


def against_last_week(reading: Reading) -> str:
    """Against the same hour of last week, as `change`."""
    if reading.last is None or reading.last_week is None:
        return ""
    return relative(reading.last.value, reading.last_week)


def relative(number: float, before: float) -> str:
    if before == 0:
        return "" if number == 0 else "+"
    ratio = number / before
    if ratio >= 2:
        return f"x{_figures(ratio)}"
    percent = round((ratio - 1) * 100)
    return "0%" if percent == 0 else f"{percent:+}%"


def count(number: int) -> str:
    """`1,204`."""
    return f"{number:,}"


def _bytes(number: float) -> str:
    for size, unit in _BYTES:
        if abs(number) >= size:
            return f"{_figures(number / size)} {unit}"
    return f"{number:.0f} B"


def _figures(number: float) -> str:
    """No more digits than are worth reading."""
    if abs(number) >= 100 or number == int(number):
        return f"{number:,.0f}"
    if abs(number) >= 10:
        return f"{number:.0f}"
    return f"{number:.1f}" if abs(number) >= 0.1 else f"{number:.2f}"
