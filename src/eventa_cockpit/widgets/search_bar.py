"""The line in which a responder types what to look for."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from eventa_cockpit.locale import _, mark


class SearchBar(Input):
    """Hidden until it is opened. Enter searches, Escape leaves everything as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", mark("Back"), show=False, id="search.close"),
        Binding("up", "recall", mark("Last search"), show=False, id="search.recall"),
    ]
    DEFAULT_CSS = """
    SearchBar, SearchBar:focus { height: 1; border: none; padding: 0; display: none; }
    SearchBar.-open { display: block; }
    """

    class Closed(Message):
        """The responder is done; `text` is what to look for, or None where nothing was asked."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(placeholder=_("Search: small letters find capital ones too"), select_on_focus=True)
        self._last = ""

    def open(self) -> None:
        """Show it, ready to type."""
        self.add_class("-open")
        self.focus()

    def action_close(self) -> None:
        self._close(None)

    def action_recall(self) -> None:
        self.value = self._last
        self.cursor_position = len(self.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._last = event.value
        self._close(event.value)

    def _close(self, text: str | None) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed(text))
