"""A metric over time on the whole of a widget, in the glyphs that the terminal has."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from eventa_cockpit.widgets.canvas import Canvas
from eventa_cockpit.widgets.view.chart import Glyphs
from eventa_cockpit.widgets.view.lines import Line

_WITHOUT_BRAILLE = ("linux", "vt", "ansi", "cons", "screen.linux")
"""Beginnings of the names of terminals whose fonts have no dots: the console of a machine, above all."""

Builder = Callable[[timedelta, tuple[int, int], Glyphs], Sequence[Line]]


class Chart(Canvas):
    """Shows what `build` makes of the range, the size and the glyphs."""

    DEFAULT_CSS = "Chart { width: 1fr; height: 1fr; }"

    def __init__(self, build: Builder, reach: timedelta) -> None:
        super().__init__()
        self._build = build
        self._glyphs = glyphs_of(os.environ)
        self.reach = reach

    def show(self, reach: timedelta) -> None:
        """Draw another range."""
        self.reach = reach
        self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Line]:
        return self._build(self.reach, (width, height), self._glyphs)


def glyphs_of(environment: Mapping[str, str]) -> Glyphs:
    """What the terminal can draw, by its name."""
    return Glyphs.ASCII if environment.get("TERM", "").startswith(_WITHOUT_BRAILLE) else Glyphs.BRAILLE
