"""Checks: conditions on live data (`verify`), judged by what the board knows. Pure.

Only fresh data that was measured after the run counts. What the board does not know is never taken for true.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventa_cockpit.domain.board import Board, Freshness
from eventa_cockpit.domain.expectation import Aspect, Judgement, Outcome
from eventa_cockpit.domain.reading import Reading
from eventa_cockpit.domain.runbook import Threshold

PATIENCE = timedelta(minutes=10)
"""How long after a run a check may still come true before it has failed: metrics need minutes to follow a change."""

_OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_SECONDS = {
    1e-6: "µs us",
    1e-3: "ms msec ミリ秒",
    1.0: "s sec secs second seconds 秒",
    60.0: "m min mins minute minutes 分 分間",
    3600.0: "h hr hrs hour hours 時 時間",
    86400.0: "d day days 日 日間",
}
_BYTES = {
    1.0: "B By byte bytes",
    1e3: "KB",
    1e6: "MB",
    1e9: "GB",
    1e12: "TB",
    2.0**10: "KiB",
    2.0**20: "MiB",
    2.0**30: "GiB",
    2.0**40: "TiB",
}
_OTHERS = {"%": "% パーセント", "count": "1 件 回 人 個 台", "rate": "1/s /s req/s rps qps tps"}
_UNITS: dict[str, tuple[str, float]] = {
    **{unit: ("time", factor) for factor, units in _SECONDS.items() for unit in units.split()},
    **{unit: ("bytes", factor) for factor, units in _BYTES.items() for unit in units.split()},
    **{unit: (kind, 1.0) for kind, units in _OTHERS.items() for unit in units.split()},
}
"""Unit as written → what it measures, and how many of the base unit it is."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that the board knows."""

    names: tuple[str, ...]
    value: float
    unit: str
    at: datetime
    """When it was measured."""
    is_fresh: bool
    window: timedelta = timedelta()
    """The time that it counts over: so long after a change it still counts what was before."""
    is_of_database: bool = False
    """One of the metrics that the database's own upstream measures."""


def judge_check(check: Threshold, board: Board, ended_at: datetime, now: datetime) -> Judgement | None:
    """What has become of the check of a run that ended then; None as long as that is not known."""
    found = next(
        (entry for entry in quantities(board, now) if _plain(check.quantity) in map(_plain, entry.names)), None
    )
    if found is None or not found.is_fresh or found.at < ended_at:
        return None
    told = compared(found, check)
    if told is None:
        return None
    is_met, measured = told
    if is_met:
        return Judgement(Aspect.CHECK, Outcome.MET, check.text, measured)
    if found.at - ended_at < PATIENCE + found.window:
        return None
    return Judgement(Aspect.CHECK, Outcome.FAILED, check.text, measured)


def compared(found: Quantity, bound: Threshold) -> tuple[bool, str] | None:
    """Whether it is past the bound, and the value in the bound's own unit; None when the two cannot be compared."""
    value, compare = _in_unit(found, bound.unit), _OPERATORS.get(bound.operator)
    if value is None or compare is None:
        return None
    return compare(value, bound.value), f"{value:.4g} {bound.unit or _shown(found.unit)}".rstrip()


def quantities(board: Board, now: datetime) -> Iterator[Quantity]:
    """Everything that a check may name: the team's own metrics by name or title, the database's metrics,
    `error_count`, `affected_users`, `firing_alerts`."""
    database, errors, alerts = board.database, board.errors, board.alerts
    for feed in (board.metrics, database):
        if feed is not None and feed.value is not None:
            is_fresh = feed.freshness(now) is Freshness.FRESH
            for reading in feed.value.readings:
                measured = _measured(reading, is_fresh, is_of_database=feed is database)
                if measured is not None:
                    yield measured
    if errors is not None and errors.value is not None and errors.at is not None:
        is_fresh, report = errors.freshness(now) is Freshness.FRESH, errors.value
        yield Quantity(("error_count", "errors"), report.count, "1", errors.at, is_fresh, report.window)
        yield Quantity(("affected_users", "users"), report.users, "1", errors.at, is_fresh, report.window)
    if alerts is not None and alerts.value is not None and alerts.at is not None:
        is_complete = alerts.freshness(now) is Freshness.FRESH and alerts.value.is_whole
        yield Quantity(("firing_alerts",), len(alerts.value.firing), "1", alerts.at, is_complete)


def _measured(reading: Reading, is_fresh: bool, *, is_of_database: bool) -> Quantity | None:
    """A reading that cannot be told from a dead one is no fresh number."""
    if reading.last is None:
        return None
    names = (reading.metric, reading.title) if reading.title else (reading.metric,)
    is_true = is_fresh and not reading.problem
    return Quantity(names, reading.last.value, reading.unit, reading.last.at, is_true, reading.window, is_of_database)


def _plain(name: str) -> str:
    return re.sub(r"[\s_.\-]+", "", name).casefold()


def _in_unit(found: Quantity, unit: str) -> float | None:
    """The value in the check's unit, or its own where the check has none; None when the two cannot be compared."""
    if not unit or unit == found.unit:
        return found.value
    ours, theirs = _UNITS.get(found.unit), _UNITS.get(unit)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return None
    return found.value * ours[1] / theirs[1]


def _shown(unit: str) -> str:
    return {"1": "", "By": "B"}.get(unit, unit)
