"""What a responder takes out of an output: text on the clipboard, all of it in a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen

from eventa_cockpit.locale import _
from eventa_cockpit.services import clipboard

if TYPE_CHECKING:
    from eventa_cockpit.runner.output import OutputLog
    from eventa_cockpit.widgets.output import OutputView


class TakingAlong(Screen[None]):
    """For every screen that shows an output; says what it did in `show_notice`."""

    def show_notice(self, sentence: str, *, is_error: bool = False) -> None:
        raise NotImplementedError

    def on_output_view_copy_requested(self, message: OutputView.CopyRequested) -> None:
        message.stop()
        self.copy(message.text, _("Copied {lines} lines.").format(lines=len(message.text.splitlines())))

    @work(group="output.copy", exclusive=True, exit_on_error=False)
    async def copy(self, text: str, done: str) -> None:
        """Onto the responder's own clipboard, through tmux where there is one; `done` says so."""
        if clipboard.is_inside_tmux():
            if not await clipboard.copy_through_tmux(text):
                self.show_notice(_("tmux did not take the text: it needs tmux 3.2 or newer."), is_error=True)
                return
        else:
            self.app.copy_to_clipboard(text)
        self.show_notice(done)

    def on_output_view_save_requested(self, message: OutputView.SaveRequested) -> None:
        from eventa_cockpit.runner.output import OutputLog  # what the first paint does not need

        message.stop()
        if isinstance(message.source, OutputLog):
            self._save(message.source)

    @work(group="output.save", exclusive=True, exit_on_error=False)
    async def _save(self, log: OutputLog) -> None:
        """Into the folder where the cockpit was started, beside what is there already."""
        from eventa_cockpit.widgets.output_reader import amount

        target = Path.cwd() / f"{log.path.parent.name}.log"
        try:
            saved = await asyncio.to_thread(log.save, target)
        except OSError as error:
            self.show_notice(
                _("The output was not saved to {path}: {reason}.").format(path=target, reason=error.strerror),
                is_error=True,
            )
            return
        self.show_notice(_("Saved {size} to {path}.").format(size=amount(saved.stat().st_size), path=saved))
