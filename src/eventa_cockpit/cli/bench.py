"""`cockpit bench`: parts of the cockpit held still for a measurement from outside."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import click

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
    # Textual reads this when it is imported: how long a key may wait for the next picture. Output has its own pace.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    from eventa_cockpit.screens.flood import open_flood

    place = Path(tempfile.mkdtemp(prefix="cockpit-flood-", dir=folder or _fast_folder()))
    try:
        open_flood(shlex.join(command), place, uses_pty=not pipe)
    finally:
        shutil.rmtree(place)


def _fast_folder() -> Path | None:
    """A folder in memory, so that the cockpit is measured and not the disk; None for the usual one."""
    try:
        has_room = shutil.disk_usage(MEMORY_FOLDER).free >= ROOM
    except OSError:
        return None
    return MEMORY_FOLDER if has_room and os.access(MEMORY_FOLDER, os.W_OK) else None
