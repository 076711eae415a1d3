"""Payments: a gateway that fails, a retry queue that keeps the wound open, maintenance mode that lets it heal."""

from __future__ import annotations

from eventa_cockpit.simulator.model.noise import jitter, spread
from eventa_cockpit.simulator.model.sample import STEP_S, PaymentSample

USUAL_FAILURE_RATE = 0.006
"""Declined cards and mistyped numbers."""
GATEWAY_FAILURE_RATE = 0.62
"""Stripe's share of all payments."""
OVERLOAD_FAILURE_RATE = 0.34
"""Payments that time out because the workers are busy with retries."""
OVERLOAD_BACKLOG = 60.0
"""Waiting retries from which the workers are late for new payments."""
LARGEST_BACKLOG = 2500.0
RETRIES_PER_MIN = 20.0
"""Retries that the workers finish while the gateway works."""
DRAIN_PER_STEP = 0.75
"""What is left of the queue after one step in which nothing new is accepted."""
RAMP_S = 60.0


class Payments:
    """The payment path.

    A gateway outage outlives its cause: the retry queue has to be drained by refusing new payments for a while.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.down_at: float | None = None
        self.up_at: float | None = None
        self.backlog = 0.0

    def break_gateway(self, at_s: float) -> None:
        """Stripe goes down, and comes back by itself after 12 to 18 minutes, depending on the seed."""
        self.down_at = at_s
        self.up_at = at_s + spread(self._seed, "gateway.recovery", 720, 1080)

    def clear(self) -> None:
        """Take the cause and its backlog away at once."""
        self.down_at = self.up_at = None
        self.backlog = 0.0

    def gateway_is_down(self, at_s: float) -> bool:
        return self.down_at is not None and self.down_at <= at_s < (self.up_at or at_s + 1)

    def step(self, at_s: float, purchases_per_min: float, *, is_refused: bool) -> PaymentSample:
        """Advance by one step; `is_refused`: maintenance mode turns purchases away."""
        if is_refused:
            self.backlog *= DRAIN_PER_STEP
            return PaymentSample(0.0, purchases_per_min, 0.0, self.backlog)
        rate = self._failure_rate(at_s)
        failed_per_min = purchases_per_min * max(rate - USUAL_FAILURE_RATE, 0)
        drained = 0.0 if self.gateway_is_down(at_s) else RETRIES_PER_MIN
        grown = self.backlog + (failed_per_min - drained) * STEP_S / 60
        self.backlog = min(max(grown, 0.0), LARGEST_BACKLOG)
        return PaymentSample(purchases_per_min, 0.0, rate, self.backlog)

    def _failure_rate(self, at_s: float) -> float:
        rate = USUAL_FAILURE_RATE * (1 + 0.5 * jitter(self._seed, at_s, "payment"))
        if self.gateway_is_down(at_s):
            assert self.down_at is not None
            ramp = min((at_s - self.down_at + STEP_S) / RAMP_S, 1.0)
            rate += GATEWAY_FAILURE_RATE * ramp * (1 + 0.04 * jitter(self._seed, at_s, "gateway"))
        elif self.backlog > OVERLOAD_BACKLOG:
            rate += OVERLOAD_FAILURE_RATE * (1 + 0.1 * jitter(self._seed, at_s, "overload"))
        return min(rate, 1.0)
