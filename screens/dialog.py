"""The ground that every dialog stands on: a framed box over the cockpit, closed by Esc without an effect."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

T = TypeVar("T")


class Dialog(ModalScreen["T | None"], Generic[T]):
    """A question. Its result is None when the person backed out."""

    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS = "*"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def action_leave(self) -> None:
        self.dismiss(None)
