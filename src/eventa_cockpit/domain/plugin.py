"""What a source of another package says, in words that every pane understands: readings, rows, changes."""

from __future__ import annotations

from dataclasses import dataclass

from eventa_cockpit.domain.change import Change
from eventa_cockpit.domain.reading import Level, Reading


@dataclass(frozen=True, slots=True)
class PluginRow:
    """One thing with a state of its own: a queue, a job, a shop."""

    title: str
    level: Level = Level.GOOD
    text: str = ""
    """What there is to say about it, in a few words."""
    link: str = ""


@dataclass(frozen=True, slots=True)
class PluginReport:
    """One answer. The worst level in it is the level of the whole."""

    summary: str = ""
    """One line above the rest."""
    readings: tuple[Reading, ...] = ()
    rows: tuple[PluginRow, ...] = ()
    changes: tuple[Change, ...] = ()
    """Shown among the changes of all upstreams."""
