"""Which runbooks an alert asks for, and why: the writer's own list first, then what the runbook says it is for.

A match carries every reason there is for it. What is measured now confirms a reason or casts a doubt on it, and never
takes a runbook away: a metric may be late, a responder decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from eventa_cockpit.domain.alert import Alert, AlertList
from eventa_cockpit.domain.live_signals import LiveSignal, live_signals
from eventa_cockpit.domain.runbook import Library, Runbook, Threshold
from eventa_cockpit.domain.topics import Topics, topics_of

if TYPE_CHECKING:
    from eventa_cockpit.domain.board import Board


class MatchKind(StrEnum):
    """What tied the alert to the runbook, strongest first."""

    NAMED = "named"
    """The runbook lists the alert's name."""
    LABELS = "labels"
    """The runbook lists a label matcher that the alert satisfies."""
    SIGNAL = "signal"
    """A line of the runbook's detect phase speaks of what the alert speaks of."""
    COMPONENT = "component"
    """A label of the alert names what the runbook is about."""
    MEASURED = "measured"
    """A bound in the detect phase is passed right now."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why a runbook is offered."""

    kind: MatchKind
    words: str
    """Quoted: the alert's name, the matcher, the signal's line, or the alert's label."""
    measured: str = ""
    """What is measured now: `ReadLatency 312 ms`."""


