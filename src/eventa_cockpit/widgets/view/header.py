"""The header: what a responder must know within one second, in one to three lines by the height of the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import freshness, moments
from eventa_cockpit.widgets.view.lines import Line, Role, Span, Spans, cell_len, cut, span, width_of, wrap
from eventa_cockpit.widgets.view.places import CLOCK_WIDTH

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.leading import Lead

ROOMY = 100
"""Columns from which on a line holds more than the most urgent."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the header says."""

    environment: Environment
    service: str
    zone: tzinfo
    now: datetime
    is_in_control: bool = False
    incident: str = ""
    """Its id, or empty while there is none."""
    title: str = ""
    began_at: datetime | None = None
    runbook: str = ""
    """Title of the runbook in front."""
    next_step: str = ""
    is_stopped: bool = False
    """The next step is one that went wrong."""
    """Number and title of the step to do next."""
    progress: tuple[int, int] = (0, 0)
    """Steps that need nothing more, and all of them."""
    board: Board = field(default_factory=Board)
    lead: Lead | None = None
    """Of an open incident: who leads, what runs out, what is owed."""


def lines(situation: Situation, width: int, count: int) -> list[Line]:
    """The header in `count` lines of `width` cells."""
    rows = [_first(situation, width)]
    if situation.lead is not None:
        from eventa_cockpit.widgets.view.leading import (
            command_line,  # with the shapes of an incident, once there is one
        )

        rows.append(command_line(situation.lead, situation.now, situation.zone, width))
    rows.append(_second(situation, width))
    if count > len(rows):
        rows.append(_third(situation, width))
    return rows[:count]


def too_small(width: int, height: int, smallest: tuple[int, int]) -> list[Line]:
    """The only thing to say on a terminal that cannot hold anything else."""
    text = _("Too small: needs {columns}x{rows}.").format(columns=smallest[0], rows=smallest[1])
    return [Line((span(row, Role.WARNING),)) for row in wrap(text, width)[:height]]


def environment_badges(environment: Environment) -> Spans:
    """The environment in word and colour: ` PROD ` red, ` STG ` green, ` DRILL ` yellow beside either."""
    role = Role.PROD if environment.is_production else Role.STAGING
    found: Spans = (span(f" {environment.name.upper()} ", role),)
    return (*found, span(" " + _("DRILL") + " ", Role.DRILL)) if environment.is_drill else found


def _first(situation: Situation, width: int) -> Line:
    control = (
        span(" " + _("RW") + " ", Role.IN_CONTROL)
        if situation.is_in_control
        else span(" " + _("RO") + " ", Role.READ_ONLY)
    )
    left: Spans = (*environment_badges(situation.environment), control)
    if width >= ROOMY:
        left = (*left, span(f"  {situation.service}", Role.STRONG))
    right = _urgency(situation)
    room = width - width_of(left) - width_of(right) - 4
    if situation.incident:
        room -= cell_len(situation.incident) + 4
        left = (
            *left,
            span(f"  {situation.incident}", Role.MUTED),
            span("  " + cut(situation.title, room), Role.STRONG),
        )
    else:
        left = (*left, span("  " + _("no incident"), Role.MUTED))
    return Line(left, right)


def _urgency(situation: Situation) -> Spans:
    """Severity, time since the start, and room for the clock."""
    parts: list[Span] = []
    if situation.lead is not None and situation.lead.severity:
        from eventa_cockpit.widgets.view.incident_words import SEVERITIES

        severity = situation.lead.severity
        parts.append(span(f"{severity}  ", SEVERITIES.get(severity, Role.STRONG)))
    if situation.board.has_answers:
        from eventa_cockpit.widgets.view import health  # with all that upstreams say, which the first paint has none of

        parts.extend(health.gravest_alert(situation.board))
    if situation.began_at is not None:
        lasted = moments.since(situation.now - situation.began_at)
        parts.append(span("+" + lasted, Role.STRONG))
    parts.append(span(" " * CLOCK_WIDTH))
    return tuple(parts)


def clock(situation: Situation) -> Line:
    """The clock has a place of its own, so that a second costs the terminal eight cells and not a line."""
    return Line(right=(span(moments.clock(situation.now, situation.zone)),))


def _second(situation: Situation, width: int) -> Line:
    """What to do next; else what is wrong."""
    health = _health(situation)
    if not situation.runbook:
        return Line(health or (span(_("Watching."), Role.MUTED),))
    done, total = situation.progress
    left: Spans = (span(situation.runbook, Role.ACCENT), span(f" {done}/{total}  ", Role.MUTED))
    if width < ROOMY:
        return Line(left, health)
    if situation.next_step:
        said = (
            span(_("stopped at:") + " ", Role.CRITICAL) if situation.is_stopped else span(_("next:") + " ", Role.MUTED)
        )
        left = (*left, said, span(situation.next_step, Role.STRONG))
    elif done < total:  # touched and not settled: it runs, or it failed
        left = (*left, span(_("{count} not done").format(count=total - done), Role.WARNING))
    elif total:
        left = (*left, span("✓ " + _("every step is done"), Role.GOOD))
    return Line(left, health)


def _third(situation: Situation, width: int) -> Line:
    """The error budget, then every upstream with its state, as far as there is room."""
    parts: list[Span] = []
    if situation.board.slo is not None and situation.board.slo.value is not None:
        from eventa_cockpit.widgets.view import slo  # with its arithmetic, which the first paint has no use for

        parts.extend(slo.budget_words(situation.board.slo, situation.now, width))
    for feed in situation.board.feeds.values():
        look = freshness.badge(feed, situation.now)[0]
        item = (span("   " if parts else ""), span(feed.vendor + " ", Role.MUTED), look)
        if width_of(parts) + width_of(item) > width:
            break
        parts.extend(part for part in item if part.text)
    return Line(tuple(parts))


def _health(situation: Situation) -> Spans:
    """Alerts, database and errors in a few words each."""
    if not situation.board.has_answers:
        return ()
    from eventa_cockpit.widgets.view import health

    return health.words(situation.board)
