"""The moment at which every contract test is asked."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 23, 21, 30, 20, tzinfo=UTC)


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
