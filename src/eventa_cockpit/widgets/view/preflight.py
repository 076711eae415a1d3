"""The preflight of a runbook: one row above the checklist while something is wrong, and all of it in a dialog."""

from __future__ import annotations

from datetime import datetime, tzinfo

from eventa_cockpit.domain.finding import Finding, Verdict
from eventa_cockpit.domain.preflight import Preflight
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, line, span, wrap

SIGNS: dict[Verdict, tuple[str, Role]] = {
    Verdict.OK: ("✓", Role.GOOD),
    Verdict.WARNING: ("⚠", Role.WARNING),
    Verdict.MISSING: ("✗", Role.CRITICAL),
}
AREAS = {
    "tools": mark("Tools"),
    "values": mark("Parameters"),
    "identity": mark("Where commands act"),
    "secrets": mark("Secrets"),
    "database": mark("Slow-query log"),
    "clock": mark("Clock"),
    "state": mark("State"),
}


def banner(preflight: Preflight | None, width: int) -> list[Line]:
    """Nothing while all is well or nothing is known yet; else what is worst, and where the rest is."""
    if preflight is None or not preflight.troubles:
        return []
    worst = preflight.troubles[0]
    glyph, role = SIGNS[worst.verdict]
    text = f"{glyph} {worst.subject}: {worst.text}"
    shown = [line(span(row, role)) for row in wrap(text, width)[:2]]
    count = len(preflight.troubles)
    more = _("1 thing to look at before the first step; p shows it")
    if count > 1:
        more = _("{count} things to look at before the first step; p shows them").format(count=count)
    return [*shown, line(span(more, Role.MUTED)), BLANK]


def mark_of(preflight: Preflight | None) -> Spans:
    """After the title of the checklist, where the banner may be out of sight."""
    if preflight is None or not preflight.troubles:
        return ()
    glyph, role = SIGNS[preflight.troubles[0].verdict]
    return (span(f" {glyph} " + _("preflight"), role),)


def rows(preflight: Preflight, zone: tzinfo, width: int) -> list[Line]:
    """Everything that was looked at, by area, with what to do about it."""
    shown = [line(span(_state(preflight, zone), Role.MUTED))]
    for block in preflight.blocks:
        text = _("Blocked: {reason}").format(reason=block.reason)
        shown.extend(line(span(row, Role.CRITICAL)) for row in wrap(text, width))
    area = ""
    for finding in preflight.findings:
        if finding.area != area:
            area = finding.area
            shown.extend([BLANK, line(span(_(AREAS[area]), Role.STRONG))])
        shown.extend(_finding(finding, width))
    return shown


def _state(preflight: Preflight, zone: tzinfo) -> str:
    at: datetime = preflight.at
    if not preflight.is_complete:
        return _("Still looking …")
    return _("Looked at {time}.").format(time=moments.clock(at, zone))


def _finding(finding: Finding, width: int) -> list[Line]:
    glyph, role = SIGNS[finding.verdict]
    text = f"{finding.subject}: {finding.text}"
    rows = [
        line(span(f"  {glyph} " if index == 0 else "    ", role), span(row))
        for index, row in enumerate(wrap(text, width - 4))
    ]
    rows.extend(
        line("    ", span(row, Role.ACCENT)) for row in wrap(f"→ {finding.remedy}", width - 4) if finding.remedy
    )
    return rows
