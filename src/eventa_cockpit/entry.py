"""The `cockpit` command's first steps: as little as possible before something is on the screen."""

from __future__ import annotations


def main() -> None:
    from eventa_cockpit.cli import cockpit

    cockpit()
