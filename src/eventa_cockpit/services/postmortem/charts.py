"""Small charts of a reading before, during and after an incident: SVG that every viewer of Markdown shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from html import escape

from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.reading import Point

WIDTH, HEIGHT, MARGIN = 640, 160, 34
LEAD = timedelta(minutes=10)
"""Shown before the incident began and after it ended."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One reading over the incident."""

    name: str
    unit: str
    points: tuple[Point, ...]
    """Oldest first."""

    @property
    def file_name(self) -> str:
        safe = "".join(character if character.isalnum() else "-" for character in self.name).strip("-")
        return f"{safe or 'reading'}.svg"


def charts_of(incident: Incident, live: Iterable[Chart] = ()) -> tuple[Chart, ...]:
    """From the readings that were stamped around steps, joined with `live` ones that are still known."""
    points: dict[str, dict[datetime, float]] = {}
    units: dict[str, str] = {}
    for evidence in incident.evidence.values():
        for stamp in (*evidence.before, *evidence.after):
            points.setdefault(stamp.name, {})[stamp.at] = stamp.value
            units[stamp.name] = stamp.unit
    for chart in live:
        units.setdefault(chart.name, chart.unit)
        points.setdefault(chart.name, {}).update({point.at: point.value for point in chart.points})
    return tuple(
        Chart(name, units[name], tuple(Point(at, value) for at, value in sorted(found.items())))
        for name, found in points.items()
        if len(found) > 1
    )


def svg(chart: Chart, began: datetime, ended: datetime, steps: Sequence[datetime], zone: tzinfo) -> str:
    """`steps` are moments at which something was run; between `began` and `ended` the ground is tinted."""
    first, last = min(began - LEAD, chart.points[0].at), max(ended + LEAD, chart.points[-1].at)
    low, high = min(point.value for point in chart.points), max(point.value for point in chart.points)
    room = (high - low) or max(abs(high), 1.0)

    def x(at: datetime) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * ((at - first) / (last - first))

    def y(value: float) -> float:
        return HEIGHT - MARGIN + (2 * MARGIN - HEIGHT) * ((value - low) / room)

    line = " ".join(f"{x(point.at):.1f},{y(point.value):.1f}" for point in chart.points)
    marks = "".join(
        f'<line x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{MARGIN}" y2="{HEIGHT - MARGIN}" class="step"/>'
        for at in steps
        if first <= at <= last
    )
    title = escape(f"{chart.name} ({chart.unit})" if chart.unit not in {"", "1"} else chart.name)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">
<style>
text {{ font: 12px sans-serif; fill: #57606a; }} .line {{ fill: none; stroke: #0b62b8; stroke-width: 2; }}
.step {{ stroke: #8a5a00; stroke-dasharray: 3 3; }} .bad {{ fill: #c02626; fill-opacity: .08; }}
</style>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
<rect x="{x(began):.1f}" y="{MARGIN}" width="{x(ended) - x(began):.1f}" height="{HEIGHT - 2 * MARGIN}" class="bad"/>
{marks}<polyline points="{line}" class="line"/>
<text x="{MARGIN}" y="18">{title}</text>
<text x="4" y="{y(high) + 4:.0f}">{_short(high)}</text><text x="4" y="{y(low) + 4:.0f}">{_short(low)}</text>
<text x="{MARGIN}" y="{HEIGHT - 8}">{first.astimezone(zone):%H:%M}</text>
<text x="{WIDTH - MARGIN}" y="{HEIGHT - 8}" text-anchor="end">{last.astimezone(zone):%H:%M %Z}</text>
</svg>
"""


def _short(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"
