"""Rows of spans as tall as they need to be: the text of a dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from eventa_cockpit.widgets.canvas import Canvas
from eventa_cockpit.widgets.view.lines import Line

if TYPE_CHECKING:
    from textual.geometry import Size

Builder = Callable[[int], Sequence[Line]]


class Paragraph(Canvas):
    """Shows what `build` makes of the width."""

    DEFAULT_CSS = "Paragraph { width: 1fr; height: auto; }"

    def __init__(self, build: Builder, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._build = build

    def paint(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - as tall as its rows
        return self._build(width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self._build(width))

    def show(self, build: Builder) -> None:
        """Other rows from now on, perhaps more or fewer."""
        self._build = build
        self._drawn = []
        self.refresh(layout=True)
