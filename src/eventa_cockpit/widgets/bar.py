"""One or a few lines without a frame: header, tabs, notice, footer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eventa_cockpit.widgets.canvas import Canvas
from eventa_cockpit.widgets.view.lines import Line

Builder = Callable[[int, int], Sequence[Line]]


class Bar(Canvas):
    """Shows what `build` makes of width and height; the screen gives it a height by its style."""

    DEFAULT_CSS = "Bar { width: 1fr; height: 1; }"

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._build: Builder = _nothing

    def show(self, build: Builder) -> None:
        self._build = build
        self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Line]:
        return self._build(width, height)


def _nothing(width: int, height: int) -> Sequence[Line]:  # noqa: ARG001 - the shape of a Builder
    return ()
