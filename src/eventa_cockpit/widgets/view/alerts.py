"""The alerts pane: firing first, each with its state, severity and age, and the runbook that answers it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Heartbeat, Severity
from eventa_cockpit.domain.board import Feed
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments, silencing
from eventa_cockpit.widgets.view.choosing import Order
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Span, cell_len, cut, line, pad, span, wrap
from eventa_cockpit.widgets.view.listing import UPSTREAM_ORDER, Cell, Column, Facts, Listing
from eventa_cockpit.widgets.view.remembering import of_the_same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventa_cockpit.domain.matching import Offer
    from eventa_cockpit.widgets.view.scene import Scene

SEVERITIES: dict[Severity, tuple[str, str, Role]] = {
    Severity.CRITICAL: ("✗", mark("critical"), Role.CRITICAL),
    Severity.WARNING: ("⚠", mark("warning"), Role.WARNING),
    Severity.INFO: ("i", mark("info"), Role.TEXT),
    Severity.UNKNOWN: ("?", mark("unclear"), Role.WARNING),
}
WATCHDOG_LATE = timedelta(minutes=5)
"""Prometheus renews its alerts every minute; so much later the way from there to here is broken."""
QUIET: dict[AlertState, str] = {
    AlertState.SILENCED: mark("silenced"),
    AlertState.INHIBITED: mark("inhibited"),
}


def above(feed: Feed[AlertList], width: int) -> list[Line]:
    """Who has not told us what fires; and that nothing does."""
    if feed.value is None:
        return []
    shown = _missing(feed.value, width)
    if not feed.value.alerts:
        shown.append(_none(is_known=feed.failure is None and feed.value.is_whole))
    return shown


def below(alerts: AlertList, now: datetime) -> list[Line]:
    """How long ago the alert that always fires was heard, by each replica where there are several."""
    if len(alerts.heartbeats) > 1:
        return [BLANK, *(_heartbeat(beat, now) for beat in alerts.heartbeats)]
    if alerts.watchdog_at is None:
        missing = [beat for beat in alerts.heartbeats if beat.at is None]
        return [BLANK, *(_heartbeat(beat, now) for beat in missing)] if missing else []
    return [BLANK, line(span(_("watchdog heard: {age}").format(age=moments.age(now - alerts.watchdog_at)), Role.MUTED))]


def _heartbeat(beat: Heartbeat, now: datetime) -> Line:
    """A replica that does not hear the watchdog would not hear of an outage either."""
    if beat.at is None:
        return line(span("⚠ " + _("{place} hears no watchdog").format(place=beat.place), Role.WARNING))
    text = _("{place} heard the watchdog: {age}").format(place=beat.place, age=moments.age(now - beat.at))
    is_late = now - beat.at > WATCHDOG_LATE
    return line(span("⚠ " + text if is_late else text, Role.WARNING if is_late else Role.MUTED))


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


class Standing(NamedTuple):
    """What there is to say of all alerts together."""

    firing: int
    worst: Severity | None
    """The gravest severity that is firing."""
    began: datetime | None
    """When the oldest of the firing ones did."""


@of_the_same
def standing(alerts: AlertList) -> Standing:
    firing = alerts.firing
    severities = {alert.severity for alert in firing}
    gravest = next((severity for severity in Severity if severity in severities), None)
    return Standing(len(firing), gravest, min((alert.since for alert in firing), default=None))


def worst(alerts: AlertList | None) -> Severity | None:
    """The gravest severity that is firing."""
    return standing(alerts).worst if alerts else None


def tally(alerts: AlertList) -> str:
    """`3 firing`."""
    return _("{count} firing").format(count=f"{standing(alerts).firing:,}")


def brief(alert: Alert, scene: Scene, width: int) -> list[Line]:
    """State, name and age; what it says; and the runbook that answers it."""
    found = [*_alert_rows(alert, scene.now, width), *_quiet_row(alert, scene, width)]
    if alert.state is AlertState.FIRING and alert.fingerprint in scene.offers:
        found.extend(_offer_rows(alert, scene.offers[alert.fingerprint], width))
    return found


def facts(alert: Alert, scene: Scene) -> Facts:
    _glyph, word, _role = headline(alert)
    lasted = moments.since(scene.now - alert.since)
    return (
        (_("Alert"), alert.name),
        (_("Status"), _(word)),
        (_("Severity"), _(SEVERITIES[alert.severity][1])),
        (_("Since"), f"{moments.clock(alert.since, scene.zone)} ({lasted})"),
        (_("Summary"), alert.summary),
        (_("Description"), alert.description),
        (_("Labels"), "\n".join(f"{name} = {value}" for name, value in sorted(alert.labels.items()))),
        (_("Silenced"), _silences(alert, scene)),
        (_("Held back by"), ", ".join(_names(alert.inhibited_by, scene))),
        (_("Goes to"), ", ".join(alert.receivers)),
        (_("Runbook"), _runbook(alert, scene).text),
        (_("Its own runbook"), alert.runbook_url),
        (_("Link"), alert.link),
        (_("Fingerprint"), alert.fingerprint),
    )


def _silences(alert: Alert, scene: Scene) -> str:
    """Who, why and until when; where the upstream did not say, at least the ids."""
    feed = scene.board.alerts
    found = feed.value.silences_of(alert) if feed is not None and feed.value is not None else ()
    return silencing.at_length(found, scene.now, scene.zone) if found else ", ".join(alert.silenced_by)


def _names(fingerprints: Sequence[str], scene: Scene) -> list[str]:
    """The alerts by their names, as far as they are known."""
    feed = scene.board.alerts
    known = {alert.fingerprint: alert.name for alert in feed.value.alerts} if feed and feed.value else {}
    return [known.get(fingerprint, fingerprint) for fingerprint in fingerprints]


def _quiet_row(alert: Alert, scene: Scene, width: int) -> list[Line]:
    """Why an alert is quiet, in one row."""
    feed = scene.board.alerts
    found = feed.value.silences_of(alert) if feed is not None and feed.value is not None else ()
    if found:
        return [line("  ", span(cut(silencing.in_short(found[0], scene.now, scene.zone), width - 2), Role.MUTED))]
    if alert.inhibited_by:
        text = _("held back by {alerts}").format(alerts=", ".join(_names(alert.inhibited_by, scene)))
        return [line("  ", span(cut(text, width - 2), Role.MUTED))]
    return []


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


def _words(alert: Alert) -> str:
    _glyph, word, _role = headline(alert)
    return " ".join((alert.name, alert.state, _(word), alert.summary, alert.description, *alert.labels.values()))


def _state(alert: Alert, _scene: Scene) -> Cell:
    glyph, word, role = headline(alert)
    return Cell(f"{glyph} {_(word)}", role)


def _runbook(alert: Alert, scene: Scene) -> Cell:
    offer = scene.offers.get(alert.fingerprint)
    return Cell(offer.title if offer is not None else "", Role.ACCENT)


def _service(alert: Alert) -> str:
    return alert.labels.get("service", "")


def _name(alert: Alert, _scene: Scene) -> Cell:
    return Cell(alert.name, Role.STRONG if alert.state is AlertState.FIRING else Role.MUTED)


LISTING: Listing[Alert] = Listing(
    key=lambda alert: alert.fingerprint,
    words=_words,
    brief=brief,
    facts=facts,
    link=lambda alert: alert.link or alert.runbook_url,
    columns=(
        Column(mark("Status"), _state, 11),
        Column(mark("Alert"), _name, 16, share=2),
        Column(mark("Summary"), lambda alert, _scene: Cell(alert.summary, Role.MUTED), 16, share=4, rank=2),
        Column(
            mark("Service"),
            lambda alert, _scene: Cell(alert.labels.get("service", ""), Role.MUTED),
            10,
            share=1,
            rank=4,
        ),
        Column(
            mark("Runbook"),
            _runbook,
            12,
            share=2,
            rank=3,
        ),
        Column(
            mark("Since"),
            lambda alert, scene: Cell(moments.since(scene.now - alert.since), Role.MUTED),
            9,
            is_right=True,
            rank=1,
        ),
    ),
    orders=(
        Order(UPSTREAM_ORDER),
        Order(mark("newest first"), lambda alert: -alert.since.timestamp()),
        Order(mark("name"), lambda alert: (alert.name, alert.fingerprint)),
        Order(mark("service"), lambda alert: (_service(alert), alert.name)),
    ),
)
