"""The roll-outs pane at its full size: deployments, pods that do not serve, what was changed when, and events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.rollout import (
    ClusterEvent,
    Difference,
    DifferenceKind,
    PodTrouble,
    Revision,
    RolloutList,
    release_of,
)
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import freshness, moments, rollouts
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Span, Spans, cell_len, line, pad, span, wrap

ROOM = 18
"""Rows of a pane from which on it shows all of this: zoomed, or alone on a small screen."""
_REVISIONS = 6
"""Of one deployment."""
_TODAY = timedelta(hours=20)


def rows(board: Board, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Everything that is known of the namespace, worst first in each part."""
    feed = board.rollouts
    shown = freshness.explanation(feed, zone, width)
    if feed is None or feed.value is None:
        return shown
    found = feed.value
    for text in found.unread:
        shown.extend(Line((span(row, Role.WARNING),)) for row in wrap(f"⚠ {text}", width))
    for deployment in found.deployments:
        shown.extend(rollouts.deployment_rows(deployment, now, width))
    shown.extend(_pods(found, now, width))
    shown.extend(_history(found, now, zone, width))
    shown.extend(_events(found, now, width))
    return shown


def _heading(text: str) -> list[Line]:
    return [BLANK, line(span(text, Role.STRONG))]


def _pods(found: RolloutList, now: datetime, width: int) -> list[Line]:
    shown = _heading(_("Pods that do not serve"))
    for pod in found.pods:
        shown.extend(_pod(pod, now, width))
    return shown if found.pods else [*shown, line(span("  " + _("None."), Role.MUTED))]


def _pod(pod: PodTrouble, now: datetime, width: int) -> list[Line]:
    right = [_("{count} restarts").format(count=pod.restarts)] if pod.restarts else []
    right += [moments.since(now - pod.since)] if pod.since is not None else []
    role = rollouts.pod_role(pod)
    container = f" [{pod.container}]" if pod.container else ""
    found = [
        line(
            span(f"  {rollouts.pod_glyph(pod)} ", role),
            span(pod.name, Role.STRONG),
            span(container, Role.MUTED),
            span(f" {rollouts.trouble(pod)}", role),
            right=(span("  ".join(right), Role.MUTED),),
            key=f"pod/{pod.namespace}/{pod.name}",
        )
    ]
    found.extend(line("      ", span(row)) for row in wrap(pod.message, width - 6)[:3] if pod.message)
    return found


def _history(found: RolloutList, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    shown = _heading(_("What was changed"))
    histories = [found.history(deployment.name)[:_REVISIONS] for deployment in found.deployments]
    for history in sorted(filter(None, histories), key=_newest, reverse=True):
        shown.append(line(span(f"  {history[0].deployment}", Role.STRONG)))
        for revision in history:
            shown.extend(_revision(revision, now, zone, width))
    return shown if found.revisions else [*shown, line(span("  " + _("Nothing is known."), Role.MUTED))]


def _newest(history: Sequence[Revision]) -> float:
    return max((revision.at.timestamp() for revision in history if revision.at is not None), default=0.0)


def _revision(revision: Revision, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    label = f"  {'▸' if revision.is_current else ' '} " + _("rev {number}").format(number=revision.number) + " "
    cause = revision.cause if revision.release not in revision.cause else ""
    back = _("rolled back") if revision.is_return else ""
    shown: list[Span | str] = [
        span(label, Role.ACCENT if revision.is_current else Role.MUTED),
        span(pad(_moment(revision.at, now, zone), 6), Role.MUTED),
        span(revision.release, Role.STRONG),
        span("".join(f"  {text}" for text in (back, cause) if text), Role.MUTED),
    ]
    indent = " " * (cell_len(label) + 6)
    text = _(", ").join(difference(each) for each in revision.differences)
    found = [line(*shown, key=f"revision/{revision.deployment}/{revision.number}")]
    found.extend(line(indent, span(row)) for row in wrap(text, width - cell_len(indent))[:4] if text)
    return found


def difference(each: Difference) -> str:
    """`image 4.18.2 → 4.19.0`, `+ API_URL`, `limits.memory – → 32Mi`. The values of variables are not known here."""
    match each.kind:
        case DifferenceKind.IMAGE:
            text = _("image {before} → {after}")
            return text.format(before=_image(each.before, each.after), after=_image(each.after, each.before))
        case DifferenceKind.VARIABLE:
            sign = "+" if each.is_addition else "-" if each.is_removal else "~"
            return f"{sign}{each.name}"
        case DifferenceKind.RESOURCES:
            return f"{each.name} {each.before or '–'} → {each.after or '–'}"
        case DifferenceKind.CONTAINER:
            return f"{'+' if each.is_addition else '-'}[{each.container}]"
        case DifferenceKind.RESTART:
            return _("restarted, nothing else")
        case DifferenceKind.OTHER:
            return _("neither image, variables nor resources")


def _image(image: str, other: str) -> str:
    """The tag alone, unless it is another image altogether."""
    same = image.rpartition(":")[0] == other.rpartition(":")[0]
    return release_of(image) if same else image


def _moment(at: datetime | None, now: datetime, zone: tzinfo) -> str:
    if at is None:
        return "–"
    return moments.hour_and_minute(at, zone) if now - at < _TODAY else at.astimezone(zone).strftime("%m/%d")


def _events(found: RolloutList, now: datetime, width: int) -> list[Line]:
    shown = _heading(_("Events"))
    for event in found.events:
        shown.extend(_event(event, now, width))
    return shown if found.events else [*shown, line(span("  " + _("None."), Role.MUTED))]


def _event(event: ClusterEvent, now: datetime, width: int) -> list[Line]:
    role = Role.WARNING if event.is_warning else Role.MUTED
    times = f"×{event.count}" if event.count > 1 else ""
    right: Spans = (span("  ".join(filter(None, (times, moments.since(now - event.at)))), Role.MUTED),)
    left = span(f"  {'⚠' if event.is_warning else ' '} {event.reason} ", role)
    about = f"{event.kind.lower()}/{event.name}"
    key = f"event/{event.reason}/{event.kind}/{event.name}/{event.first_at.isoformat()}/{event.message[:40]}"
    rows = [line(left, span(about, Role.STRONG if event.is_warning else Role.TEXT), right=right, key=key)]
    room = 3 if event.is_warning else 1
    text = Role.TEXT if event.is_warning else Role.MUTED
    rows.extend(line("      ", span(row, text)) for row in wrap(event.message, width - 6)[:room] if event.message)
    return rows
