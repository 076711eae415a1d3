"""What the panes of our own record say before there is any: how to begin."""

from __future__ import annotations

from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view.lines import Line, Role, span, wrap


def invitation(width: int) -> list[Line]:
    """For the checklist."""
    return _muted(_("No runbook is open. Choose an alert and press Enter, or press b for the list of runbooks."), width)


def nothing_done(width: int) -> list[Line]:
    """For the timeline."""
    return _muted(_("Nothing has been done yet."), width)


def no_output(width: int) -> list[Line]:
    """For the output."""
    return _muted(_("Output appears here as soon as a step runs. It goes on even if this terminal is closed."), width)


def _muted(text: str, width: int) -> list[Line]:
    return [Line((span(row, Role.MUTED),)) for row in wrap(text, width)]
