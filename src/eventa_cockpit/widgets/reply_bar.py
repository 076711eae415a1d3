"""The line in which a responder types a short answer to the command that runs."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from eventa_cockpit.locale import _, mark


class ReplyBar(Input):
    """Hidden until it is opened. Enter sends, Escape sends nothing; nothing of it is kept."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", mark("Back"), show=False, id="reply.close")]
    DEFAULT_CSS = """
    ReplyBar, ReplyBar:focus { height: 1; border: none; padding: 0; display: none; }
    ReplyBar.-open { display: block; }
    """

    class Closed(Message):
        """The responder is done; `text` is the answer, empty for Enter alone, None where nothing is to be sent."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(placeholder=_("Reply, Enter sends it as typed. For a password attach with a."))

    def open(self) -> None:
        """Show it empty, ready to type."""
        self.value = ""
        self.add_class("-open")
        self.focus()

    def action_close(self) -> None:
        self._close(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close(event.value)

    def _close(self, text: str | None) -> None:
        self.remove_class("-open")
        self.value = ""
        self.post_message(self.Closed(text))
