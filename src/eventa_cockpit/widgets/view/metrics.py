"""Rows of the team's own queries; one that says nothing about now says why instead."""

from __future__ import annotations

from datetime import datetime, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.metric import MetricReadings
from eventa_cockpit.domain.reading import Level
from eventa_cockpit.widgets.view import freshness, readings
from eventa_cockpit.widgets.view.lines import Line, Role, cut, line, span, wrap
from eventa_cockpit.widgets.view.reading_rows import columns_for

_WARNINGS = 2
"""Rows of each warning of the upstream's own."""


def rows(feed: Feed[MetricReadings] | None, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Nothing where no query is configured."""
    if feed is None:
        return []
    shown = freshness.explanation(feed, zone, width)
    if feed.value is None:
        return shown
    found = feed.value.readings
    if found:
        columns = columns_for(found, width)
        shown.append(columns.heading())
        for reading in found:
            shown.append(columns.row(reading, now).keyed(reading.metric))
            if reading.problem:
                shown.append(line(span(cut(f"  {reading.problem}", width), Role.WARNING)))
    for warning in feed.value.warnings:
        shown.extend(line(span(row, Role.MUTED)) for row in wrap(f"⚠ {warning}", width)[:_WARNINGS])
    return shown


def headline(value: MetricReadings) -> str:
    """The worst of them by name, for where there is room for one: `決済失敗率 41 %`; empty while all are well."""
    for level in (Level.CRITICAL, Level.WARNING):
        for reading in value.readings:
            if reading.level is level and reading.last is not None:
                said = readings.value(reading.last.value, reading.unit)
                return f"{readings.title(reading)} {said}"
    return ""
