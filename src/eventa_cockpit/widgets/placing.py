"""A screen that puts its children where `view.places` says, without a container or a style rule in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region
from textual.layout import ArrangeResult, Layout, WidgetPlacement

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.widget import Widget

    from eventa_cockpit.widgets.view.places import Box

Placer = Callable[[int, int], "Mapping[str, Box]"]
"""(columns, rows) → the box of each child by its id; a child without one is out of sight."""


class Placed(Layout):
    """Later children lie over earlier ones."""

    name = "placed"

    def __init__(self, placer: Placer) -> None:
        self._placer = placer

    def arrange(
        self,
        parent: Widget,  # noqa: ARG002 - Textual's signature
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        boxes = self._placer(size.width, size.height)
        return [
            WidgetPlacement(Region(*boxes[child.id]), NULL_OFFSET, NULL_SPACING, child, order)
            for order, child in enumerate(children)
            if child.id is not None and child.id in boxes
        ]
