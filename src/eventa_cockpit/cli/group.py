"""The command line: composition only. Each command's module is imported when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from eventa_cockpit import __version__
from eventa_cockpit.cli.failing import guarded
from eventa_cockpit.cli.options import Options
from eventa_cockpit.folders import STATE_VARIABLE
from eventa_cockpit.locale import use_language

COMMANDS = {
    "bench": "eventa_cockpit.cli.bench:bench",
    "config": "eventa_cockpit.cli.config:config",
    "demo": "eventa_cockpit.cli.demo:demo",
    "doctor": "eventa_cockpit.cli.doctor:doctor",
    "incidents": "eventa_cockpit.cli.incidents:incidents",
    "journal": "eventa_cockpit.cli.journal:journal",
    "postmortem": "eventa_cockpit.cli.postmortem:postmortem",
    "preflight": "eventa_cockpit.cli.preflight:preflight",
    "runbooks": "eventa_cockpit.cli.runbooks:runbooks",
    "status": "eventa_cockpit.cli.status:status",
    "verify": "eventa_cockpit.cli.verify:verify",
    "watch": "eventa_cockpit.cli.watch:watch",
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


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration to use. Otherwise: $EVENTA_COCKPIT_CONFIG, ~/.config/eventa-cockpit, /etc/eventa-cockpit.",
)
@click.option("--env", "environment", metavar="NAME", default="", help="Environment to open, such as prod.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep incidents and runs there this time: below /dev/shm while no disk takes them.",
)
@click.option("--language", type=click.Choice(["auto", "en", "ja"]), help="Language of the screen.")
@click.version_option(__version__, prog_name="cockpit")
@click.pass_context
def cockpit(
    context: click.Context, path: Path | None, environment: str, state: Path | None, language: str | None
) -> int | None:
    """An incident cockpit for the terminal. Without a command it opens the screen."""
    if state is not None:
        os.environ[STATE_VARIABLE] = str(state.absolute())
    use_language(language or "auto")
    options = context.obj = Options(path, environment, language or "")
    if context.invoked_subcommand is not None:
        return None
    from eventa_cockpit.cli.opening import open_screen

    return open_screen(options.config())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    return guarded(lambda: _status(cockpit.main(arguments, prog_name="cockpit", standalone_mode=False)))


def _status(result: object) -> int:
    return result if isinstance(result, int) else 0
