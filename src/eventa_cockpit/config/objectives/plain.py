"""The plain shape: a budget in minutes, an error rate, a latency. What measures them stands in cockpit.toml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from eventa_cockpit.config.objectives import values
from eventa_cockpit.config.objectives.documents import Entry, Part
from eventa_cockpit.domain.objective import Indicator, Measure, Objective, Weighting
from eventa_cockpit.locale import _

AVAILABILITY = "availability"
P95 = 0.95
AGREEMENT = 0.05
"""Share by which a budget in minutes and an error rate may differ and still be the same promise: 43 and 43.2 min."""


@dataclass(frozen=True, slots=True)
class PlainQueries:
    """What cockpit.toml says for a file that has no queries of its own."""

    requests: str = ""
    errors: str = ""
    fast: str = ""


def plain_parts(document: Entry, queries: PlainQueries) -> Iterator[Part]:
    """Availability from the budget and the error rate, latency from its 95th percentile."""
    if document["error_budget_minutes"].exists or document["error_rate"].exists:
        yield partial(_availability, document, queries)
    if document["latency_p95_ms"].exists:
        yield partial(_latency, document, queries)


def _availability(document: Entry, queries: PlainQueries) -> Objective:
    window = values.window(document["window"])
    is_minutes = document["error_budget_minutes"].exists
    weighting = Weighting.MINUTES if is_minutes else Weighting.REQUESTS
    indicator = _counts(queries.requests, bad=queries.errors)
    return Objective(AVAILABILITY, _target(document, window), window, weighting, indicator)


def _latency(document: Entry, queries: PlainQueries) -> Objective:
    """ "P95 below 300 ms" says that 95 of 100 requests are faster. Percentiles of parts cannot be averaged."""
    bound = document["latency_p95_ms"]
    if bound.number() <= 0:
        raise bound.refuse(_("this has to be more than 0."))
    name = f"P95 < {bound.number():g} ms"
    indicator = _counts(queries.requests, good=queries.fast)
    return Objective(name, P95, values.window(document["window"]), indicator=indicator, is_latency=True)


def _target(document: Entry, window: timedelta) -> float:
    minutes, rate = document["error_budget_minutes"], document["error_rate"]
    if not minutes.exists:
        return 1 - _below_one(rate)
    by_minutes = 1 - minutes.number() / (window / timedelta(minutes=1))
    if not 0 < by_minutes < 1:
        raise minutes.refuse(_("this has to be more than 0 and less than the whole window."))
    if not rate.exists:
        return by_minutes
    expected = _below_one(rate) * (window / timedelta(minutes=1))
    if abs(minutes.number() / expected - 1) > AGREEMENT:
        sentence = _(
            "{minutes:g} min contradict the error rate of {rate:g}, which is {expected:g} min of {days:g} days."
        )
        days = window / timedelta(days=1)
        raise minutes.refuse(
            sentence.format(minutes=minutes.number(), rate=rate.number(), expected=round(expected, 1), days=days)
        )
    return 1 - rate.number()


def _below_one(rate: Entry) -> float:
    if not 0 < rate.number() < 1:
        raise rate.refuse(_("this is a share: more than 0 and less than 1, such as 0.001 for 0.1 %."))
    return rate.number()


def _counts(total: str, *, bad: str = "", good: str = "") -> Indicator | None:
    if not total or not (bad or good):
        return None
    with_window = values.with_window
    return Indicator(Measure.COUNTS, bad=with_window(bad), good=with_window(good), total=with_window(total))
