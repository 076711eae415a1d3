"""`cockpit verify`: whether the record of an incident is what its sessions wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.config import state_folder
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.journal.protocol import Finding
from eventa_cockpit.locale import _


@click.command()
@click.argument("incident", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@pass_options
def verify(options: Options, incident: str | None, as_json: bool) -> int:
    """Check the record of INCIDENT, or of all incidents. Exit status 1 when a line was tampered with or is missing."""
    from eventa_cockpit.services.storing import store_for

    config = options.config()
    store = store_for(config, state_folder(config))
    folder, names = store.place, store.names()
    if incident is not None:
        if incident not in names:
            raise ConfigError(
                _("There is no incident {incident} in {folder}.").format(incident=incident, folder=folder)
            )
        names = (incident,)
    found = {name: store.verify(name) for name in names}
    damages = sum(finding.is_damage for findings in found.values() for finding in findings)
    if as_json:
        click.echo(json.dumps(_as_data(found), ensure_ascii=False, indent=2))
        return 1 if damages else 0
    for name, findings in found.items():
        for finding in findings:
            place = f"{finding.file}:{finding.line}" if finding.line else finding.file
            click.echo(f"{name} {place}: {finding.message}")
    if not names:
        click.echo(_("There is no incident in {folder}.").format(folder=folder))
    elif damages:
        click.echo(_("The record is damaged: {count} findings in {folder}.").format(count=damages, folder=folder))
    else:
        click.echo(_("Checked {count} incidents: every line is as it was written.").format(count=len(names)))
    return 1 if damages else 0


def _as_data(found: Mapping[str, tuple[Finding, ...]]) -> dict[str, Any]:
    return {
        "incidents": [
            {
                "id": name,
                "findings": [
                    {
                        "file": finding.file,
                        "line": finding.line,
                        "kind": finding.kind.value,
                        "is_damage": finding.is_damage,
                        "message": finding.message,
                    }
                    for finding in findings
                ],
            }
            for name, findings in found.items()
        ]
    }
