"""`cockpit demo`: the cockpit in a simulated outage, started and stopped with its world."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from eventa_cockpit.cli.opening import check_terminal, open_screen
from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.folders import STATE_VARIABLE, user_state
from eventa_cockpit.locale import _
from eventa_cockpit.simulator.launching import FAULTS, World, launch_world

KEPT_DRILLS = 5
"""Folders of former drills that stay: their incidents can still be read."""


@click.command()
@click.argument("fault", type=click.Choice(FAULTS), default=FAULTS[0])
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same drill again.")
@click.option(
    "--speed",
    type=click.FloatRange(0, 3600, min_open=True),
    default=1.0,
    show_default=True,
    help="Simulated seconds a second.",
)
@click.option("--world-only", is_flag=True, help="Start the world without a screen, print how to reach it, and wait.")
@pass_options
def demo(options: Options, fault: str, seed: int, speed: float, world_only: bool) -> int:
    """Open the cockpit in a simulated outage of eventa: FAULT is payment, database or frontend."""
    if not world_only:
        check_terminal()
    folder = new_drill_folder(Path(user_state()) / "drills")
    with launch_world(folder, fault=fault, seed=seed, speed=speed) as world:
        if world_only:
            world.wait_until_ready()
            return _wait(world)
        return _open(world, options)


def new_drill_folder(drills: Path) -> Path:
    """A folder of its own for this drill; the oldest of the former ones are removed."""
    former = sorted(found for found in drills.glob("*Z-*") if found.is_dir() and not _is_running(found))
    for folder in former[: -KEPT_DRILLS + 1]:
        shutil.rmtree(folder, ignore_errors=True)
    return drills / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"


def _is_running(folder: Path) -> bool:
    """Whether the process that made this drill's folder still runs."""
    try:
        os.kill(int(folder.name.rpartition("-")[2]), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True


def _open(world: World, options: Options) -> int:
    # The drill's incidents stay in its own folder, wherever the real ones are kept.
    os.environ.pop(STATE_VARIABLE, None)
    world.wake_aws()
    # The screen's libraries are imported while the world starts.
    import eventa_cockpit.app  # noqa: F401

    world.wait_until_ready()
    return open_screen(Options(world.config_path, "", options.language).config())


def _wait(world: World) -> int:
    """Say how other terminals reach the world, and stay until a signal or the world's own end."""
    click.echo(_("# The simulated world is up until this command ends (Ctrl-C). In another terminal:"))
    for name, value in world.variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    click.echo(f'export ADMIN_TOKEN="$(cat {shlex.quote(str(world.admin_token_file))})"')
    click.echo(f"export CF_DISTRIBUTION_ID={world.distribution}")
    click.echo(f"# control: {world.control_url}/state")
    click.echo(f"cockpit --config {shlex.quote(str(world.config_path))}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        world.wait()
    except KeyboardInterrupt:
        return 0
    return 1


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
