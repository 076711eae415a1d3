"""What every key does in the pane in front, made from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view import help as help_view
from eventa_cockpit.widgets.view.bars import TITLES

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Help(Dialog[None]):
    """Closed by any of the keys that open or leave things."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,q,enter", "leave")]

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._pane = pane

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as box:
            box.border_title = Content(_("Help: {pane}").format(pane=_(TITLES[self._pane])))
            box.border_subtitle = Content(_("Esc: back"))
            yield Paragraph(lambda width: help_view.rows(self._pane, width))
