"""What another company says about its own service: Stripe's, PAY.JP's or any other status page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ServiceState(StrEnum):
    """The page's own word, from good to bad. What the page does not say is unknown, never operational."""

    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    UNKNOWN = "unknown"


GRAVITY: dict[ServiceState, int] = {
    ServiceState.OPERATIONAL: 0,
    ServiceState.MAINTENANCE: 1,
    ServiceState.UNKNOWN: 2,
    ServiceState.DEGRADED: 3,
    ServiceState.PARTIAL_OUTAGE: 4,
    ServiceState.MAJOR_OUTAGE: 5,
}
"""How much a state outweighs the others when several are told as one."""


def worst(states: tuple[ServiceState, ...]) -> ServiceState:
    """The state that speaks for all of them; unknown when there are none."""
    return max(states, key=GRAVITY.__getitem__, default=ServiceState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the service with a state of its own."""

    name: str
    state: ServiceState


@dataclass(frozen=True, slots=True)
class ServiceIncident:
    """An incident or maintenance that the page has open."""

    title: str
    state: str
    """The page's own word for its progress: `investigating`, `in_progress`."""
    started_at: datetime | None = None
    text: str = ""
    """The newest update."""
    link: str = ""
    is_maintenance: bool = False
    until: datetime | None = None
    """When a maintenance is meant to end."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One status page as it was read."""

    name: str
    """The page's name for itself."""
    state: ServiceState
    summary: str = ""
    """The page's own sentence: `All Systems Operational`."""
    components: tuple[Component, ...] = ()
    """Those that are not operational first."""
    incidents: tuple[ServiceIncident, ...] = ()
    shape: str = ""
    """Which page format was understood: `statuspage`, `stripe`, `atom`, `rss`."""
    updated_at: datetime | None = None
    """When the page itself was last changed, in UTC."""
    link: str = ""
