"""The dialog in which a step's command is edited for one run. What comes of it is shown once more before it runs."""

from __future__ import annotations

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
    from textual.widgets import TextArea


class EditCommand(Dialog[str]):
    """Returns the text as it stands in the editor; None, and the draft in `left`, when the responder backed out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "look", priority=True),
        Binding("ctrl+r", "restore", priority=True),
    ]
    CSS = """
    EditCommand TextArea {
        height: auto; min-height: 4; max-height: 55vh; border: none; padding: 0; background: $panel;
        &:focus { border: none; }
    }
    """

    def __init__(self, title: str, written: str, draft: str = "") -> None:
        """`draft` is where the editing goes on, if it is another text than `written`."""
        super().__init__()
        self._title = title
        self._written = written
        self._draft = draft or written
        self._complaint = ""
        self.left = ""
        """What was in the editor when it was closed without a run."""

    def compose(self) -> ComposeResult:
        from textual.widgets import TextArea

        with Vertical(classes="dialog") as box:
            box.border_title = Content(_("Edit and run: {step}").format(step=self._title))
            yield Paragraph(_about)
            # Wrapped, so that the end of a long line is not out of sight; a tab leads on, as in any other field.
            yield TextArea(self._draft, soft_wrap=True, show_line_numbers=True, tab_behavior="focus", id="text")
            yield Paragraph(self._keys, id="keys")

    def on_mount(self) -> None:
        self._editor.move_cursor(self._editor.document.end)

    def action_look(self) -> None:
        if self._editor.text.strip():
            self.dismiss(self._editor.text)
            return
        self._complaint = _("There is nothing to run.")
        self.query_one("#keys", Paragraph).show(self._keys)

    def action_restore(self) -> None:
        """The runbook's text again; the editor's own undo brings the edit back."""
        self._editor.replace(self._written, self._editor.document.start, self._editor.document.end)

    def action_leave(self) -> None:
        self.left = self._editor.text
        self.dismiss(None)

    @property
    def _editor(self) -> TextArea:
        from textual.widgets import TextArea

        return self.query_one("#text", TextArea)

    def _keys(self, width: int) -> list[Line]:
        complaint = [Line((span(text, Role.WARNING),)) for text in wrap("⚠ " + self._complaint, width)]
        named = keys([("^S", _("look and run")), ("^R", _("the runbook's text")), ("Esc", _("back"))])
        return [BLANK, *(complaint if self._complaint else []), Line(named)]


def _about(width: int) -> list[Line]:
    sentence = _("For this run only; the runbook's file stays as it is. The text goes into the record: no passwords.")
    return [*(Line((span(row, Role.MUTED),)) for row in wrap(sentence, width)), BLANK]
