"""The eventa world: traffic, payments, database, delivery and cluster stepped together, with faults and mitigations.

Pure and reproducible: the seed, the moment of opening and the actions decide everything; the clock is passed in.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from eventa_cockpit.simulator.kube.cluster import BAD_RELEASE, FRONTEND, GOOD_RELEASE, Cluster
from eventa_cockpit.simulator.model.alerting import SAMPLES_A_RULE, Alerting
from eventa_cockpit.simulator.model.database import Database
from eventa_cockpit.simulator.model.delivery import Delivery
from eventa_cockpit.simulator.model.metering import Metering
from eventa_cockpit.simulator.model.noise import jitter
from eventa_cockpit.simulator.model.paging import Paging
from eventa_cockpit.simulator.model.payments import Payments
from eventa_cockpit.simulator.model.roster import Person, turn
from eventa_cockpit.simulator.model.sample import STEP_S, DatabaseSample, Sample
from eventa_cockpit.simulator.model.traffic import purchases_per_min, requests_per_s

HISTORY_S = 3900.0
"""Simulated seconds that lie behind the world when it is opened."""
ONSET_S = 330.0
"""A drill opens so long after its fault began: its alerts have been firing for about four minutes."""
KEPT_SAMPLES = int(3 * 3600 / STEP_S)


class Fault(StrEnum):
    """What can be wrong with eventa."""

    PAYMENT = "payment"
    """Stripe's gateway is down."""
    DATABASE = "database"
    """One query without its index locks the tickets table."""
    FRONTEND = "frontend"
    """The newest release's JavaScript fails in the browser."""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Maintenance mode as the admin API keeps it."""

    enabled: bool = False
    message: str = ""
    affected_components: tuple[str, ...] = ()
    changed_at: float | None = None

    def refuses(self, component: str) -> bool:
        """Whether requests of this component are turned away; the API's maintenance includes payments."""
        return self.enabled and (component in self.affected_components or "api" in self.affected_components)


class World:
    """All of eventa at one simulated moment."""

    def __init__(self, seed: int, opened_at: datetime, fault: Fault | None = None) -> None:
        self.seed = seed
        self.opened_at = opened_at
        self.now_s = -HISTORY_S
        self.faults: dict[Fault, float] = {}
        """Injected faults and their onset."""
        self.maintenance = Maintenance()
        self.payments = Payments(seed)
        self.database = Database(seed)
        self.delivery = Delivery(seed)
        self.cluster = Cluster(self.now_s)
        self.alerting = Alerting()
        self.paging = Paging(self._on_call)
        self.metering = Metering(seed, opened_at, self.now_s)
        self.history: deque[Sample] = deque(maxlen=KEPT_SAMPLES)
        if fault is not None:
            self.advance(-ONSET_S)
            self.inject(fault)
        self.advance(0)

    @property
    def newest(self) -> Sample:
        return self.history[-1]

    def usual(self, at_s: float) -> DatabaseSample:
        """The database at a moment before all drills, last week for instance, when nothing was wrong."""
        requests = requests_per_s(self.opened_at + timedelta(seconds=at_s), at_s, self.seed)
        return Database(self.seed).step(at_s, requests, is_refused=False)

    def advance(self, to_s: float) -> None:
        """Step until `to_s`; going back is not possible and does nothing."""
        while self.now_s + STEP_S <= to_s:
            self.now_s += STEP_S
            self.cluster.advance(self.now_s)
            self.history.append(self._step(self.now_s))
            self.metering.add(self.newest)
            newest = tuple(islice(self.history, max(len(self.history) - SAMPLES_A_RULE, 0), None))
            self.alerting.evaluate(newest)
            self.paging.advance(self.now_s, self.alerting.firing)
        self.cluster.advance(to_s)

    def inject(self, fault: Fault) -> None:
        """Begin a fault now."""
        self.faults[fault] = self.now_s
        if fault is Fault.PAYMENT:
            self.payments.break_gateway(self.now_s)
        elif fault is Fault.DATABASE:
            self.database.break_index(self.now_s)
        else:
            self.cluster.roll_out(FRONTEND, BAD_RELEASE, self.now_s)

    def clear(self) -> None:
        """Take all faults away, as if somebody else had found and removed their causes."""
        self.payments.clear()
        self.database.clear()
        self.delivery.clear()
        if Fault.FRONTEND in self.faults and self.cluster.frontend_release() == BAD_RELEASE:
            self.cluster.roll_out(FRONTEND, GOOD_RELEASE, self.now_s)
        self.faults.clear()

    def set_maintenance(self, *, enabled: bool, message: str = "", components: tuple[str, ...] = ()) -> Maintenance:
        self.maintenance = Maintenance(enabled, message, components if enabled else (), self.now_s)
        return self.maintenance

    def _on_call(self, level: int, at_s: float) -> Person:
        return turn(level, self.opened_at + timedelta(seconds=at_s)).person

    def _step(self, at_s: float) -> Sample:
        requests = requests_per_s(self.opened_at + timedelta(seconds=at_s), at_s, self.seed)
        refuses_api = self.maintenance.refuses("api")
        database = self.database.step(at_s, requests, is_refused=refuses_api)
        purchases = purchases_per_min(requests) * (1.0 if database.is_available else 0.0)
        payment = self.payments.step(at_s, purchases, is_refused=self.maintenance.refuses("payment"))
        return Sample(
            at_s=at_s,
            requests_per_s=requests,
            api_p95_s=self._api_p95(at_s, database, is_refused=refuses_api),
            api_error_rate=_api_error_rate(database, is_refused=refuses_api),
            payment=payment,
            database=database,
            script_errors_per_min=self.delivery.step(at_s, requests, self.cluster.bad_share()),
        )

    def _api_p95(self, at_s: float, database: DatabaseSample, *, is_refused: bool) -> float:
        wobble = 1 + 0.06 * jitter(self.seed, at_s, "api")
        if is_refused:
            return 0.018 * wobble
        if not database.is_available:
            return 3.0
        return (0.115 + 2.4 * database.read_latency_s) * wobble


def _api_error_rate(database: DatabaseSample, *, is_refused: bool) -> float:
    if is_refused:
        return 0.0
    if not database.is_available:
        return 0.85
    return 0.0004 + 0.06 * max(database.pressure - 0.3, 0.0)
