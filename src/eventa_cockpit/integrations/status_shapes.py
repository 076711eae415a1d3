"""What the JSON of a status page says: Atlassian Statuspage's summary or Stripe's own format, as its fields tell.

A page that says nothing that we understand is an error, and a state that we do not know is unknown: never green.
Formats: https://www.atlassianstatus.com/api (v2 summary), https://status.stripe.com/current/full.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from eventa_cockpit.cleaning import clean, clean_line
from eventa_cockpit.domain.service_status import (
    GRAVITY,
    Component,
    ServiceIncident,
    ServiceState,
    ServiceStatus,
    worst,
)
from eventa_cockpit.integrations.decoding import malformed, strictly, utc, web_link
from eventa_cockpit.locale import _

INDICATORS = {
    "none": ServiceState.OPERATIONAL,
    "maintenance": ServiceState.MAINTENANCE,
    "minor": ServiceState.DEGRADED,
    "major": ServiceState.PARTIAL_OUTAGE,
    "critical": ServiceState.MAJOR_OUTAGE,
}
COMPONENTS = {
    "operational": ServiceState.OPERATIONAL,
    "under_maintenance": ServiceState.MAINTENANCE,
    "degraded_performance": ServiceState.DEGRADED,
    "partial_outage": ServiceState.PARTIAL_OUTAGE,
    "major_outage": ServiceState.MAJOR_OUTAGE,
}
UPTIME = {
    "up": ServiceState.OPERATIONAL,
    "degraded": ServiceState.DEGRADED,
    "down": ServiceState.MAJOR_OUTAGE,
}
"""Stripe's `pending` and `paused` say nothing about the service."""


class Page(msgspec.Struct):
    name: str
    url: str = ""
    updated_at: datetime | None = None


class Status(msgspec.Struct):
    indicator: str
    description: str = ""


class PageComponent(msgspec.Struct):
    name: str
    status: str
    group: bool = False


class Update(msgspec.Struct):
    body: str | None = ""


class PageIncident(msgspec.Struct):
    name: str
    status: str
    shortlink: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    incident_updates: list[Update] = []


class Summary(msgspec.Struct):
    page: Page
    status: Status
    components: list[PageComponent] = []
    incidents: list[PageIncident] = []
    scheduled_maintenances: list[PageIncident] = []


class UptimePart(msgspec.Struct):
    title: str = ""
    key: str = ""
    warning: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Uptime(msgspec.Struct):
    state: str = msgspec.field(name="UptimeStatus")
    message: str | None = ""
    parts: list[UptimePart] = msgspec.field(default_factory=list, name="uptimeData")


def status_of(body: bytes, name: str, now: datetime) -> ServiceStatus:
    """The page's state whichever of the known formats it has; `name` serves where the page has none for itself."""
    fields = strictly(body, dict[str, msgspec.Raw])
    if "status" in fields and "page" in fields:
        return _from_summary(strictly(body, Summary), now)
    if "UptimeStatus" in fields:
        return _from_uptime(strictly(body, Uptime), name)
    raise malformed(_("it is neither a Statuspage summary nor Stripe's format"))


def _from_summary(raw: Summary, now: datetime) -> ServiceStatus:
    components = tuple(
        Component(clean_line(part.name), COMPONENTS.get(part.status, ServiceState.UNKNOWN))
        for part in raw.components
        if not part.group
    )
    state = INDICATORS.get(raw.status.indicator, ServiceState.UNKNOWN)
    return ServiceStatus(
        name=clean_line(raw.page.name),
        state=worst((state, *_under_way(raw), *(component.state for component in components))),
        summary=clean_line(raw.status.description),
        components=_gravest_first(components),
        incidents=(
            *(_incident(incident, now, is_maintenance=False) for incident in raw.incidents),
            *(_incident(incident, now, is_maintenance=True) for incident in raw.scheduled_maintenances),
        ),
        shape="statuspage",
        updated_at=min(utc(raw.page.updated_at), now) if raw.page.updated_at else None,
        link=web_link(raw.page.url),
    )


def _under_way(raw: Summary) -> tuple[ServiceState, ...]:
    """Pages may call themselves green while a maintenance of theirs goes on."""
    is_under_way = any(entry.status in {"in_progress", "verifying"} for entry in raw.scheduled_maintenances)
    return (ServiceState.MAINTENANCE,) if is_under_way else ()


def _incident(raw: PageIncident, now: datetime, *, is_maintenance: bool) -> ServiceIncident:
    started = raw.scheduled_for if is_maintenance else raw.started_at or raw.created_at
    return ServiceIncident(
        title=clean_line(raw.name),
        state=clean_line(raw.status),
        started_at=None if started is None else utc(started) if is_maintenance else min(utc(started), now),
        text=clean((raw.incident_updates[0].body if raw.incident_updates else "") or ""),
        link=web_link(raw.shortlink),
        is_maintenance=is_maintenance,
        until=utc(raw.scheduled_until) if raw.scheduled_until else None,
    )


def _from_uptime(raw: Uptime, name: str) -> ServiceStatus:
    components = tuple(Component(clean_line(part.title or part.key), _part_state(part)) for part in raw.parts)
    return ServiceStatus(
        name=clean_line(name),
        state=UPTIME.get(raw.state, ServiceState.UNKNOWN),
        summary=clean_line(raw.message or ""),
        components=_gravest_first(components),
        shape="stripe",
    )


def _part_state(part: UptimePart) -> ServiceState:
    """Stripe marks a part that is not well with a warning; a part that does not say is unknown."""
    if isinstance(part.warning, msgspec.UnsetType):
        return ServiceState.UNKNOWN
    return ServiceState.OPERATIONAL if bytes(part.warning) == b"null" else ServiceState.DEGRADED


def _gravest_first(components: tuple[Component, ...]) -> tuple[Component, ...]:
    return tuple(sorted(components, key=lambda component: -GRAVITY[component.state]))
