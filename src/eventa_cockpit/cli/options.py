"""How a subcommand gets the options that stand before it."""

from __future__ import annotations

import click

from eventa_cockpit.cli.chosen import Options

__all__ = ["Options", "pass_options"]

pass_options = click.make_pass_decorator(Options, ensure=True)
