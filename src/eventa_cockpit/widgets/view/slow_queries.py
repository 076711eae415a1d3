"""Below the database's state: the statements that took most of the time, and why the log may say too little."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.slow_queries import SlowLogTrap, SlowQueries, SlowStatement
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments, readings
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, line, span, wrap

TRAPS: dict[SlowLogTrap, str] = {
    SlowLogTrap.ENGINE: mark("This engine has no slow-query log that is read here."),
    SlowLogTrap.OFF: mark("slow_query_log is 0: slow queries are not logged."),
    SlowLogTrap.TABLE: mark("log_output is TABLE: slow queries are in mysql.slow_log, and there is no file to read."),
    SlowLogTrap.NOWHERE: mark("log_output is NONE: slow queries are not logged."),
    SlowLogTrap.PATIENT: mark("long_query_time is {seconds:g} s: what takes less is not in the log."),
    SlowLogTrap.REBOOT: mark("The parameter group waits for a reboot: older settings are in force."),
    SlowLogTrap.SETTINGS: mark("The parameters may not be read: whether all slow queries are logged is not known."),
    SlowLogTrap.NO_FILE: mark("The slow-query log is empty."),
    SlowLogTrap.CUT: mark("Only the newest part of the log was read."),
}
CALM = frozenset({SlowLogTrap.ENGINE, SlowLogTrap.NO_FILE, SlowLogTrap.CUT})
"""Worth knowing, and nothing wrong."""
SHOWN = 5
WAITING = 0.5
"""Share of the time spent waiting for locks from which on a statement is a victim rather than a cause."""


def rows(feed: Feed[SlowQueries] | None, zone: tzinfo, width: int) -> list[Line]:
    """Nothing where it is not configured or has not answered yet."""
    if feed is None:
        return []
    shown = freshness.explanation(feed, zone, width) if feed.failure is not None else []
    found = feed.value
    if found is not None:
        if found.count:
            shown.append(_heading(found, zone))
        shown.extend(row for trap in found.traps for row in _trap_rows(trap, found, width))
        shown.extend(row for statement in found.statements[:SHOWN] for row in _statement_rows(statement, found, width))
        if not found.count and not found.traps:
            shown.append(line(span(_("no slow query"), Role.MUTED)))
    return [BLANK, *shown] if shown else []


def _heading(found: SlowQueries, zone: tzinfo) -> Line:
    text = _("Slow queries: {count}, {total} in all").format(
        count=readings.count(found.count), total=_span(found.total)
    )
    if found.since is not None and found.until is not None:
        since, until = (moments.hour_and_minute(at, zone) for at in (found.since, found.until))
        text += f"  {since}-{until}"
    return line(span(text, Role.STRONG))


def _trap_rows(trap: SlowLogTrap, found: SlowQueries, width: int) -> list[Line]:
    seconds = found.settings.long_query_time.total_seconds() if found.settings is not None else 0
    text = _(TRAPS[trap]).format(seconds=seconds)
    glyph, role = ("·", Role.MUTED) if trap in CALM else ("⚠", Role.WARNING)
    return [line(span(row, role)) for row in wrap(f"{glyph} {text}", width)[:2]]


def _statement_rows(statement: SlowStatement, found: SlowQueries, width: int) -> list[Line]:
    share = statement.total / found.total if found.total else 0
    figures = _("{count}x  {mean} each, {longest} at most").format(
        count=readings.count(statement.count),
        mean=_span(statement.total / statement.count),
        longest=_span(statement.longest),
    )
    waiting = statement.locked / statement.total if statement.total else 0
    parts = [span(f"{share:>4.0%} ", Role.STRONG), span(figures, Role.TEXT)]
    if waiting >= WAITING:
        parts.append(span("  " + _("{share:.0%} waiting for locks").format(share=waiting), Role.WARNING))
    right = (span(statement.user, Role.MUTED),) if statement.user else ()
    text = [line("     ", span(row, Role.COMMAND)) for row in wrap(statement.text, max(width - 5, 10))[:2]]
    return [line(*parts, right=right), *text]


def _span(duration: timedelta) -> str:
    """`0.8 s`, `12 s`, `23m`."""
    seconds = duration.total_seconds()
    return readings.value(seconds, "s") if seconds < 120 else moments.since(duration)
