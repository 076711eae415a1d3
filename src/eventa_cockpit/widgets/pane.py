"""A framed list of entries with a cursor, and a filter that is typed into its title: what most panes are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from eventa_cockpit import keymap
from eventa_cockpit.widgets.canvas import Canvas
from eventa_cockpit.widgets.view import frame
from eventa_cockpit.widgets.view.entries import Entries, Window, Written, moved, settled, window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from eventa_cockpit.widgets.view.lines import Line


def bindings(scope: keymap.Scope) -> list[BindingType]:
    """Textual's bindings for everything that one kind of place answers."""
    return [
        Binding(",".join(action.keys), action.handler, action.label, id=action.id)
        for action in keymap.of_scope(scope)
        if action.keys
    ]


class ListPane(Canvas, can_focus=True):
    """Entries in a frame; subclasses make them from what they were shown."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(keymap.Scope.LIST)
    DEFAULT_CSS = "ListPane { width: 1fr; height: 1fr; }"

    class Highlighted(Message):
        """The cursor came to another entry."""

        def __init__(self, pane: ListPane, key: str) -> None:
            super().__init__()
            self.pane = pane
            self.key = key

        @property
        def control(self) -> ListPane:
            return self.pane

    class Chosen(Message):
        """An entry was clicked twice; Enter goes through the keymap."""

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
        """Key of the chosen entry; empty where none has one."""
        self._place = 0
        """Where among the keys the cursor was last."""
        self._first = ""
        """The first key when it was."""
        self._entries: Entries = Written(())
        self._head = 0
        """Rows above the list."""
        self._seen = Window(0, [], 0, 0, ())

    def entries(self, width: int) -> Entries:
        """What the list is made of, `width` cells wide."""
        raise NotImplementedError

    def head(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - for subclasses
        """Rows that stay above the list."""
        return ()

    def frame(self) -> frame.Frame:
        """Title and badges now."""
        raise NotImplementedError

    def paint(self, width: int, height: int) -> list[Line]:
        inside = width - frame.MARGIN
        entries = self.entries(inside)
        chosen = settled(entries, self.cursor, self._place)
        if chosen and chosen == self._first and not self.has_focus:
            chosen = entries.keys[0]  # nobody holds on to it: what comes in above it is what to look at
        if chosen != self.cursor:
            self._move_to(chosen)
            entries = self.entries(inside)
        self._entries = entries
        self._place = entries.place(chosen) or 0
        self._first = entries.keys[0] if entries.keys else ""
        head = list(self.head(inside))[: max(height - 3, 0)]
        self._head = len(head)
        self._seen = window(entries, self._seen.top, max(height - 2 - len(head), 0), self.cursor)
        body = [*head, *self._seen.rows]
        return frame.rows(self.frame(), body, (self._seen.above, self._seen.below), width, height)

    def choose(self, key: str) -> None:
        """Put the cursor on an entry."""
        if key != self.cursor:
            self._move_to(key)
            self.repaint()

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_page_down(self) -> None:
        self._step(self._page)

    def action_page_up(self) -> None:
        self._step(-self._page)

    def action_first(self) -> None:
        self._step(-len(self._entries))

    def action_last(self) -> None:
        self._step(len(self._entries))

    @property
    def _page(self) -> int:
        return max(len(set(self._seen.at)) - 1, 1)

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
        row = event.y - 1 - self._head
        if not 0 <= row < len(self._seen.at):
            return
        key = self._entries.rows(self._seen.at[row])[0].key
        if not key:
            return
        if event.chain > 1:
            self.post_message(self.Chosen(self, key))
        else:
            self.choose(key)

    def _step(self, count: int) -> None:
        if self._entries.keys:
            self.choose(moved(self._entries, self.cursor, count))
        else:
            self._seen = self._seen._replace(top=max(self._seen.top + count, 0))
            self.repaint()

    def _move_to(self, key: str) -> None:
        self.cursor = key
        self.post_message(self.Highlighted(self, key))
