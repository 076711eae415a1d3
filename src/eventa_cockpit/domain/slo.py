"""Error budgets: what is left of them, how fast they burn, and whether that is worth a page. Pure arithmetic.

Burn rates over several windows after Google's SRE Workbook, chapter 5
(https://sre.google/workbook/alerting-on-slos/). Too little traffic is insufficient data, never 100 %.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from eventa_cockpit.domain.objective import Objective, Weighting

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
COVERED = 0.5
"""Share of a window that has to have been measured for the window to say anything."""
MINIMUM = 100.0
"""Requests below which a window says nothing: with fewer, one error looks like an outage."""


class SloState(StrEnum):
    """What the burn asks for."""

    PAGE = "page"
    TICKET = "ticket"
    NONE = "none"
    INSUFFICIENT = "insufficient"
    """Some rule cannot be decided, and none that can asks for anything."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Both windows have to burn faster than the threshold: the long one for weight, the short one for being over."""

    state: SloState
    long: timedelta
    short: timedelta
    share: float
    """Of the budget that may be spent within the long window."""

    def threshold(self, window: timedelta) -> float:
        """The burn rate at which `share` of a budget for `window` is spent within the long window."""
        return self.share * (window / self.long)


RULES = (
    Rule(SloState.PAGE, HOUR, 5 * MINUTE, 0.02),
    Rule(SloState.PAGE, 6 * HOUR, 30 * MINUTE, 0.05),
    Rule(SloState.TICKET, DAY, 2 * HOUR, 0.1),
    Rule(SloState.TICKET, 3 * DAY, 6 * HOUR, 0.1),
)
"""14.4, 6, 3 and 1 for a window of 30 days."""
WINDOWS = tuple(sorted({window for rule in RULES for window in (rule.long, rule.short)}))
LONGEST = WINDOWS[-1]
FOR_EVER = 100.0
"""Windows after which a budget that lasts longer need not be told to end."""
OUTLOOK = HOUR
"""The window whose burn tells when the budget will be empty."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What was counted between two moments."""

    end: datetime
    span: timedelta
    bad: float
    total: float


@dataclass(frozen=True, slots=True)
class Tally:
    """The slices of a window added up."""

    bad: float = 0.0
    total: float = 0.0
    bad_time: timedelta = timedelta()
    """Each slice by its share of bad events."""
    busy_time: timedelta = timedelta()
    """Time of the slices with any event."""
    covered: timedelta = timedelta()
    """Time that was measured at all."""


@dataclass(frozen=True, slots=True)
class Record:
    """All that was measured of one objective."""

    slices: Sequence[Slice] = ()
    """Oldest first; none lies across another."""
    counts_requests: bool = True
    """The totals are requests, not only something to divide by."""
    minimum: float = MINIMUM

    def tally(self, start: datetime, end: datetime) -> Tally:
        """What lies between the two moments; a slice that lies across one counts by its part within."""
        bad = total = 0.0
        bad_time = busy_time = covered = timedelta()
        first = bisect_right(self.slices, start, key=lambda each: each.end)
        for each in islice(self.slices, first, None):
            inside = min(each.end, end) - max(each.end - each.span, start)
            if inside <= timedelta():
                break
            part = inside / each.span
            bad, total, covered = bad + each.bad * part, total + each.total * part, covered + inside
            if each.total > 0:
                busy_time += inside
                bad_time += inside * (each.bad / each.total)
        return Tally(bad, total, bad_time, busy_time, covered)

    def error_ratio(self, found: Tally, window: timedelta, weighting: Weighting) -> float | None:
        """Share of bad requests, or of bad time; None when too little was measured, or too few came."""
        if found.covered < window * COVERED or found.total <= 0 or not found.busy_time:
            return None
        if self.counts_requests and found.total < self.minimum:
            return None
        if weighting is Weighting.REQUESTS:
            return found.bad / found.total if self.counts_requests else None
        return found.bad_time / found.busy_time


def budget_of(target: float, window: timedelta) -> timedelta:
    """How long a total outage may last: 43.2 minutes for 99.9 % of 30 days."""
    return window * (1 - target)


def burn_of(error_ratio: float, target: float) -> float:
    """How many times faster than allowed: 1 spends the budget exactly by the end of its window."""
    return error_ratio / (1 - target)


def time_to_empty(remaining: float, window: timedelta, burn: float | None) -> timedelta | None:
    """Until nothing is left if it goes on like this; None when next to nothing burns, or nobody knows."""
    if remaining <= 0:
        return timedelta()
    if not burn or remaining / burn > FOR_EVER:
        return None
    return window * (remaining / burn)


@dataclass(frozen=True, slots=True)
class Burn:
    """How fast one window burnt; None for insufficient data."""

    window: timedelta
    requests: float | None
    minutes: float | None

    def rate(self, weighting: Weighting) -> float | None:
        return self.requests if weighting is Weighting.REQUESTS else self.minutes


@dataclass(frozen=True, slots=True)
class Budget:
    """What an objective may still lose."""

    weighting: Weighting
    total: timedelta
    spent: float
    """Share of the budget, above 1 when it is overdrawn."""

    @property
    def remaining(self) -> float:
        return 1 - self.spent

    @property
    def left(self) -> timedelta:
        """As time of total outage; negative when it is overdrawn."""
        return self.total * self.remaining


