"""The preflight of the runbook in front: what was looked at, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view import preflight
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, line, span

if TYPE_CHECKING:
    from datetime import tzinfo

    from textual.app import ComposeResult

    from eventa_cockpit.domain.preflight import Preflight


class PreflightDialog(Dialog[None]):
    """Fills in while the checks go on; `r` looks again."""

    LOOK_S: ClassVar[float] = 0.3
    """How often it looks for more findings."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again"),
        Binding("enter", "dismiss(None)"),
        Binding("down,j", "scroll(1)"),
        Binding("up,k", "scroll(-1)"),
    ]

    def __init__(
        self, title: str, report: Callable[[], Preflight | None], again: Callable[[], None], zone: tzinfo
    ) -> None:
        super().__init__()
        self._title = title
        self._report = report
        self._begin_again = again
        self._zone = zone
        self._shown: Preflight | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(_("Preflight: {runbook}").format(runbook=self._title))
            with VerticalScroll(classes="scroll", can_focus=False):
                yield Paragraph(self._rows, id="findings")
            yield Paragraph(lambda _width: [BLANK, Line(keys([("r", _("look again")), ("Esc", _("back"))]))])

    def on_mount(self) -> None:
        self.set_interval(self.LOOK_S, self._look)

    def action_again(self) -> None:
        self._begin_again()
        self._look()

    def action_scroll(self, rows: int) -> None:
        self.query_one(".scroll", VerticalScroll).scroll_relative(y=rows, animate=False)

    def _look(self) -> None:
        if self._report() is not self._shown:
            self.query_one("#findings", Paragraph).show(self._rows)

    def _rows(self, width: int) -> list[Line]:
        self._shown = self._report()
        if self._shown is None:
            return [line(span(_("Still looking …"), Role.MUTED))]
        return preflight.rows(self._shown, self._zone, width)
