"""Error budgets in words: what is left, how fast it burns, whether that is worth a page, and when it will be empty."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.board import Feed, Freshness
from eventa_cockpit.domain.objective import Weighting
from eventa_cockpit.domain.slo import DAY, HOUR, MINUTE, Budget, ObjectiveStatus, SloReport, SloState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness
from eventa_cockpit.widgets.view.lines import Line, Role, Span, Spans, cut, cut_spans, line, span, width_of, wrap

STATES: dict[SloState, tuple[str, str, Role]] = {
    SloState.PAGE: ("✗", mark("PAGE"), Role.CRITICAL),
    SloState.TICKET: ("⚠", mark("TICKET"), Role.WARNING),
    SloState.NONE: ("✓", mark("within budget"), Role.GOOD),
    SloState.INSUFFICIENT: ("?", mark("insufficient data"), Role.WARNING),
}
SPENT = mark("budget spent")
BURNING = mark("burning fast")
WEIGHTINGS = {Weighting.REQUESTS: mark("by requests"), Weighting.MINUTES: mark("by minutes")}
NAMES = {"availability": mark("availability")}
WINDOWS = (5 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, 3 * DAY)
"""Those that are shown, the shortest first."""
LOW = 0.25
"""Share of a budget from which on what is left stands out."""


def rows(feed: Feed[SloReport] | None, zone: tzinfo, width: int) -> list[Line]:
    """The objectives in the order of their file."""
    shown = freshness.explanation(feed, zone, width)
    if feed is None or feed.value is None:
        return shown
    for problem in feed.value.problems:
        shown.extend(line(span(row, Role.WARNING)) for row in wrap(f"⚠ {problem}", width))
    for status in feed.value.objectives:
        shown.extend(_objective(status, width))
    return shown


def headline(report: SloReport) -> Spans:
    """For the pane's title: what the gravest objective asks for."""
    worst = report.worst
    if worst is None:
        return ()
    return (_verdict(worst),)


def budget_words(feed: Feed[SloReport] | None, now: datetime, width: int) -> Spans:
    """For the header: `BUDGET 61% left | burn 1h 22x 5m 18x = PAGE | empty in 19h58m`, as much of it as fits."""
    worst = feed.value.worst if feed is not None and feed.value is not None else None
    if feed is None or worst is None:
        return ()
    opening = (span(_("BUDGET") + " ", Role.STRONG), *_left(worst))
    rule = worst.telling_rule
    burns = " ".join(
        f"{window_name(window)} {times(rate)}"
        for window in (rule.long, rule.short)
        if (rate := worst.burn(window)) is not None
    )
    verdict = _verdict(worst)
    parts: list[Spans] = [opening]
    parts.append((span(_("burn {rates}").format(rates=burns) + " = "), verdict) if burns else (verdict,))
    if worst.empty_in is not None and worst.state in {SloState.PAGE, SloState.TICKET}:
        parts.append((span(_("empty in {time}").format(time=duration(worst.empty_in)), Role.STRONG),))
    if feed.freshness(now) is not Freshness.FRESH:
        parts.append((span("⚠ " + _("stale"), Role.WARNING),))
    return _joined(parts, width)


def note(report: SloReport) -> Span | None:
    """For a tab: a glyph while something burns too fast."""
    worst = report.worst
    if worst is None or worst.state not in {SloState.PAGE, SloState.TICKET}:
        return None
    glyph, _word, role = STATES[worst.state]
    return span(glyph, role)


def name_of(status: ObjectiveStatus) -> str:
    return _(NAMES[status.name]) if status.name in NAMES else status.name


def times(rate: float) -> str:
    """A burn rate: `22x`, `0.6x`."""
    return f"{rate:.0f}x" if rate >= 10 else f"{rate:.1f}x"


def percent(share: float) -> str:
    """What is left, never rounded up: `61%`, `<1%`, `-12%`."""
    if 0 < share < 0.01:
        return "<1%"
    return f"{math.floor(share * 100 + 1e-9)}%"


def duration(span_of_time: timedelta) -> str:
    """`4d7h`, `19h58m`, `26m21s`; a budget that is overdrawn has a minus."""
    seconds = int(abs(span_of_time).total_seconds())
    sign = "-" if span_of_time < timedelta() and seconds else ""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return sign + _("{days}d{hours}h").format(days=days, hours=hours)
    if hours:
        return sign + _("{hours}h{minutes}m").format(hours=hours, minutes=f"{minutes:02}")
    return sign + _("{minutes}m{seconds}s").format(minutes=minutes, seconds=f"{seconds:02}")


