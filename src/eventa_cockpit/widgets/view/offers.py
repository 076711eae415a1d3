"""Why a runbook is offered, in a few words."""

from __future__ import annotations

from eventa_cockpit.domain.live_signals import LiveSignal
from eventa_cockpit.domain.matching import Because, Match, MatchKind
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view.lines import Line, Role, cut, line, span

_INDENT = 4


def rows(match: Match, width: int) -> list[Line]:
    """One row for the strongest reason and one for what is measured, for or against it."""
    found = [(reason(match.because), Role.MUTED)]
    measured = next((each for each in match.reasons if each.kind is MatchKind.MEASURED), None)
    if measured is not None and measured is not match.because:
        found.append((reason(measured), Role.WARNING))
    elif match.doubts:
        found.append((doubt(match.doubts[0]), Role.WARNING))
    return [line(" " * _INDENT, span(cut(text, width - _INDENT), role)) for text, role in found]


def reason(because: Because) -> str:
    """`because it lists this alert`."""
    match because.kind:
        case MatchKind.NAMED:
            return _("because it lists this alert")
        case MatchKind.LABELS:
            return _("because it lists {matcher}").format(matcher=because.words)
        case MatchKind.SIGNAL:
            return _("because of its sign: {signal}").format(signal=because.words)
        case MatchKind.COMPONENT:
            return _("because it is about {label}").format(label=because.words)
        case MatchKind.MEASURED:
            return _("now {measured}; its sign: {signal}").format(measured=because.measured, signal=because.words)


def doubt(sign: LiveSignal) -> str:
    """A false alarm looks like this; so does a metric that is late."""
    return _("not confirmed: now {measured}; its sign: {signal}").format(measured=sign.measured, signal=sign.signal)


def in_one_line(match: Match) -> str:
    """All reasons, the strongest first."""
    parts = [reason(each) for each in match.reasons] + [doubt(each) for each in match.doubts]
    return _("; ").join(dict.fromkeys(parts))
