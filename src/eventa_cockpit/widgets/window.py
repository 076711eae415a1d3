"""A window over many rows that its owner places: the scroll bar follows, and nothing else on the screen is touched."""

from __future__ import annotations

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar


class Window(ScrollView):
    """Textual lays out the whole screen when a virtual size changes; ten times a second, that holds up the keys."""

    DEFAULT_CSS = """
    Window { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._is_placing = False
        self._drawn_bar: tuple[int, ...] = ()

    def on_scrolled(self, top: int) -> None:
        """The wheel or the scroll bar moved the window; the owner places it."""
        raise NotImplementedError

    def place(self, top: int, total: int, height: int) -> None:
        """Show `height` rows from `top` on, of `total`."""
        self.set_reactive(Window.virtual_size, Size(self.size.width, total))
        self._is_placing = True
        self.scroll_target_y = self.scroll_y = top
        self._is_placing = False
        bar = self.vertical_scrollbar
        bar.set_reactive(ScrollBar.window_virtual_size, total)
        bar.set_reactive(ScrollBar.window_size, height)
        bar.set_reactive(ScrollBar.position, float(top))
        # The bar is drawn in eighths of a cell: most of what arrives does not move it.
        drawn = tuple(round(8 * height * value / max(total, 1)) for value in (top, height))
        if drawn != self._drawn_bar:
            self._drawn_bar = drawn
            bar.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if not self._is_placing and round(old_value) != round(new_value):
            self.on_scrolled(round(new_value))
