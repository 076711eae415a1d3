"""The dialog that asks for what a command needs and nobody has said yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content

from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.screens.proposal_box import ProposalBox
from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view import approval
from eventa_cockpit.widgets.view.approval import Proposal
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, span, wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import Input

    from eventa_cockpit.domain.runbook import Parameter


class FillIn(Dialog[Mapping[str, str]]):
    """Returns a value for each parameter; they are remembered for the rest of the incident."""

    def __init__(self, proposal: Proposal, missing: Sequence[Parameter]) -> None:
        super().__init__()
        self._proposal = proposal
        self._missing = tuple(missing)

    def compose(self) -> ComposeResult:
        from textual.widgets import Input

        with Vertical(classes="dialog") as box:
            box.border_title = Content(_("This command needs a value"))
            yield ProposalBox(self._proposal, self._rest)
            for parameter in self._missing:
                yield Paragraph(_label(parameter.name))
                yield Input(name=parameter.name, value=parameter.default or "", compact=True)
            yield Paragraph(_keys)

    def _rest(self, width: int) -> int:
        """Rows that the fields and the keys take."""
        return sum(len(_label(parameter.name)(width)) + 1 for parameter in self._missing) + len(_keys(width))

    def on_resize(self) -> None:
        self.query_one(ProposalBox).fit()

    def on_mount(self) -> None:
        self._inputs()[0].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        empty = next((item for item in self._inputs() if not item.value.strip()), None)
        if empty is not None:
            empty.focus()
            return
        values = {item.name or "": item.value.strip() for item in self._inputs()}
        self.dismiss(MappingProxyType(values))

    def _inputs(self) -> list[Input]:
        from textual.widgets import Input

        return list(self.query(Input))


def _keys(width: int) -> list[Line]:  # noqa: ARG001 - the shape of a Builder
    return [BLANK, Line(keys([("Enter", _("next")), ("Esc", _("back"))]))]


def _label(name: str) -> approval.Builder:
    return lambda width: [BLANK, *(Line((span(row, Role.STRONG),)) for row in wrap(f"{name}:", width))]
