"""Loki's answers, in its own shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.contract.moments import NOW


def log_lines(*texts: str, ages: Sequence[float]) -> list[list[Any]]:
    """Lines so many seconds old, no two of them at the same nanosecond."""
    moments = [round((NOW - timedelta(seconds=age)).timestamp() * 1e6) * 1000 for age in ages]
    return [[str(ns + place), text] for place, (ns, text) in enumerate(zip(moments, texts, strict=True))]


def streams(lines: Sequence[list[Any]], **labels: str) -> dict[str, Any]:
    """Loki's answer to a query for lines."""
    found = [{"stream": {"service": "eventa", **labels}, "values": list(lines)}] if lines else []
    return {"status": "success", "data": {"resultType": "streams", "result": found, "stats": {}}}


def counted(counts: Mapping[datetime, int]) -> dict[str, Any]:
    """Loki's answer to a query that counts lines."""
    values = [[moment.timestamp(), str(count)] for moment, count in counts.items()]
    return {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": values}]}}
