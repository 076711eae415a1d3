"""What a status page has to say besides its state: open incidents, maintenances, and how it was understood."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.service_status import ServiceIncident, ServiceState, ServiceStatus
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import Line, Role, line, span, wrap

SHAPES = {"statuspage": "Statuspage", "stripe": "Stripe", "atom": "Atom", "rss": "RSS"}
"""Names of the formats, the same in every language."""
PROGRESS = {
    "investigating": mark("investigating"),
    "identified": mark("cause identified"),
    "monitoring": mark("monitoring"),
    "scheduled": mark("planned"),
    "in_progress": mark("under way"),
    "in progress": mark("under way"),
    "verifying": mark("verifying"),
}
"""Statuspage's words; any other is shown as the page has it."""
SOON = timedelta(days=2)
"""How long before it a planned maintenance is worth a row."""
_MOST = 3
_ROWS_OF_TEXT = 2


def rows(status: ServiceStatus, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Rows for below the page's name; none while it has nothing to tell."""
    told = [incident for incident in status.incidents if _is_worth_a_row(incident, now)]
    shown = [row for incident in told[:_MOST] for row in _incident_rows(incident, now, zone, width)]
    if len(told) > _MOST:
        shown.append(_muted(_("{count} more on the page").format(count=len(told) - _MOST)))
    if status.state is ServiceState.UNKNOWN and status.summary:
        shown.extend(_muted(row) for row in wrap(status.summary, width - 2)[:_ROWS_OF_TEXT])
    return shown


def understood_as(status: ServiceStatus) -> str:
    """`Statuspage`: which of the known formats the page has."""
    return SHAPES.get(status.shape, status.shape)


def _is_worth_a_row(incident: ServiceIncident, now: datetime) -> bool:
    return not incident.is_maintenance or incident.started_at is None or incident.started_at - now <= SOON


def _incident_rows(incident: ServiceIncident, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    glyph, role = ("=", Role.TEXT) if incident.is_maintenance else ("✗", Role.WARNING)
    progress = PROGRESS.get(incident.state.casefold())
    word = _(progress) if progress is not None else incident.state
    text = f"{glyph} {incident.title}"
    found = [line("  ", span(row, role)) for row in wrap(text, width - 2)[:_ROWS_OF_TEXT]]
    when = _maintenance_time(incident, zone) if incident.is_maintenance else _since(incident, now)
    found.append(_muted("  " + "  ".join(part for part in (word, when) if part)))
    if not incident.is_maintenance and incident.text:
        found.extend(_muted("  " + row) for row in wrap(incident.text, width - 4)[:_ROWS_OF_TEXT])
    return found


def _since(incident: ServiceIncident, now: datetime) -> str:
    if incident.started_at is None:
        return ""
    return _("for {time}").format(time=moments.since(now - incident.started_at))


def _maintenance_time(incident: ServiceIncident, zone: tzinfo) -> str:
    """`11-24 02:00–04:00`, in the zone of the screen whatever the page's own."""
    if incident.started_at is None:
        return ""
    begins = incident.started_at.astimezone(zone)
    if incident.until is None:
        return f"{begins:%m-%d %H:%M}"
    ends = incident.until.astimezone(zone)
    end = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%m-%d %H:%M}"
    return f"{begins:%m-%d %H:%M}–{end}"


def _muted(text: str) -> Line:
    return line("  ", span(text, Role.MUTED))
