"""`cockpit journal`: move the record between files and a database."""

from __future__ import annotations

import click

from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.locale import _


@click.group()
def journal() -> None:
    """Work with the place where incidents are recorded."""


@journal.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@pass_options
def copy(options: Options, source: str, target: str) -> int:
    """Copy all incidents FROM one place TO another: a state folder, or postgresql://… .

    Lines are copied as they are and checked afterwards; run it again to copy what was written meanwhile. Exit status
    1 when the copy does not verify.
    """
    from eventa_cockpit.services.storing import copy as copy_all
    from eventa_cockpit.services.storing import store_at

    config = options.config()
    origin, goal = store_at(source, config), store_at(target, config)
    for copied in copy_all(origin, goal):
        click.echo(
            _("{incident}: {lines} new lines in {parts} parts").format(
                incident=copied.incident, lines=copied.lines, parts=copied.parts
            )
        )
    damages = [
        f"{name} {finding.file}:{finding.line}: {finding.message}"
        for name in origin.names()
        for finding in goal.verify(name)
        if finding.is_damage
    ]
    for sentence in damages:
        click.echo(sentence)
    if damages:
        return 1
    click.echo(_("Everything in {place} is as it was written.").format(place=goal.place))
    return 0
