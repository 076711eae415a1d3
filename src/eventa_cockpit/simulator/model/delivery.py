"""What visitors' browsers get: scripts from the CDN, pages from the pods, and the errors of a bad release."""

from __future__ import annotations

from dataclasses import dataclass

from eventa_cockpit.simulator.model.noise import jitter
from eventa_cockpit.simulator.model.sample import STEP_S

TIME_TO_LIVE_S = 240.0
"""How fast the CDN's copies follow the origin by themselves."""
INVALIDATION_S = 45.0
ERRORS_PER_REQUEST = 0.026
"""JavaScript errors a request while everybody has the bad release."""
PAGE_SHARE = 0.35
"""Errors that come from the pods' own pages; the rest come from the CDN's scripts."""


@dataclass(frozen=True, slots=True)
class Invalidation:
    id: str
    created_at: float
    done_at: float


class Delivery:
    """The CDN in front of the front end's pods."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.stale_share = 0.0
        """Share of the CDN's copies that are of a bad release, 0–1."""
        self.invalidations: dict[str, Invalidation] = {}

    def invalidate(self, at_s: float, invalidation_id: str) -> Invalidation:
        """Drop the CDN's copies; they are fetched anew from whatever the pods serve when it is done."""
        invalidation = Invalidation(invalidation_id, at_s, at_s + INVALIDATION_S)
        self.invalidations[invalidation_id] = invalidation
        return invalidation

    def clear(self) -> None:
        self.stale_share = 0.0

    def step(self, at_s: float, requests_per_s: float, bad_share: float) -> float:
        """JavaScript errors a minute; `bad_share` is the share of serving pods with a bad release."""
        if any(at_s - STEP_S < found.done_at <= at_s for found in self.invalidations.values()):
            self.stale_share = bad_share
        catch_up = STEP_S / (TIME_TO_LIVE_S if bad_share < self.stale_share else TIME_TO_LIVE_S / 4)
        self.stale_share += (bad_share - self.stale_share) * catch_up
        share = PAGE_SHARE * bad_share + (1 - PAGE_SHARE) * self.stale_share
        wobble = 1 + 0.12 * jitter(self._seed, at_s, "delivery")
        return requests_per_s * 60 * ERRORS_PER_REQUEST * share * wobble
