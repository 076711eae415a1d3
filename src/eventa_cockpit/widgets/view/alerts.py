"""The alerts pane: firing first, each with its state, severity and age, and the runbook that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.board import Feed
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Span, cell_len, line, pad, span, wrap

if TYPE_CHECKING:
    from eventa_cockpit.domain.matching import Offer

SEVERITIES: dict[Severity, tuple[str, str, Role]] = {
    Severity.CRITICAL: ("✗", mark("critical"), Role.CRITICAL),
    Severity.WARNING: ("⚠", mark("warning"), Role.WARNING),
    Severity.INFO: ("i", mark("info"), Role.TEXT),
    Severity.UNKNOWN: ("?", mark("unclear"), Role.WARNING),
}
QUIET: dict[AlertState, str] = {
    AlertState.SILENCED: mark("silenced"),
    AlertState.INHIBITED: mark("inhibited"),
}


def rows(
    feed: Feed[AlertList] | None,
    offers: Mapping[str, Offer],
    now: datetime,
    zone: tzinfo,
    width: int,
    *,
    is_matched: bool = False,
) -> list[Line]:
    """`offers`: fingerprint → the best runbook. `is_matched`: the runbooks are known, so that none means none."""
    shown = freshness.explanation(feed, zone, width)
    if feed is None or feed.value is None:
        return shown
    shown.extend(_missing(feed.value, width))
    if not feed.value.alerts:
        shown.append(_none(is_known=feed.failure is None and feed.value.is_whole))
    for alert in feed.value.alerts:
        shown.extend(_alert_rows(alert, now, width))
        if alert.state is AlertState.FIRING and (is_matched or alert.fingerprint in offers):
            shown.extend(_offer_rows(alert, offers.get(alert.fingerprint), width))
    if feed.value.watchdog_at is not None:
        age = moments.age(now - feed.value.watchdog_at)
        shown.extend([BLANK, line(span(_("watchdog heard: {age}").format(age=age), Role.MUTED))])
    return shown


def _missing(alerts: AlertList, width: int) -> list[Line]:
    """Who has not told us what fires."""
    sentences = ["⚠ " + sentence for sentence in alerts.unreachable]
    if alerts.awaited:
        sentences.append(_("Waiting for {vendors} …").format(vendors=", ".join(alerts.awaited)))
    return [line(span(row, Role.WARNING)) for sentence in sentences for row in wrap(sentence, width)]


def _none(*, is_known: bool) -> Line:
    if is_known:
        return line(Span("✓ " + _("Nothing is firing."), Role.GOOD))
    return line(Span("? " + _("Nothing is firing, as far as is known."), Role.WARNING))


def headline(alert: Alert) -> tuple[str, str, Role]:
    """Glyph, word and role of an alert's state."""
    if alert.state is AlertState.FIRING:
        return SEVERITIES[alert.severity]
    return ("~", QUIET[alert.state], Role.MUTED)


def worst(alerts: AlertList | None) -> Severity | None:
    """The gravest severity that is firing."""
    firing = {alert.severity for alert in alerts.firing} if alerts else set()
    return next((severity for severity in (*Severity,) if severity in firing), None)


def tally(alerts: AlertList) -> str:
    """`3 firing`."""
    return _("{count} firing").format(count=len(alerts.firing))


def _alert_rows(alert: Alert, now: datetime, width: int) -> list[Line]:
    glyph, word, role = headline(alert)
    is_firing = alert.state is AlertState.FIRING
    labels = (*(label for _glyph, label, _role in SEVERITIES.values()), *QUIET.values())
    word_width = max(cell_len(_(label)) for label in labels)
    first = line(
        span(f"{glyph} {pad(_(word), word_width)} ", role),
        span(alert.name, Role.STRONG if is_firing else Role.MUTED),
        right=(span(moments.since(now - alert.since), Role.MUTED),),
        key=alert.fingerprint,
    )
    found = [first]
    if is_firing and alert.summary:
        found.extend(line("  ", span(row, Role.MUTED)) for row in wrap(alert.summary, width - 2)[:2])
    return found


def _offer_rows(alert: Alert, offer: Offer | None, width: int) -> list[Line]:
    """What Enter opens, and why; that there is nothing to open, unless the alert is only news."""
    if offer is None:
        if alert.severity is Severity.INFO:
            return []
        return [line("  ", span(_("No runbook answers it; b lists them all."), Role.MUTED))]
    from eventa_cockpit.widgets.view import offers

    title = span(" " + _("open: {runbook}").format(runbook=offer.title), Role.ACCENT)
    return [line("  ", span(_("Enter"), Role.KEY), title), *offers.rows(offer.match, width)]
