"""A few things that can be done now: arrows and Enter, or the number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from eventa_cockpit.locale import _
from eventa_cockpit.screens.choice import Option
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, cut, span, wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult

_MARGIN = 5
"""Cells of the mark, the number and a blank before each option."""


class Menu(Dialog[str]):
    """Returns the key of the option that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)"),
        Binding("up,k", "move(-1)"),
        Binding("enter", "choose"),
        *(Binding(str(number), f"choose({number})") for number in range(1, 10)),
    ]

    def __init__(self, title: str, sentences: Sequence[str], options: Sequence[Option]) -> None:
        super().__init__()
        self._title = title
        self._sentences = sentences
        self._options = options
        self._chosen = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title)
            yield Paragraph(self._rows, id="options")

    def action_move(self, step: int) -> None:
        self._chosen = (self._chosen + step) % len(self._options)
        self.query_one("#options", Paragraph).show(self._rows)

    def action_choose(self, number: int = 0) -> None:
        """The marked one, or the one of this number if there is one."""
        if number <= len(self._options):
            self.dismiss(self._options[number - 1 if number else self._chosen].key)

    def _rows(self, width: int) -> list[Line]:
        return [
            *(Line((span(row),)) for sentence in self._sentences for row in wrap(sentence, width)),
            BLANK,
            *(row for index in range(len(self._options)) for row in self._option_rows(index, width)),
            BLANK,
            Line(keys([("↑↓ Enter", _("choose")), ("Esc", _("back"))])),
        ]

    def _option_rows(self, index: int, width: int) -> list[Line]:
        option, is_chosen = self._options[index], index == self._chosen
        mark = (span("› " if is_chosen else "  ", Role.KEY), span(f"{index + 1}  ", Role.KEY))
        title = Line((*mark, span(cut(option.title, width - _MARGIN), Role.STRONG)), is_selected=is_chosen)
        detail = [Line((span(" " * _MARGIN), span(row, Role.MUTED))) for row in wrap(option.detail, width - _MARGIN)]
        return [title, *(detail if option.detail else [])]
