"""A framed list of rows with a cursor: what every pane but the output is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from eventa_cockpit import keymap
from eventa_cockpit.widgets.canvas import Canvas
from eventa_cockpit.widgets.view import frame, scrolling
from eventa_cockpit.widgets.view.lines import Line

if TYPE_CHECKING:
    from textual import events


def bindings(scope: keymap.Scope) -> list[BindingType]:
    """Textual's bindings for everything that one kind of place answers."""
    return [
        Binding(",".join(action.keys), action.handler, action.label, id=action.id)
        for action in keymap.of_scope(scope)
        if action.keys
    ]


class ListPane(Canvas, can_focus=True):
    """Rows in a frame; subclasses build them from what they were shown."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(keymap.Scope.LIST)
    DEFAULT_CSS = "ListPane { width: 1fr; height: 1fr; }"

    class Highlighted(Message):
        """The cursor came to another row."""

        def __init__(self, pane: ListPane, key: str) -> None:
            super().__init__()
            self.pane = pane
            self.key = key

        @property
        def control(self) -> ListPane:
            return self.pane

    class Chosen(Message):
        """A row was clicked twice; Enter goes through the keymap."""

        def __init__(self, pane: ListPane, key: str) -> None:
            super().__init__()
            self.pane = pane
            self.key = key

        @property
        def control(self) -> ListPane:
            return self.pane

    class TitleClicked(Message):
        """The frame's top was clicked."""

        def __init__(self, pane: ListPane) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, pane: keymap.Pane) -> None:
        super().__init__(id=pane.value)
        self.pane = pane
        self.cursor = ""
        """Key of the chosen row; empty where no row has one."""
        self._top = 0
        self._body: list[Line] = []

    def build(self, width: int) -> Sequence[Line]:
        """The rows inside the frame, `width` cells wide."""
        raise NotImplementedError

    def frame(self) -> frame.Frame:
        """Title and badges now."""
        raise NotImplementedError

    def paint(self, width: int, height: int) -> list[Line]:
        before = scrolling.keys_of(self._body)
        body = list(self.build(width - frame.MARGIN))
        chosen = scrolling.settled(self.cursor, before, scrolling.keys_of(body))
        if not chosen and (keys := scrolling.keys_of(body)):
            chosen = keys[0]
        if chosen != self.cursor:
            self._move_to(chosen)
            body = list(self.build(width - frame.MARGIN))
        self._body = body
        self._top = scrolling.scrolled(self._top, height - 2, body, self.cursor)
        return frame.rows(self.frame(), scrolling.marked(body, self.cursor), self._top, width, height)

    def choose(self, key: str) -> None:
        """Put the cursor on a row."""
        if key != self.cursor:
            self._move_to(key)
            self.repaint()

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_page_down(self) -> None:
        self._step(max(self.size.height // 3, 1))

    def action_page_up(self) -> None:
        self._step(-max(self.size.height // 3, 1))

    def action_first(self) -> None:
        self._step(-len(self._body))

    def action_last(self) -> None:
        self._step(len(self._body))

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def on_mouse_scroll_down(self) -> None:
        self._step(1)

    def on_mouse_scroll_up(self) -> None:
        self._step(-1)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            self.post_message(self.TitleClicked(self))
            return
        index = self._top + event.y - 1
        while 0 <= index < len(self._body) and not self._body[index].key:
            index -= 1
        if not 0 <= index < len(self._body):
            return
        key = self._body[index].key
        if event.chain > 1:
            self.post_message(self.Chosen(self, key))
        else:
            self.choose(key)

    def _step(self, count: int) -> None:
        keys = scrolling.keys_of(self._body)
        if keys:
            self.choose(scrolling.moved(self.cursor, keys, count))
        else:
            self._top = max(self._top + count, 0)
            self.repaint()

    def _move_to(self, key: str) -> None:
        self.cursor = key
        self.post_message(self.Highlighted(self, key))
