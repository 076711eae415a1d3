"""Silences in words: what would be held back and how long, and who holds an alert back, why and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.silence import Silence
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import Line, Role, Span, line, span, wrap


def proposed(alert: str, matchers: Sequence[str], width: int) -> list[Line]:
    """The alert and every condition, none of them cut: what is not shown would not be approved."""
    rows = [line(span(row, Role.STRONG)) for row in wrap(alert, width)]
    for matcher in matchers:
        rows.extend(line("  ", span(row, Role.COMMAND)) for row in wrap(matcher, width - 2))
    return rows


def durations(choices: Sequence[timedelta], place: int, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """The choices in one row, the chosen one in brackets, and when it would end."""
    words: list[Span] = []
    for number, choice in enumerate(choices):
        text = moments.since(choice)
        words.append(span(f"[{text}]" if number == place else f" {text} ", Role.KEY if number == place else Role.MUTED))
    until = _("until {time}").format(time=moments.hour_and_minute(now + choices[place], zone))
    rows = line(*words, right=(span(until, Role.STRONG),))
    return [rows] if sum(word.cells for word in words) + len(until) < width else [line(*words), line(span(until))]


def in_short(silence: Silence, now: datetime, zone: tzinfo) -> str:
    """`until 04:30 (1h05), Hanako: known and being mended`."""
    until = moments.hour_and_minute(silence.ends_at, zone)
    left = moments.since(silence.ends_at - now)
    head = _("until {time} ({left}), {who}").format(time=until, left=left, who=silence.created_by or "?")
    return f"{head}: {silence.comment}" if silence.comment else head


def at_length(silences: Sequence[Silence], now: datetime, zone: tzinfo) -> str:
    """One silence a line, with what it holds back."""
    return "\n".join(
        f"{in_short(silence, now, zone)}\n{'  '.join(matcher.text for matcher in silence.matchers)}"
        for silence in silences
    )
