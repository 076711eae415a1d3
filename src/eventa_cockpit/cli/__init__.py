"""The command line: composition only. What parses it is imported where there is something to parse."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    from eventa_cockpit.cli.group import main as run

    return run(arguments)
