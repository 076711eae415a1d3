"""All that is known of one row, with its link: to read, to copy, and to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view import detail

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from eventa_cockpit.widgets.view.listing import Facts


class Detail(Dialog[str]):
    """Returns `copy` or `link` where the responder asked for either."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v,q,enter", "leave"),
        Binding("y", "answer('copy')"),
        Binding("l", "answer('link')"),
        Binding("j", "move(1)"),
        Binding("k", "move(-1)"),
    ]

    def __init__(self, title: str, facts: Facts, link: str) -> None:
        super().__init__()
        self._title = title
        self._facts = facts
        self._link = link

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as box:
            box.border_title = Content(self._title)
            keys = _("y: copy  l: copy the link  Esc: back") if self._link else _("y: copy  Esc: back")
            box.border_subtitle = Content(keys)
            yield Paragraph(lambda width: detail.rows(self._facts, width))

    def action_answer(self, answer: str) -> None:
        if answer == "copy" or self._link:
            self.dismiss(answer)

    def action_move(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
