"""`cockpit postmortem`: write what the record knows of an incident, with the questions that people have to answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.cli.records import incident_of, sayer, zone_of
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.locale import _, current_language


@click.command()
@click.argument("incident")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder in which the file is written; the current one otherwise.",
)
@click.option("--template", type=click.Path(path_type=Path, dir_okay=False), help="Your own template.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON instead of writing a file.")
@pass_options
def postmortem(options: Options, incident: str, folder: Path, template: Path | None, *, as_json: bool) -> int:
    """Write the postmortem of INCIDENT as Markdown."""
    from eventa_cockpit.services.postmortem.account import account_of
    from eventa_cockpit.services.postmortem.document import as_data, document_of, read_template

    config = options.config()
    found, library = incident_of(config, incident)
    account = account_of(found, library, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(as_data(account), ensure_ascii=False, indent=2))
        return 0
    text = read_template(template) if template is not None else ""
    document = document_of(account, library, zone_of(config), current_language(), sayer(library), template=text)
    try:
        path = document.write(folder)
    except OSError as error:
        raise ConfigError(
            _("The postmortem cannot be written to {folder}: {reason}.").format(folder=folder, reason=error.strerror)
        ) from error
    click.echo(_("Wrote {file}.").format(file=clean_line(str(path))))
    return 0
