"""A choice out of a list, narrowed by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view.entries import Written, moved, settled, window
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, cell_len, cut, fit, line, span

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import Input

_SHOWN = 14


@dataclass(frozen=True, slots=True)
class Option:
    """One row: what is returned, what is shown, and what is said about it."""

    key: str
    title: str
    detail: str = ""


class Choose(Dialog[str]):
    """Returns the key of the option that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", priority=True),
        Binding("up,ctrl+p", "move(-1)", priority=True),
    ]

    def __init__(self, title: str, options: Sequence[Option]) -> None:
        super().__init__()
        self._title = title
        self._options = options
        self._filter = ""
        self._chosen = options[0].key if options else ""

    def compose(self) -> ComposeResult:
        from textual.widgets import Input

        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title)
            yield Input(placeholder=_("type to narrow the list"), id="filter", compact=True)
            yield Paragraph(self._rows, id="options")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter = event.value.strip().casefold()
        self._settle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._chosen:
            self.dismiss(self._chosen)

    def action_move(self, step: int) -> None:
        self._chosen = moved(self._entries(), self._chosen, step)
        self._settle()

    def _settle(self) -> None:
        self._chosen = settled(self._entries(), self._chosen, 0)
        self.query_one("#options", Paragraph).show(self._rows)

    def _matching(self) -> list[Option]:
        return [option for option in self._options if self._filter in f"{option.title} {option.detail}".casefold()]

    def _entries(self, width: int = 0) -> Written:
        return Written([_row(option, width) for option in self._matching()])

    def _rows(self, width: int) -> list[Line]:
        entries = self._entries(width)
        shown = window(entries, 0, _SHOWN, self._chosen).rows
        drawn = [
            Line((span("› " if row.is_selected else "  ", Role.KEY), *fit(row, width - 2)), is_selected=row.is_selected)
            for row in shown
        ]
        if not entries.keys:
            drawn = [line(span(_("Nothing matches."), Role.MUTED))]
        return [BLANK, *drawn, BLANK, Line(keys([("Enter", _("open")), ("Esc", _("back"))]))]


def _row(option: Option, width: int) -> Line:
    return line(span(option.title), right=_detail(option, width), key=option.key)


def _detail(option: Option, width: int) -> Spans:
    """As much as the title leaves, and a little more where it leaves next to nothing."""
    text = cut(option.detail, max(width - cell_len(option.title) - 4, width // 4))
    return (span(text, Role.MUTED),) if text else ()
