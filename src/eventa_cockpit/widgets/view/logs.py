"""The logs pane: how much is written and how much of it is bad, then the lines, newest first, the same ones as one."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.log_stream import LogGroup, LogLevel, LogWindow, TailState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments, readings
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, cell_len, cut, line, pad, span, width_of, wrap
from eventa_cockpit.widgets.view.sparkline import sparkline

LEVELS: dict[LogLevel, tuple[str, str, Role]] = {
    LogLevel.ERROR: ("✗", "ERROR", Role.CRITICAL),
    LogLevel.WARNING: ("⚠", "WARN", Role.WARNING),
    LogLevel.INFO: ("·", "INFO", Role.MUTED),
    LogLevel.DEBUG: ("·", "DEBUG", Role.MUTED),
    LogLevel.UNKNOWN: ("·", "", Role.MUTED),
}
"""Glyph, the word that programs write in every language, role."""
TAILS: dict[TailState, tuple[str, Role]] = {
    TailState.LIVE: (mark("live"), Role.GOOD),
    TailState.OPENING: (mark("opening the live tail"), Role.MUTED),
    TailState.OFF: (mark("asked for now and then"), Role.MUTED),
    TailState.FULL: (mark("not live: too many tails at once"), Role.WARNING),
    TailState.LOST: (mark("not live: the tail broke"), Role.WARNING),
}
_SOURCE = 10
"""Cells for the name of what wrote a line."""
_ROOMY = 60
"""Cells from which on there is room for that name and the level's word."""
_ROWS_OF_BAD = 2
"""Rows that an error may take; anything else has one."""


def rows(feed: Feed[LogWindow] | None, zone: tzinfo, width: int) -> list[Line]:
    shown = freshness.explanation(feed, zone, width)
    if feed is None or feed.value is None:
        return shown
    window = feed.value
    shown.extend([*_summary(window, width), *_gaps(window, width), BLANK])
    for group in window.groups:
        shown.extend(_group_rows(group, zone, width))
    if not window.groups:
        shown.append(line(span(_("No line matches {query}.").format(query=window.query), Role.MUTED)))
    return shown


def headline(window: LogWindow) -> Spans:
    """`12 errors` for the pane's title; nothing while there are none."""
    count = window.count_of(LogLevel.ERROR)
    if not count:
        return ()
    said = _("{count} errors or more") if window.is_cut else _("{count} errors")
    return (span(said.format(count=readings.count(count)), Role.CRITICAL),)


def same(group: LogGroup) -> str:
    """`x118 in 10s`; empty for a line that stands alone."""
    if group.count == 1:
        return ""
    lasted = max(group.lasted, timedelta(seconds=1))
    return _("x{count} in {time}").format(count=readings.count(group.count), time=moments.elapsed(lasted))


def _summary(window: LogWindow, width: int) -> list[Line]:
    minutes = round(window.window.total_seconds() / 60) or 1
    total = _("{count} lines in {minutes}m").format(count=readings.count(window.count), minutes=minutes)
    word, role = TAILS[window.tail]
    graph = sparkline([point.value for point in window.points], min(max(width // 3, 8), 30))
    return [
        line(span(total, Role.STRONG), right=(span(_(word), role),)),
        line("  ", span(graph, Role.ACCENT), right=headline(window)),
    ]


def _gaps(window: LogWindow, width: int) -> list[Line]:
    """What is not to be seen here, and why."""
    sentences = []
    if window.tail_detail:
        sentences.append(window.tail_detail)
    if window.dropped:
        text = _("The live tail left out {count} lines: more are written than it can send.")
        sentences.append(text.format(count=readings.count(window.dropped)))
    if window.is_cut:
        read = sum(group.count for group in window.groups)
        sentences.append(_("Only the newest {count} lines are shown.").format(count=readings.count(read)))
    return [line(span(row, Role.WARNING)) for sentence in sentences for row in wrap("⚠ " + sentence, width)]


def _group_rows(group: LogGroup, zone: tzinfo, width: int) -> list[Line]:
    newest = group.newest
    glyph, word, role = LEVELS[newest.level]
    is_bad = newest.level in {LogLevel.ERROR, LogLevel.WARNING}
    lead: Spans = (span(f"{moments.clock(newest.at, zone)} ", Role.MUTED), span(f"{glyph} ", role))
    if width >= _ROOMY:
        lead = (*lead, span(pad(word, 6), role), span(pad(cut(newest.source, _SOURCE), _SOURCE + 1), Role.ACCENT))
    times = same(group)
    right: Spans = (span(times, Role.WARNING if is_bad else Role.MUTED),) if times else ()
    room = width - width_of(lead) - (cell_len(times) + 1 if times else 0)
    kept = _told(newest.text, max(room, 10), _ROWS_OF_BAD if newest.level is LogLevel.ERROR else 1)
    text_role = Role.STRONG if newest.level is LogLevel.ERROR else Role.TEXT if is_bad else Role.MUTED
    key = f"{group.first_at.timestamp()}/{newest.source}/{newest.level}/{newest.pattern}"
    first = line(*lead, span(kept[0], text_role), right=right, key=key)
    indent = " " * width_of(lead)
    return [first, *(line(indent, span(row, text_role)) for row in kept[1:])]


def _told(text: str, room: int, count: int) -> list[str]:
    """The text in at most `count` rows."""
    wrapped = wrap(text, room)
    if len(wrapped) <= count:
        return wrapped
    return [*wrapped[: count - 1], cut(" ".join(wrapped[count - 1 :]), room)]
