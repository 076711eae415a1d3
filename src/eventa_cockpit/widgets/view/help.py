"""The help of a pane: its own keys, then those that work everywhere, then what the signs mean."""

from __future__ import annotations

from collections.abc import Sequence

from eventa_cockpit.keymap import ACTIONS, Action, Pane, key_name
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Spans, cell_len, pad, span

_COLUMN = 40


def rows(pane: Pane, width: int) -> list[Line]:
    near = [action for action in ACTIONS if action.panes and action.applies(pane) and action.keys]
    everywhere = [action for action in ACTIONS if not action.panes and action.keys]
    return [
        Line((span(_("In this pane"), Role.STRONG),)),
        *_columns(near, width),
        BLANK,
        Line((span(_("Everywhere"), Role.STRONG),)),
        *_columns(everywhere, width),
        BLANK,
        Line((span(_("Signs"), Role.STRONG),)),
        *(Line((span("  "), span(pad(sign, 5), role), span(text))) for sign, text, role in _signs()),
    ]


def _signs() -> list[tuple[str, str, Role]]:
    return [
        ("✓", _("good, done, fresh"), Role.GOOD),
        ("⚠", _("look here: near its bound, stale, degraded"), Role.WARNING),
        ("✗", _("bad: past its bound, failed, critical"), Role.CRITICAL),
        ("?", _("unknown, or a run whose result was lost"), Role.WARNING),
        ("▴ ▾", _("rising, falling"), Role.TEXT),
        ("[>]", _("running now"), Role.ACCENT),
    ]


def _columns(actions: Sequence[Action], width: int) -> list[Line]:
    """Two columns where they fit."""
    count = 2 if width >= 2 * _COLUMN else 1
    size = width // count
    height = -(-len(actions) // count)
    return [
        Line(tuple(part for action in actions[row::height] for part in _cell(action, size))) for row in range(height)
    ]


def _cell(action: Action, size: int) -> Spans:
    names = " ".join(key_name(key) for key in action.keys)
    label = _(action.label)
    return (span("  "), span(pad(names, 12), Role.KEY), span(pad(label, max(size - 14, cell_len(label)))))
