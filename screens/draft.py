"""A text as others will read it, before it goes anywhere: changed, taken or left."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import Line, Role, span

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Draft(Dialog[str]):
    """Returns the text as it stands when it is taken."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "take", priority=True)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._complaint = ""

    def compose(self) -> ComposeResult:
        from textual.widgets import TextArea

        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title)
            yield TextArea(self._text, id="text", soft_wrap=True, compact=True)
            yield Paragraph(self._keys, id="keys")

    def action_take(self) -> None:
        from textual.widgets import TextArea

        text = self.query_one("#text", TextArea).text.strip()
        if not text:
            self._complaint = _("Write a few words first.")
            self.query_one("#keys", Paragraph).show(self._keys)
            return
        self.dismiss(text)

    def _keys(self, width: int) -> list[Line]:  # noqa: ARG002 - the shape of a Builder
        complaint = [Line((span("⚠ " + self._complaint, Role.WARNING),))] if self._complaint else []
        return [*complaint, Line(keys([("^S", _("take it")), ("Esc", _("back"))]))]
