"""A proposal inside a dialog: where it acts, how dangerous it is and the way back stay in sight; the text scrolls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll

from eventa_cockpit.widgets.paragraph import Paragraph
from eventa_cockpit.widgets.view.approval import Arrangement, Proposal, arranged

if TYPE_CHECKING:
    from textual.app import ComposeResult

WIDTH_SHARE, WIDEST, HEIGHT_SHARE = 0.90, 110, 0.95
"""What a dialog may have of the screen, as its styles say."""
FRAME_COLUMNS, FRAME_ROWS = 4, 2


class ProposalBox(Vertical):
    """Fills what the rest of its dialog leaves; `rest` tells for a width how many rows that needs."""

    DEFAULT_CSS = "ProposalBox { height: auto; }"

    def __init__(self, proposal: Proposal, rest: Callable[[int], int]) -> None:
        super().__init__()
        self._proposal = proposal
        self._rest = rest

    def compose(self) -> ComposeResult:
        yield Paragraph(lambda width: self._arranged(width).above)
        with VerticalScroll(classes="scroll", can_focus=False):
            yield Paragraph(lambda width: self._arranged(width).scrolled)
        yield Paragraph(lambda width: self._arranged(width).below)

    def fit(self) -> None:
        """Give the text the room that there is now."""
        columns = min(int(self.app.size.width * WIDTH_SHARE), WIDEST) - FRAME_COLUMNS
        for scroll in self.query(VerticalScroll):
            scroll.styles.max_height = self._arranged(columns).room

    def scroll_text(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def on_mount(self) -> None:
        self.fit()

    def _arranged(self, width: int) -> Arrangement:
        return arranged(
            self._proposal, width, int(self.app.size.height * HEIGHT_SHARE) - FRAME_ROWS - self._rest(width)
        )
