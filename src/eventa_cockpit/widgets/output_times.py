"""The times beside an output's lines: when the first byte of each arrived, in the responder's zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from eventa_cockpit.domain.lines import LineSource
from eventa_cockpit.widgets.output_rows import Row

CLOCK, DATED = "%H:%M:%S ", "%m-%d %H:%M:%S "
WIDTHS = {CLOCK: 9, DATED: 15}
UNKNOWN = {CLOCK: "--:--:-- ", DATED: "      --:--:-- "}
LEAST_TEXT = 20
"""Cells that the lines keep; a window that is narrower shows no times."""


def form(source: LineSource, zone: tzinfo, width: int) -> str:
    """How times are written beside this source: with the date where it goes over midnight; empty for no room."""
    ends = [found for line in (0, source.line_count - 1) for found in source.times(line, 1) if found is not None]
    days = {moment.astimezone(zone).date() for moment in ends}
    wanted = DATED if len(days) > 1 else CLOCK
    return wanted if width - WIDTHS[wanted] >= LEAST_TEXT else ""


def labels(source: LineSource, rows: Sequence[Row], zone: tzinfo, form: str, *, is_following: bool) -> list[str]:
    """One text of the form's width a row; only the first row of a line has the time in it."""
    if not rows:
        return []
    first, last = rows[0].position.line, rows[-1].position.line
    count = last - first + 1
    # At the end the index may lag behind, and numbers are estimates: then the lines are counted from there.
    times = source.tail_times(count) if is_following else source.times(first, count)
    start = last - len(times) + 1 if is_following else first
    known = dict(enumerate(times, start))
    blank = " " * WIDTHS[form]
    return [_written(known.get(row.position.line), zone, form) if not row.position.part else blank for row in rows]


def _written(moment: datetime | None, zone: tzinfo, form: str) -> str:
    return UNKNOWN[form] if moment is None else moment.astimezone(zone).strftime(form)
