"""The changes pane: what was different from a moment on, on one time axis with the first alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.change import Change, ChangeKind, changes_on
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import alerts, moments
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import Line, Role, Span, Spans, cell_len, line, pad, span
from eventa_cockpit.widgets.view.listing import Cell, Column, Facts, Listing

if TYPE_CHECKING:
    from eventa_cockpit.widgets.view.scene import Scene

KINDS: dict[ChangeKind, str] = {
    ChangeKind.DEPLOYMENT: mark("roll-out"),
    ChangeKind.DATABASE: mark("database"),
    ChangeKind.CDN: mark("CDN"),
    ChangeKind.RELEASE: mark("release"),
    ChangeKind.PAGING: mark("paging"),
    ChangeKind.CONFIGURATION: mark("setting"),
}
SUSPICIOUS = timedelta(minutes=60)
"""A change so shortly before the first alert may be its cause."""
_AXIS = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=24), timedelta(days=7))
"""How far back the axis may reach."""


class Mark(NamedTuple):
    """A change, or the first alert, where it stands in time."""

    at: datetime
    change: Change | None = None
    """None: the first alert."""

    @property
    def key(self) -> str:
        return f"{self.at.isoformat()}/{self.change.kind}/{self.change.title}" if self.change else "alert"


def listed(board: Board) -> list[Mark]:
    """Newest first; the first alert stands among them where it began."""
    marks = [Mark(change.at, change) for change in changes_on(board)]
    alert = first_alert(board)
    if marks and alert is not None:
        marks.append(Mark(alert))
    return sorted(marks, key=lambda found: found.at, reverse=True)


def above(board: Board, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """The axis; without a change, a sentence."""
    marks = listed(board)
    if not marks:
        return [line(span(_("No upstream knows of a change."), Role.MUTED))]
    return axis(marks, first_alert(board), now, zone, width)


def axis(marks: Sequence[Mark], alert: datetime | None, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """From some hours before the first alert until now: where it began, and where something changed."""
    shown = [found for found in marks if now - found.at <= _AXIS[-1]]
    if not shown:
        return []
    oldest = max(now - found.at for found in shown)
    reach = next((reach for reach in _AXIS if reach >= oldest), _AXIS[-1])
    start = now - reach
    begin, end = _moment(start, now, zone) + " ", " " + _("now")
    room = max(width - cell_len(begin) - cell_len(end), 8)
    cells = [Span("─", Role.FRAME)] * room
    for found in sorted(shown, key=lambda each: each.change is None):  # the alert lies over what else is there
        place = min(int((found.at - start) / reach * room), room - 1)
        is_suspect = found.change is not None and bool(suspects([found.change], alert))
        cells[place] = (
            Span("✗", Role.CRITICAL) if found.change is None else Span("+", Role.WARNING if is_suspect else Role.ACCENT)
        )
    return [Line((span(begin, Role.MUTED), *cells, span(end, Role.MUTED)))]


def summary(board: Board) -> Spans:
    """How many lie shortly before the first alert."""
    alert = first_alert(board)
    count = len(suspects(changes_on(board), alert))
    if alert is None or not count:
        return ()
    minutes = int(SUSPICIOUS.total_seconds()) // 60
    return (span(_("{count} within {minutes}m before the alert").format(count=count, minutes=minutes), Role.WARNING),)


def first_alert(board: Board) -> datetime | None:
    """When the oldest of the firing alerts began."""
    return alerts.standing(board.alerts.value).began if board.alerts and board.alerts.value else None


def suspects(changes: Sequence[Change], alert: datetime | None) -> list[Change]:
    """The changes shortly before the first alert."""
    return [change for change in changes if alert is not None and timedelta() <= alert - change.at <= SUSPICIOUS]


def distance(at: datetime, alert: datetime | None) -> str:
    """`-6m` before the first alert, `+3m` after it."""
    if alert is None:
        return ""
    return ("+" if at > alert else "-") + moments.since(abs(at - alert))


def brief(found: Mark, scene: Scene, width: int) -> list[Line]:
    when = _moment(found.at, scene.now, scene.zone)
    if found.change is None:
        text = f"{when} ✗ " + _("first alert") + " "
        rule = span("─" * max(width - cell_len(text), 0), Role.FRAME)
        return [line(span(text, Role.CRITICAL), rule, key=found.key)]
    change, alert = found.change, first_alert(scene.board)
    is_suspect = bool(suspects([change], alert))
    kind_width = max(cell_len(_(word)) for word in KINDS.values())
    row = line(
        span(when + " ", Role.STRONG if is_suspect else Role.MUTED),
        span("⚠ " if is_suspect else "+ ", Role.WARNING if is_suspect else Role.ACCENT),
        span(pad(_(KINDS[change.kind]), kind_width) + " ", Role.MUTED),
        span(change.title, Role.STRONG if is_suspect else Role.TEXT),
        span(f" {change.by}" if change.by else "", Role.MUTED),
        right=(span(distance(change.at, alert), Role.WARNING if is_suspect else Role.MUTED),),
        key=found.key,
    )
    return [row]


def facts(found: Mark, scene: Scene) -> Facts:
    when = f"{found.at.astimezone(scene.zone):%Y-%m-%d %H:%M:%S}"
    if found.change is None:
        return ((_("When"), when), (_("What"), _("first alert")))
    return (
        (_("When"), when),
        (_("Against the first alert"), distance(found.at, first_alert(scene.board))),
        (_("What"), found.change.title),
        (_("Kind"), _(KINDS[found.change.kind])),
        (_("By"), found.change.by),
        (_("Who says so"), found.change.vendor),
        (_("Link"), found.change.link),
    )


def _moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """The hour and minute of today and last night; a day for what is older."""
    if now - at < timedelta(hours=20):
        return moments.hour_and_minute(at, zone)
    return at.astimezone(zone).strftime("%m/%d")


def _what(found: Mark, scene: Scene) -> Cell:
    if found.change is None:
        return Cell("✗ " + _("first alert"), Role.CRITICAL)
    is_suspect = bool(suspects([found.change], first_alert(scene.board)))
    return Cell(("⚠ " if is_suspect else "+ ") + found.change.title, Role.STRONG if is_suspect else Role.TEXT)


LISTING: Listing[Mark] = Listing(
    key=lambda found: found.key,
    words=lambda found: (
        f"{found.change.title} {found.change.by} {found.change.vendor} {_(KINDS[found.change.kind])}"
        if found.change
        else _("first alert")
    ),
    brief=brief,
    facts=facts,
    link=lambda found: found.change.link if found.change else "",
    columns=(
        Column(
            mark("When"), lambda found, scene: Cell(f"{found.at.astimezone(scene.zone):%m/%d %H:%M}", Role.MUTED), 11
        ),
        Column(
            mark("To alert"),
            lambda found, scene: Cell(distance(found.at, first_alert(scene.board)) if found.change else "", Role.MUTED),
            8,
            is_right=True,
        ),
        Column(
            mark("Kind"),
            lambda found, _scene: Cell(_(KINDS[found.change.kind]) if found.change else "", Role.MUTED),
            10,
            rank=1,
        ),
        Column(mark("What"), _what, 20, share=3),
        Column(mark("By"), lambda found, _scene: Cell(found.change.by if found.change else "", Role.MUTED), 10, rank=2),
        Column(
            mark("Who says so"),
            lambda found, _scene: Cell(found.change.vendor if found.change else "", Role.MUTED),
            12,
            rank=3,
        ),
    ),
    orders=(
        Order(mark("newest first")),
        Order(mark("oldest first"), lambda found: found.at.timestamp()),
        Order(mark("kind"), lambda found: found.change.kind if found.change else ""),
    ),
)
