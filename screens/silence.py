"""The dialog before an alert is silenced: exactly what is held back, how long, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from eventa_cockpit.domain.confirmation import Answer, Confirmation, ConfirmationKind
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.paragraph import Builder, Paragraph
from eventa_cockpit.widgets.view import silencing
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, span, wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import Input

DURATIONS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240, 480))
USUAL = 2
"""Place of the duration that is chosen before anybody chooses."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What would be done."""

    title: str
    alert: str
    matchers: Sequence[str]
    environment: Environment
    is_ending: bool = False
    """A silence would end: there is no duration to choose."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What the responder chose and did."""

    duration: timedelta
    answer: Answer


class SilenceDialog(Dialog[Approved]):
    """None when the responder backed out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "turn(1)", priority=True),
        Binding("down,ctrl+n", "turn(-1)", priority=True),
    ]

    def __init__(self, proposed: Proposed, confirmation: Confirmation, now: datetime, zone: tzinfo) -> None:
        super().__init__()
        self._proposed = proposed
        self._confirmation = confirmation
        self._now = now
        self._zone = zone
        self._place = USUAL
        self._complaint = ""

    def compose(self) -> ComposeResult:
        from textual.widgets import Input

        environment = self._proposed.environment
        kind = "-drill" if environment.is_drill else "-prod" if environment.is_production else "-staging"
        with Vertical(classes=f"dialog {kind}") as box:
            box.border_title = Content(self._proposed.title)
            yield Paragraph(self._rows, id="proposed")
            yield Paragraph(_prompt(_("Why? Whoever comes next reads it.")))
            yield Input(id="reason", compact=True)
            if self._confirmation.kind is ConfirmationKind.TYPED:
                prompt = _("This changes {environment}. Type {word} to do it:")
                yield Paragraph(_prompt(prompt.format(environment=environment.name, word=self._confirmation.word)))
                yield Input(id="typed", compact=True)
            yield Paragraph(self._keys, id="keys")

    def on_mount(self) -> None:
        self._inputs()[0].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next empty field, and does it in the last one."""
        event.stop()
        fields = self._inputs()
        following = next((item for item in fields[fields.index(event.input) + 1 :] if not item.value), None)
        if following is not None:
            following.focus()
            return
        values = {item.id or "": item.value for item in fields}
        # Where a `y` would be asked for, the reason is what was typed on purpose.
        answer = Answer(typed=values.get("typed", "y"), reason=values.get("reason", ""))
        self._complaint = self._lacking(answer)
        if self._complaint:
            self.query_one("#keys", Paragraph).show(self._keys)
        else:
            self.dismiss(Approved(DURATIONS[self._place], answer))

    def action_turn(self, step: int) -> None:
        """A longer or a shorter silence."""
        if not self._proposed.is_ending:
            self._place = min(max(self._place + step, 0), len(DURATIONS) - 1)
            self.query_one("#proposed", Paragraph).show(self._rows)

    def _lacking(self, answer: Answer) -> str:
        if self._confirmation.accepts(answer):
            return ""
        if not answer.reason.strip():
            return _("Say in a few words why.")
        return _("That is not {word}.").format(word=self._confirmation.word)

    def _inputs(self) -> list[Input]:
        from textual.widgets import Input

        return list(self.query(Input))

    def _rows(self, width: int) -> list[Line]:
        rows = silencing.proposed(self._proposed.alert, self._proposed.matchers, width)
        if self._proposed.is_ending:
            return rows
        return [*rows, BLANK, *silencing.durations(DURATIONS, self._place, self._now, self._zone, width)]

    def _keys(self, width: int) -> list[Line]:
        complaint = [Line((span(text, Role.WARNING),)) for text in wrap("⚠ " + self._complaint, width)]
        word = _("end it") if self._proposed.is_ending else _("silence it")
        shown = [("Enter", word), ("Esc", _("back"))]
        if not self._proposed.is_ending:
            shown.insert(0, (_("Up/Down"), _("longer, shorter")))
        return [BLANK, *(complaint if self._complaint else []), Line(keys(shown))]


def _prompt(text: str) -> Builder:
    return lambda width: [BLANK, *(Line((span(row, Role.STRONG),)) for row in wrap(text, width))]
