"""`cockpit incidents`: which there are, what is known of one, and all of it for other tools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

import click

from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.cli.records import history, incident_of, sayer, zone_of
from eventa_cockpit.domain.message import MessageState
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view.incident_words import role_name

if TYPE_CHECKING:
    from eventa_cockpit.domain.incident import Incident
    from eventa_cockpit.services.incidents import IncidentSummary


@click.group()
def incidents() -> None:
    """Look at incidents: what happened, who did what, and what is still open."""


@incidents.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not closed.")
@pass_options
def list_(options: Options, *, as_json: bool, only_open: bool) -> int:
    """List all incidents, the newest first."""
    from eventa_cockpit.services.incidents import list_incidents

    config = options.config()
    found = [entry for entry in list_incidents(history(config)) if entry.is_open or not only_open]
    if as_json:
        click.echo(json.dumps({"incidents": [_as_data(entry) for entry in found]}, ensure_ascii=False, indent=2))
        return 0
    if not found:
        click.echo(_("There is no incident."))
    for entry in found:
        at = entry.declared_at.astimezone(zone_of(config))
        state = _("open") if entry.is_open else _("closed")
        drill = f" ({_('DRILL')})" if entry.is_drill else ""
        click.echo(f"{entry.id}  {at:%Y-%m-%d %H:%M %Z}  {entry.environment}{drill}  {state}  {entry.title}")
    return 0


@incidents.command()
@click.argument("incident")
@pass_options
def show(options: Options, incident: str) -> int:
    """Print INCIDENT: its state, what is owed and unsent, and its timeline."""
    config = options.config()
    zone = zone_of(config)
    found, library = incident_of(config, incident)
    for line in _outline(found, zone):
        click.echo(line)
    say = sayer(library)
    for event in found.timeline:
        click.echo(f"{event.at.astimezone(zone):%m-%d %H:%M:%S}  {event.name}  {say(event)}")
    return 0


def _outline(incident: Incident, zone: tzinfo) -> Iterator[str]:
    """Who, how bad, since when, and what is not done."""
    response = incident.response
    yield f"{incident.id}  {incident.title}"
    state = _("open") if incident.is_open else _("closed")
    yield f"{incident.service} {incident.environment}  {response.severity or '–'}  {state}"
    if incident.began_at is not None:
        yield _("since {time}").format(time=f"{incident.began_at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}")
    for role, holder in response.holders.items():
        yield f"{role_name(role)}: {holder.name}"
    for owed in incident.ledger.due(datetime.now(UTC)):
        yield _("to be undone: {text}").format(text=owed.text)
    for message in incident.messages:
        if message.state not in {MessageState.SENT, MessageState.DROPPED}:
            yield _("not sent to {place}: {text}").format(place=message.to, text=message.text)
    yield ""


@incidents.command()
@click.argument("incident")
@pass_options
def export(options: Options, incident: str) -> int:
    """Print everything that is known of INCIDENT as one JSON object."""
    from eventa_cockpit.services.postmortem.account import account_of
    from eventa_cockpit.services.postmortem.document import as_data

    found, library = incident_of(options.config(), incident)
    click.echo(json.dumps(as_data(account_of(found, library, datetime.now(UTC))), ensure_ascii=False, indent=2))
    return 0


def _as_data(entry: IncidentSummary) -> dict[str, object]:
    return {
        "id": entry.id,
        "title": entry.title,
        "environment": entry.environment,
        "declared_at": entry.declared_at.isoformat(),
        "declared_by": entry.declared_by,
        "is_open": entry.is_open,
        "is_drill": entry.is_drill,
    }
