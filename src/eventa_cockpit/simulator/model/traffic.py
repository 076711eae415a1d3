"""How many people use eventa: a daily curve over Japan's hours with some noise."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from eventa_cockpit.simulator.model.noise import jitter

BUSIEST_HOUR_UTC = 11
"""20:00 in Tokyo."""
BUSIEST_REQUESTS_PER_S = 180.0
PURCHASE_SHARE = 0.012
"""Purchases a request."""


def requests_per_s(moment: datetime, at_s: float, seed: int) -> float:
    """Requests a second at a wall-clock moment: about half as many at the quietest hour as at the busiest."""
    hour = moment.astimezone(UTC) - timedelta(hours=BUSIEST_HOUR_UTC)
    angle = (hour.hour * 3600 + hour.minute * 60 + hour.second) / 86400 * 2 * math.pi
    share = 0.75 + 0.25 * math.cos(angle)
    return BUSIEST_REQUESTS_PER_S * share * (1 + 0.05 * jitter(seed, at_s, "traffic"))


def purchases_per_min(requests: float) -> float:
    return requests * PURCHASE_SHARE * 60