def window_name(window: timedelta) -> str:
    if window >= DAY:
        return _("{count}d").format(count=window // DAY)
    if window >= HOUR:
        return _("{count}h").format(count=window // HOUR)
    return _("{count}m").format(count=window // MINUTE)


def _objective(status: ObjectiveStatus, width: int) -> list[Line]:
    """Name and verdict; what is left; the burn of each window; the other way to weigh it."""
    verdict = _verdict(status)
    promise = f"{status.target * 100:.6g}%/{window_name(status.window)}"
    first = line(
        span(name_of(status), Role.STRONG),
        span(f" {promise}", Role.MUTED),
        right=(verdict,),
        key=status.name,
    )
    found = [first, *_flowing(_remaining(status), width), *_flowing(_burns(status), width)]
    if status.problem:
        found.extend(line(span(row, Role.WARNING)) for row in wrap(f"  {status.problem}", width))
    return found


def _verdict(status: ObjectiveStatus) -> Span:
    """What the burn asks for; a budget that is spent, or has just begun to burn, is no good news either."""
    glyph, word, role = STATES[status.state]
    is_calm = status.state not in {SloState.PAGE, SloState.TICKET}
    if is_calm and status.budget is not None and status.budget.remaining <= 0:
        glyph, word, role = "✗", SPENT, Role.CRITICAL
    elif is_calm and status.burns_fast:
        glyph, word, role = "⚠", BURNING, Role.WARNING
    return span(f"{glyph} {_(word)}", role)


def _remaining(status: ObjectiveStatus) -> list[Spans]:
    """The promised budget first, then the other, each with its weighting."""
    if status.budget is None:
        return []
    parts: list[Spans] = [(*_left(status), span(f" {_(WEIGHTINGS[status.weighting])}", Role.MUTED))]
    if status.empty_in is not None and status.empty_in <= status.window:
        parts.append((span(_("empty in {time}").format(time=duration(status.empty_in))),))
    other = next((budget for budget in status.budgets if budget.weighting is not status.weighting), None)
    if other is not None:
        parts.append((span(f"{percent(other.remaining)} {_(WEIGHTINGS[other.weighting])}", Role.MUTED),))
    return parts


def _left(status: ObjectiveStatus) -> Spans:
    """`61% left (26m21s)`."""
    budget = status.budget
    if budget is None:
        return (span(_("? left"), Role.WARNING),)
    text = _("{share} left").format(share=percent(budget.remaining))
    return (span(text, _role(budget)), span(f" ({duration(budget.left)})", Role.MUTED))


def _role(budget: Budget) -> Role:
    if budget.remaining <= 0:
        return Role.CRITICAL
    return Role.WARNING if budget.remaining < LOW else Role.STRONG


def _burns(status: ObjectiveStatus) -> list[Spans]:
    """Every window, also one that says nothing: `burn 5m 37x`, `30m 6.1x`, `3d ?`."""
    found: list[Spans] = [(span(_("burn"), Role.MUTED),)]
    for window in WINDOWS:
        rate = status.burn(window)
        is_fast = rate is not None and rate > 1
        said = times(rate) if rate is not None else "?"
        found.append((span(f"{window_name(window)} ", Role.MUTED), span(said, Role.STRONG if is_fast else Role.TEXT)))
    return found


def _flowing(parts: list[Spans], width: int) -> list[Line]:
    """All parts, set in by two, on as many rows as they need."""
    rows: list[list[Span]] = []
    for part in parts:
        if rows and width_of((*rows[-1], *part)) + 2 <= width:
            rows[-1] += (span("  "), *part)
        else:
            rows.append([span("  "), *part])
    return [Line(cut_spans(row, width)) for row in rows]


def _joined(parts: list[Spans], width: int, gap: str = " | ") -> Spans:
    """As many whole parts as fit; the first one is cut when even that does not."""
    kept: list[Span] = []
    for part in parts:
        before = (span(gap, Role.MUTED),) if kept else ()
        if kept and width_of((*kept, *before, *part)) > width:
            break
        kept += (*before, *part)
    if width_of(kept) > width:
        return (span(cut("".join(each.text for each in kept), width), Role.STRONG),)
    return tuple(kept)