@dataclass(frozen=True, slots=True)
class ObjectiveStatus:
    """One objective as it stands."""

    name: str
    target: float
    window: timedelta
    weighting: Weighting
    """Which budget is the promised one, and whose burn decides."""
    state: SloState = SloState.INSUFFICIENT
    budgets: tuple[Budget, ...] = ()
    """Those that can be told: by requests, by minutes."""
    burns: tuple[Burn, ...] = ()
    """Shortest window first."""
    empty_in: timedelta | None = None
    is_latency: bool = False
    problem: str = ""
    """Why there is less than there should be, as one cleaned sentence."""

    @property
    def budget(self) -> Budget | None:
        """The promised one; None for insufficient data."""
        return next((each for each in self.budgets if each.weighting is self.weighting), None)

    @property
    def burns_fast(self) -> bool:
        """The last minutes would be worth a page if they went on."""
        fastest = RULES[0]
        return (self.burn(fastest.short) or 0.0) > fastest.threshold(self.window)

    @property
    def telling_rule(self) -> Rule:
        """The rule that asks for what the state says, else the fastest one."""
        exceeded = (rule for rule in RULES if rule.state is self.state and self._exceeds(rule))
        return next(exceeded, RULES[0])

    def _exceeds(self, rule: Rule) -> bool:
        threshold = rule.threshold(self.window)
        return all((self.burn(window) or 0.0) > threshold for window in (rule.long, rule.short))

    def burn(self, window: timedelta) -> float | None:
        """How fast that window burnt by the promised weighting; None for insufficient data."""
        return next((each.rate(self.weighting) for each in self.burns if each.window == window), None)


@dataclass(frozen=True, slots=True)
class SloReport:
    """All objectives of the service, in the order of their file."""

    objectives: tuple[ObjectiveStatus, ...] = ()
    problems: tuple[str, ...] = ()
    """What is wrong with the file, each as one sentence with its place."""

    @property
    def worst(self) -> ObjectiveStatus | None:
        """The one to look at first: the gravest state, then the least budget."""
        return min(self.objectives, key=_urgency, default=None)


_GRAVITY = (SloState.PAGE, SloState.TICKET, SloState.INSUFFICIENT, SloState.NONE)


def _urgency(status: ObjectiveStatus) -> tuple[int, float]:
    return _GRAVITY.index(status.state), 1.0 if status.budget is None else status.budget.remaining


def state_of(burns: Sequence[Burn], weighting: Weighting, window: timedelta) -> SloState:
    """What the rules ask for together. A rule is decided as soon as one of its windows is below the threshold."""
    rates = {burn.window: burn.rate(weighting) for burn in burns}
    verdicts = [(rule.state, _exceeds(rule, rates, rule.threshold(window))) for rule in RULES]
    for state in (SloState.PAGE, SloState.TICKET):
        if (state, True) in verdicts:
            return state
    return SloState.INSUFFICIENT if any(verdict is None for _state, verdict in verdicts) else SloState.NONE


def _exceeds(rule: Rule, rates: dict[timedelta, float | None], threshold: float) -> bool | None:
    over = [None if rate is None else rate > threshold for rate in (rates.get(rule.long), rates.get(rule.short))]
    return False if False in over else None if None in over else True


def status_of(objective: Objective, record: Record, now: datetime, problem: str = "") -> ObjectiveStatus:
    """The objective as its record says."""
    start, end = objective.span(now)
    window = end - start
    weighting = objective.weighting if record.counts_requests else Weighting.MINUTES
    burns = tuple(_burn(record, each, now, objective.target) for each in WINDOWS)
    whole = record.tally(start, now)
    spent = {each: _spent(record, whole, each, objective.target, window, now - start) for each in Weighting}
    status = ObjectiveStatus(
        objective.name,
        objective.target,
        window,
        weighting,
        state_of(burns, weighting, window),
        tuple(
            Budget(each, budget_of(objective.target, window), share)
            for each, share in spent.items()
            if share is not None
        ),
        burns,
        is_latency=objective.is_latency,
        problem=problem,
    )
    if status.budget is None:
        return status
    return replace(status, empty_in=time_to_empty(status.budget.remaining, window, status.burn(OUTLOOK)))


def _burn(record: Record, window: timedelta, now: datetime, target: float) -> Burn:
    found = record.tally(now - window, now)
    requests, minutes = (record.error_ratio(found, window, weighting) for weighting in Weighting)
    return Burn(
        window,
        None if requests is None else burn_of(requests, target),
        None if minutes is None else burn_of(minutes, target),
    )


def _spent(
    record: Record, whole: Tally, weighting: Weighting, target: float, window: timedelta, elapsed: timedelta
) -> float | None:
    """Share of the budget that is gone. What was not measured has spent nothing, so most of it has to have been."""
    ratio = record.error_ratio(whole, elapsed, weighting)
    if ratio is None:
        return None
    counted = whole.covered if weighting is Weighting.REQUESTS else whole.busy_time
    return burn_of(ratio, target) * (counted / window)
