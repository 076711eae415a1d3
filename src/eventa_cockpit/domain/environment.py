"""Environments: where a command acts, and how dangerous that is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Environment:
    """A place that the cockpit watches and acts on, such as prod or stg."""

    name: str
    """Short name, shown in the header and typed to confirm a change: `prod`."""
    is_production: bool = False
    """Users depend on it: changes ask for the environment's name."""
    is_drill: bool = False
    """Simulated; the header says DRILL beside the name."""
    title: str = ""
    """Long name in the team's own language, or empty."""
