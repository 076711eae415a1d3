"""The command line: composition only. Each command's module is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "bench": "eventa_cockpit.cli.bench:bench",
    "config": "eventa_cockpit.cli.config:config",
    "demo": "eventa_cockpit.cli.demo:demo",
    "doctor": "eventa_cockpit.cli.doctor:doctor",
    "runbooks": "eventa_cockpit.cli.runbooks:runbooks",
    "verify": "eventa_cockpit.cli.verify:verify",
}
"""Name → module:attribute of a `click.Command`."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.version_option(package_name="eventa-cockpit")
@click.pass_context
def cockpit(context: click.Context) -> None:
    """An incident cockpit for the terminal."""
    if context.invoked_subcommand is None:
        from eventa_cockpit.app import run

        run()
