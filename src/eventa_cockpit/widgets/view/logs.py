"""The logs pane: how much is written and how much of it is bad, then the lines, newest first, the same ones as one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eventa_cockpit.domain.log_stream import LogGroup, LogLevel, LogWindow, TailState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments, readings
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, cell_len, cut, line, pad, span, width_of, wrap
from eventa_cockpit.widgets.view.listing import Cell, Column, Facts, Listing
from eventa_cockpit.widgets.view.sparkline import sparkline

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene

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


def above(window: LogWindow, width: int) -> list[Line]:
    """How much is written, by which way it comes, and what is missing."""
    shown = [*_summary(window, width), *_gaps(window, width), BLANK]
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


def brief(group: LogGroup, scene: Scene, width: int) -> list[Line]:
    """One row, for an error two: when, how grave, what wrote it, what it says, how often it was said."""
    newest = group.newest
    glyph, word, role = LEVELS[newest.level]
    is_bad = newest.level in {LogLevel.ERROR, LogLevel.WARNING}
    lead: Spans = (span(f"{moments.clock(newest.at, scene.zone)} ", Role.MUTED), span(f"{glyph} ", role))
    if width >= _ROOMY:
        lead = (*lead, span(pad(word, 6), role), span(pad(cut(newest.source, _SOURCE), _SOURCE + 1), Role.ACCENT))
    times = same(group)
    right: Spans = (span(times, Role.WARNING if is_bad else Role.MUTED),) if times else ()
    room = width - width_of(lead) - (cell_len(times) + 1 if times else 0)
    kept = _told(newest.text, max(room, 10), _ROWS_OF_BAD if newest.level is LogLevel.ERROR else 1)
    first = line(*lead, span(kept[0], _ink(newest.level)), right=right, key=key(group))
    return [first, *(line(" " * width_of(lead), span(row, _ink(newest.level))) for row in kept[1:])]


def key(group: LogGroup) -> str:
    """The same while the group grows."""
    newest = group.newest
    return f"{group.first_at.timestamp()}/{newest.source}/{newest.level}/{newest.pattern}"


def facts(group: LogGroup, scene: Scene) -> Facts:
    newest = group.newest
    return (
        (_("Newest"), moments.clock(newest.at, scene.zone)),
        (_("Level"), LEVELS[newest.level][1]),
        (_("Source"), newest.source),
        (_("Line"), newest.text),
        (_("How often"), same(group)),
        (_("First"), moments.clock(group.first_at, scene.zone) if group.count > 1 else ""),
        (_("Pattern"), newest.pattern if group.count > 1 else ""),
    )


def _ink(level: LogLevel) -> Role:
    return {LogLevel.ERROR: Role.STRONG, LogLevel.WARNING: Role.TEXT}.get(level, Role.MUTED)


def _told(text: str, room: int, count: int) -> list[str]:
    """The text in at most `count` rows."""
    wrapped = wrap(text, room)
    if len(wrapped) <= count:
        return wrapped
    return [*wrapped[: count - 1], cut(" ".join(wrapped[count - 1 :]), room)]


def _level(group: LogGroup, _scene: Scene) -> Cell:
    glyph, word, role = LEVELS[group.newest.level]
    return Cell(f"{glyph} {word}", role)


LISTING: Listing[LogGroup] = Listing(
    key=key,
    words=lambda group: f"{group.newest.text} {group.newest.source} {LEVELS[group.newest.level][1]}",
    brief=brief,
    facts=facts,
    columns=(
        Column(mark("Newest"), lambda group, scene: Cell(moments.clock(group.newest.at, scene.zone), Role.MUTED), 8),
        Column(mark("Level"), _level, 8),
        Column(mark("Source"), lambda group, _scene: Cell(group.newest.source, Role.ACCENT), 10, rank=2),
        Column(mark("Line"), lambda group, _scene: Cell(group.newest.text, _ink(group.newest.level)), 20, share=1),
        Column(mark("How often"), lambda group, _scene: Cell(same(group)), 14, is_right=True, rank=1),
    ),
    orders=(
        Order(mark("newest first")),
        Order(mark("gravest first"), lambda group: (list(LogLevel).index(group.newest.level), -group.count)),
        Order(mark("most often"), lambda group: -group.count),
    ),
)
