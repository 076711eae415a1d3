"""The dialog before a step runs: nothing runs that was not on this screen, and a danger asks for more than a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from eventa_cockpit.domain.confirmation import Answer, Confirmation, ConfirmationKind
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


@dataclass(frozen=True, slots=True)
class Approval:
    """What the responder did to let the step run."""

    answer: Answer
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Typed ones, by name."""


class RunStep(Dialog[Approval]):
    """Shows what would run and asks in proportion to the risk; None when the responder backed out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "approve('')"),
        Binding("y", "approve('y')"),
        Binding("down,j", "scroll(1)"),
        Binding("up,k", "scroll(-1)"),
    ]

    def __init__(self, proposal: Proposal, confirmation: Confirmation, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._proposal = proposal
        self._confirmation = confirmation
        self._secrets = tuple(secrets)
        self._complaint = ""

    def compose(self) -> ComposeResult:
        environment = self._proposal.environment
        kind = "-drill" if environment.is_drill else "-prod" if environment.is_production else "-staging"
        with Vertical(classes=f"dialog {kind}") as box:
            box.border_title = Content(_("Run this step?"))
            yield ProposalBox(self._proposal, self._rest)
            yield from self._fields()
            yield Paragraph(self._keys, id="keys")

    def _fields(self) -> ComposeResult:
        from textual.widgets import Input

        for name, prompt in self._prompts().items():
            yield Paragraph(_prompt(prompt))
            if name in self._secrets:
                yield Input(password=True, name=name, classes="secret", compact=True)
            else:
                yield Input(id=name, compact=True)

    def _prompts(self) -> dict[str, str]:
        """Name of each field → what it asks for."""
        if self._proposal.blocked:
            return {}
        found = {name: _("{name} (not shown, not kept):").format(name=name) for name in self._secrets}
        if self._confirmation.kind is ConfirmationKind.TYPED:
            prompt = _("This changes {environment}. Type {word} to run it:")
            found["typed"] = prompt.format(environment=self._proposal.environment.name, word=self._confirmation.word)
        if self._confirmation.needs_reason:
            found["reason"] = _("Why is this needed?")
        return found

    def _rest(self, width: int) -> int:
        """Rows that the fields and the keys take."""
        asked = sum(len(_prompt(prompt)(width)) + 1 for prompt in self._prompts().values())
        return asked + len(self._keys(width))

    def on_mount(self) -> None:
        fields = self._inputs()
        if fields:
            fields[0].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next empty field, and approves in the last one."""
        event.stop()
        fields = self._inputs()
        following = next((item for item in fields[fields.index(event.input) + 1 :] if not item.value), None)
        if following is not None:
            following.focus()
        else:
            if self._confirmation.kind is ConfirmationKind.YES:
                self.set_focus(None)  # so that the y that is asked for is a key and not a letter
            self.action_approve("")

    def action_approve(self, key: str) -> None:
        if self._proposal.blocked:
            self.dismiss(None)
            return
        values = {field.name or field.id or "": field.value for field in self._inputs()}
        secrets = {name: values[name] for name in self._secrets}
        answer = Answer(typed=values.get("typed", key), reason=values.get("reason", ""))
        self._complaint = self._lacking(answer, secrets)
        if self._complaint:
            self.query_one("#keys", Paragraph).show(self._keys)
            self.query_one(ProposalBox).fit()
        else:
            self.dismiss(Approval(answer, MappingProxyType(secrets)))

    def action_scroll(self, rows: int) -> None:
        self.query_one(ProposalBox).scroll_text(rows)

    def on_resize(self) -> None:
        self.query_one(ProposalBox).fit()

    def _lacking(self, answer: Answer, secrets: Mapping[str, str]) -> str:
        """What still keeps the step from running, in one sentence; empty when nothing does."""
        empty = next((name for name, value in secrets.items() if not value), "")
        if empty:
            return _("{name} is empty.").format(name=empty)
        if self._confirmation.accepts(answer):
            return ""
        if self._confirmation.kind is ConfirmationKind.YES:
            return _("Press y to run it, Esc to leave it.")
        if answer.typed.strip() != self._confirmation.word:
            return _("That is not {word}.").format(word=self._confirmation.word)
        return _("Say in a few words why.")

    def _inputs(self) -> list[Input]:
        from textual.widgets import Input

        return list(self.query(Input))

    def _keys(self, width: int) -> list[Line]:
        complaint = [Line((span(text, Role.WARNING),)) for text in wrap("⚠ " + self._complaint, width)]
        shown = complaint if self._complaint else []
        if self._proposal.blocked:
            return [*shown, Line(keys([("Esc", _("back"))]))]
        key = "y" if self._confirmation.kind is ConfirmationKind.YES else "Enter"
        return [BLANK, *shown, Line(keys([(key, _("run it")), ("Esc", _("back"))]))]


def _prompt(text: str) -> approval.Builder:
    return lambda width: [BLANK, *(Line((span(row, Role.STRONG),)) for row in wrap(text, width))]
