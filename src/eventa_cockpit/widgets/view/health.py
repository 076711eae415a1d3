"""How the service is, in a few words: for the header and the tabs, from whatever upstreams have answered."""

from __future__ import annotations

from typing import TypeVar

from eventa_cockpit.domain.board import Board, Feed
from eventa_cockpit.domain.reading import Level
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import alerts, database, errors, readings, slo
from eventa_cockpit.widgets.view.lines import Role, Span, Spans, span

T = TypeVar("T")


def gravest_alert(board: Board) -> Spans:
    """Glyph and word of the worst that is firing; nothing while nothing is."""
    worst = alerts.worst(_value(board.alerts))
    if worst is None:
        return ()
    glyph, word, role = alerts.SEVERITIES[worst]
    return (span(f"{glyph} {_(word)}  ", role),)


def words(board: Board) -> Spans:
    """Alerts, database and errors in a few words each."""
    return tuple(part for part in (*_alerts(board), *_database(board), *_errors(board)) if part.text)


def notes(board: Board) -> dict[Pane, Span]:
    """What a tab says of its pane: how many are firing, how bad the database is, how many errors are new."""
    found: dict[Pane, Span] = {}
    firing = _value(board.alerts)
    if firing is not None and alerts.standing(firing).firing:
        worst = alerts.worst(firing)
        role = alerts.SEVERITIES[worst][2] if worst is not None else Role.MUTED
        found[Pane.ALERTS] = span(f"{alerts.standing(firing).firing:,}", role)
    level = database.worst(_value(board.database))
    if level in {Level.CRITICAL, Level.WARNING}:
        found[Pane.DATABASE] = span(*readings.LEVELS[level])
    news = errors.news(_value(board.errors))
    if news:
        found[Pane.ERRORS] = span(f"+{news}", Role.WARNING)
    report = _value(board.slo)
    if report is not None and (burning := slo.note(report)) is not None:
        found[Pane.SLO] = burning
    return found


def _alerts(board: Board) -> Spans:
    firing = _value(board.alerts)
    if firing is None:
        return ()
    worst = alerts.worst(firing)
    glyph, role = (alerts.SEVERITIES[worst][0], alerts.SEVERITIES[worst][2]) if worst is not None else ("✓", Role.GOOD)
    return (span(f"{glyph} " + alerts.tally(firing), role),)


def _database(board: Board) -> Spans:
    level = database.worst(_value(board.database))
    if level is None:
        return ()
    glyph, role = readings.LEVELS[level]
    return (span(f"  {_('DB')} {glyph}", role),)


def _errors(board: Board) -> Spans:
    report = _value(board.errors)
    if report is None:
        return ()
    role = Role.CRITICAL if errors.is_alarming(report) else Role.TEXT
    change = readings.relative(report.count, report.previous_count)
    return (
        span("  " + _("errors {count}").format(count=readings.count(report.count)), role),
        span(f" {change}" if change else "", role),
    )


def _value(feed: Feed[T] | None) -> T | None:
    return feed.value if feed is not None else None
