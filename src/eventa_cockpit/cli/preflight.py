"""`cockpit preflight`: whether the commands of one runbook would find what they need, and act where they should."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from eventa_cockpit.cli.doctor import print_json, print_lines
from eventa_cockpit.cli.options import Options, pass_options


@click.command()
@click.argument("runbook_id", metavar="RUNBOOK")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@pass_options
def preflight(options: Options, runbook_id: str, paths: tuple[Path, ...], *, as_json: bool) -> int:
    """Look at what the commands of RUNBOOK need, before its first step. Exit status 1 when something is missing.

    RUNBOOK is an id, as `cockpit runbooks list` shows it. A PATH is a file or a folder; without one, the configured
    runbooks.
    """
    from eventa_cockpit.cli.runbooks import find_runbook, open_library
    from eventa_cockpit.config import prepare_state
    from eventa_cockpit.services.preflight import Ground, examine

    config = options.config()
    runbook = find_runbook(open_library(paths, options), runbook_id)
    ground = Ground(runbook, config, os.environ, prepare_state(config))
    report = asyncio.run(examine(ground, datetime.now(UTC)))
    return print_json(list(report.findings)) if as_json else print_lines(report.findings)
