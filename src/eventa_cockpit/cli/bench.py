"""`cockpit bench`: parts of the cockpit held still for a measurement from outside."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from eventa_cockpit.cli.opening import quicken
from eventa_cockpit.locale import _

MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - only as the parent of a private folder
ROOM = 3 << 30
"""Bytes that a memory-backed folder must have free to hold the output of a flood."""


@click.group()
def bench() -> None:
    """Measure the cockpit on this machine."""


@bench.command(context_settings={"ignore_unknown_options": True})
@click.option("--pipe", is_flag=True, help="Give the command a pipe instead of a terminal.")
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Where the run's files go."
)
@click.argument("command", nargs=-1, required=True)
def flood(pipe: bool, folder: Path | None, command: tuple[str, ...]) -> None:
    """Open one step that runs COMMAND: g starts it, k counts, FLOOD-DONE is shown when all of it is there, q leaves."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(_("This needs a terminal: run it in one, not in a pipe."))
    place = Path(tempfile.mkdtemp(prefix="cockpit-flood-", dir=folder or _fast_folder()))
    try:
        _open(shlex.join(command), place, uses_pty=not pipe)
    finally:
        shutil.rmtree(place)


def _open(script: str, folder: Path, *, uses_pty: bool) -> None:
    """Show the screen until it is left."""
    quicken()
    from eventa_cockpit.app import CockpitApp
    from eventa_cockpit.config import Config, EnvironmentConfig
    from eventa_cockpit.domain.board import Board
    from eventa_cockpit.domain.runbook import Library
    from eventa_cockpit.runner.launching import Runner
    from eventa_cockpit.screens.flood import FloodScreen, flood_runbook
    from eventa_cockpit.services.board import BoardService
    from eventa_cockpit.services.desk import Contents, Desk
    from eventa_cockpit.services.incidents import Incidents, new_responder

    config = Config(environments={"bench": EnvironmentConfig()}, environment="bench", state=folder)
    runner = Runner()
    runner.prefork()
    contents = Contents(
        Library((flood_runbook(script, uses_pty=uses_pty),)),
        BoardService(()),
        Incidents(folder, config, runner, new_responder()),
        runner.close,
    )
    environment = config.chosen.described_as(config.environment)
    desk = Desk(environment, config.service, ZoneInfo(config.timezone), Board(), lambda: contents)
    app = CockpitApp(desk, main_screen=FloodScreen)
    try:
        app.run()
        if app.failure is not None:
            raise app.failure
    finally:
        desk.close()


def _fast_folder() -> Path | None:
    """A folder in memory, so that the cockpit is measured and not the disk; None for the usual one."""
    try:
        has_room = shutil.disk_usage(MEMORY_FOLDER).free >= ROOM
    except OSError:
        return None
    return MEMORY_FOLDER if has_room and os.access(MEMORY_FOLDER, os.W_OK) else None