@dataclass(frozen=True, slots=True)
class Match:
    """A runbook that may help against one firing alert."""

    runbook_id: str
    fingerprint: str
    """Empty where no alert fires, but what is measured is past the runbook's own bound."""
    reasons: tuple[Because, ...]
    """The strongest first; at least one."""
    score: float
    """0 to 1; 1 where the runbook names the alert."""
    doubts: tuple[LiveSignal, ...] = ()
    """Bounds of its detect phase that are kept right now: perhaps a false alarm."""

    @property
    def because(self) -> Because:
        """The strongest reason."""
        return self.reasons[0]

    @property
    def is_confirmed(self) -> bool:
        """Also by what is measured now."""
        return any(reason.kind is MatchKind.MEASURED for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Offer:
    """A match, with the title of its runbook."""

    title: str
    match: Match


NAMED_SCORE = 1.0
LABELS_SCORE = 0.9
BEST_SIGNAL_SCORE = 0.8
WEAKEST_OFFER = 0.45
"""Below this a match is a guess, and a wrong runbook costs more at night than none."""
MEASURED_SCORE = 0.3
"""Of a runbook that no alert asks for."""
TELLING_LABELS = ("component", "service", "job", "deployment", "subsystem")

_MATCHER = re.compile(r'^\s*(?P<name>[A-Za-z_][\w.]*)\s*(?P<operator>=~|!~|!=|=)\s*"?(?P<value>[^"]*)"?\s*$')


def match(
    alerts: AlertList, library: Library, board: Board | None = None, now: datetime | None = None
) -> tuple[Match, ...]:
    """Runbooks for the alerts that fire now, best first; each runbook at most once per alert, weak guesses left out.

    With a `board` of the moment `now`, also why what is measured speaks for or against each, and, last, runbooks that
    only the measurements ask for.
    """
    live = {book.id: live_signals(book, board, now) if board and now else () for book in library.runbooks}
    found: list[Match] = []
    for alert in alerts.firing:
        mine = [best for book in library.runbooks if (best := _best(alert, book, live[book.id])) is not None]
        is_explicit = any(entry.because.kind is not MatchKind.SIGNAL for entry in mine)
        found += [entry for entry in mine if not is_explicit or entry.because.kind is not MatchKind.SIGNAL]
    asked = {entry.runbook_id for entry in found}
    found += [_by_measure(name, signs) for name, signs in live.items() if name not in asked and _is_past(signs)]
    order = {alert.fingerprint: number for number, alert in enumerate(alerts.firing)}
    return tuple(sorted(found, key=lambda each: _rank(each, order)))


def _rank(entry: Match, order: Mapping[str, int]) -> tuple[float, bool, int, str]:
    return (-entry.score, not entry.is_confirmed, order.get(entry.fingerprint, len(order)), entry.runbook_id)


def _best(alert: Alert, runbook: Runbook, live: tuple[LiveSignal, ...]) -> Match | None:
    explicit = next(_explicit_reasons(alert, runbook), None)
    score, words = _best_signal(alert, runbook)
    if explicit is None and score < WEAKEST_OFFER:
        return None
    reasons = [] if explicit is None else [explicit]
    if words and score >= WEAKEST_OFFER:
        reasons.append(Because(MatchKind.SIGNAL, words))
    reasons += [*_component(alert, runbook), *_measured(live)]
    if explicit is not None:
        score = NAMED_SCORE if explicit.kind is MatchKind.NAMED else LABELS_SCORE
    # A bound that is kept says something only about an alert of the same thing.
    said = _said(alert)
    doubts = tuple(each for each in live if not each.is_past and topics_of(each.signal).shares_both(said))
    return Match(runbook.id, alert.fingerprint, tuple(reasons), score, doubts)


def _by_measure(runbook_id: str, live: tuple[LiveSignal, ...]) -> Match:
    return Match(runbook_id, "", tuple(_measured(live)), MEASURED_SCORE)


def _is_past(live: tuple[LiveSignal, ...]) -> bool:
    return any(each.is_past for each in live)


def _measured(live: tuple[LiveSignal, ...]) -> Iterator[Because]:
    return (Because(MatchKind.MEASURED, each.signal, each.measured) for each in live if each.is_past)


def _component(alert: Alert, runbook: Runbook) -> Iterator[Because]:
    """The first label that names what the runbook's title speaks of."""
    about = topics_of(runbook.title).subjects
    for name in TELLING_LABELS:
        if topics_of(alert.labels.get(name, "")).subjects & about:
            yield Because(MatchKind.COMPONENT, f"{name}={alert.labels[name]}")
            return


def _explicit_reasons(alert: Alert, runbook: Runbook) -> Iterator[Because]:
    """The alert's name before any matcher, wherever they stand in the list."""
    kinds = [(kind, wanted) for wanted in runbook.alerts if (kind := _explicit(wanted, alert)) is not None]
    for kind, wanted in sorted(kinds, key=lambda each: list(MatchKind).index(each[0])):
        yield Because(kind, wanted)


def _explicit(wanted: str, alert: Alert) -> MatchKind | None:
    """An entry of the runbook's list: a name, or label matchers joined by commas that must all hold."""
    if wanted.strip() == alert.name:
        return MatchKind.NAMED
    inner = wanted.strip().removeprefix("{").removesuffix("}")
    parts = [_MATCHER.match(part) for part in inner.split(",") if part.strip()]
    if not parts or not all(parts):
        return None
    labels = {"alertname": alert.name, **alert.labels}
    holds = all(_holds(part["operator"], labels.get(part["name"], ""), part["value"]) for part in parts if part)
    return MatchKind.LABELS if holds else None


def _holds(operator: str, actual: str, wanted: str) -> bool:
    if operator in {"=", "!="}:
        return (actual == wanted) is (operator == "=")
    try:
        matched = re.fullmatch(wanted, actual) is not None
    except re.error:
        return False
    return matched is (operator == "=~")


def _best_signal(alert: Alert, runbook: Runbook) -> tuple[float, str]:
    said = _said(alert)
    title = topics_of(runbook.title)
    best, words = 0.0, ""
    for signal in runbook.signals:
        score = _score(said, topics_of(signal.text), title, _same_bound(signal.threshold, alert))
        if score > best:
            best, words = score, signal.text
    if not runbook.signals and said.subjects & title.subjects and said.symptoms & title.symptoms:
        best, words = BEST_SIGNAL_SCORE - 0.2, runbook.title
    return best, words


def _said(alert: Alert) -> Topics:
    labels = (alert.labels[name] for name in TELLING_LABELS if name in alert.labels)
    return topics_of(" ".join((alert.name, alert.summary, alert.description, *labels)))


def _score(said: Topics, signal: Topics, title: Topics, same_bound: bool) -> float:
    """Half for the thing, a quarter for how it shows, and a little for the same figure."""
    if said.subjects & signal.subjects:
        subject = 0.5
    elif not signal.subjects and said.subjects & title.subjects:
        subject = 0.35
    else:
        return 0.0
    if said.subjects - signal.subjects - title.subjects:
        subject -= 0.15
    symptom = 0.2 if said.symptoms & signal.symptoms else 0.0
    figure = 0.1 if same_bound and symptom else 0.0
    return min(BEST_SIGNAL_SCORE, subject + symptom + figure)


def _same_bound(threshold: Threshold | None, alert: Alert) -> bool:
    """The alert's own words give the figure that the signal gives."""
    if threshold is None:
        return False
    figure = f"{threshold.value:g}"
    said = unicodedata.normalize("NFKC", f"{alert.summary} {alert.description}")
    return re.search(rf"(?<![\d.]){re.escape(figure)}\s*{re.escape(threshold.unit)}", said) is not None
