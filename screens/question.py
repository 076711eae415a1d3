"""Small questions: a yes, or a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, span, wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import Input


class YesNo(Dialog[bool]):
    """Asks before something that a single key must not do. `y` is yes; anything else that closes it is no."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "yes"), Binding("n", "leave")]

    def __init__(self, title: str, sentences: Sequence[str], yes: str) -> None:
        super().__init__()
        self._title = title
        self._sentences = sentences
        self._yes = yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title)
            yield Paragraph(self._rows)

    def action_yes(self) -> None:
        self.dismiss(True)

    def _rows(self, width: int) -> list[Line]:
        return [
            *(Line((span(row),)) for sentence in self._sentences for row in wrap(sentence, width)),
            BLANK,
            Line(keys([("y", self._yes), ("Esc", _("back"))])),
        ]


class AskText(Dialog[str]):
    """Asks for one line: a reason, a note."""

    def __init__(self, title: str, sentences: Sequence[str], *, is_required: bool = True) -> None:
        super().__init__()
        self._title = title
        self._sentences = sentences
        self._is_required = is_required
        self._complaint = ""

    def compose(self) -> ComposeResult:
        from textual.widgets import Input

        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title)
            yield Paragraph(self._rows, id="sentences")
            yield Input(id="answer", compact=True)
            yield Paragraph(self._keys, id="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if self._is_required and not text:
            self._complaint = _("Write a few words first.")
            self.query_one("#keys", Paragraph).show(self._keys)
            return
        self.dismiss(text)

    def _rows(self, width: int) -> list[Line]:
        return [Line((span(row),)) for sentence in self._sentences for row in wrap(sentence, width)]

    def _keys(self, width: int) -> list[Line]:  # noqa: ARG002 - the shape of a Builder
        complaint = [Line((span("⚠ " + self._complaint, Role.WARNING),))] if self._complaint else []
        return [*complaint, Line(keys([("Enter", _("save")), ("Esc", _("back"))]))]
