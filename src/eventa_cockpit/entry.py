"""The `cockpit` command's first steps: the last known screen first, everything else afterwards."""

from __future__ import annotations

import sys

from eventa_cockpit import cover


def main() -> None:
    cover.paint()
    from eventa_cockpit.cli import main as run

    sys.exit(run())
