"""One-line bars: the tabs of a small screen, the notice, and the keys at the bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eventa_cockpit.keymap import ACTIONS, Action, Pane, in_pane, key_name
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view.frame import keys_that_fit
from eventa_cockpit.widgets.view.lines import Line, Role, Span, Spans, span, width_of
from eventa_cockpit.widgets.view.scene import Scene

TITLES: dict[Pane, str] = {
    Pane.ALERTS: mark("Alerts"),
    Pane.DATABASE: mark("Database"),
    Pane.ERRORS: mark("Errors"),
    Pane.CHECKLIST: mark("Checklist"),
    Pane.OUTPUT: mark("Output"),
    Pane.ROLLOUTS: mark("Roll-outs"),
    Pane.TIMELINE: mark("Timeline"),
}
_SHORT: dict[Pane, str] = {
    Pane.ALERTS: mark("Alert"),
    Pane.DATABASE: mark("DB"),
    Pane.ERRORS: mark("Err"),
    Pane.CHECKLIST: mark("Steps"),
    Pane.OUTPUT: mark("Out"),
    Pane.ROLLOUTS: mark("K8s"),
    Pane.TIMELINE: mark("Log"),
}


def tab_notes(scene: Scene) -> dict[Pane, Span]:
    """The one thing about each pane that is worth a look, in a few cells."""
    notes: dict[Pane, Span] = {}
    if scene.board.has_answers:
        from eventa_cockpit.widgets.view import health  # with all that upstreams say, which the first paint has none of

        notes = health.notes(scene.board)
    done, total = scene.checklist.progress
    if total:
        notes[Pane.CHECKLIST] = span(f"{done}/{total}", Role.MUTED)
    running = len(scene.checklist.running_steps)
    if running:
        notes[Pane.OUTPUT] = span(f"[>]{running}", Role.ACCENT)
    return notes


def tabs(front: Pane, marks: Mapping[Pane, Span], width: int) -> Line:
    """All panes with their numbers; the one in front stands out by its brackets, not by colour alone."""
    for titles in (TITLES, _SHORT):
        spans = tuple(item for pane in Pane for item in _tab(pane, titles[pane], front, marks))
        if width_of(spans) <= width:
            break
    return Line(spans)


def _tab(pane: Pane, title: str, front: Pane, marks: Mapping[Pane, Span]) -> Spans:
    note = marks.get(pane)
    after: Spans = (span(" " + note.text, note.role),) if note and note.text else ()
    if pane is front:
        return (span(f"[{pane.number} {_(title)}", Role.KEY), *after, span("] ", Role.KEY))
    return (span(f" {pane.number} ", Role.KEY), span(_(title), Role.MUTED), *after, span("  "))


def footer(pane: Pane, is_in_control: bool, width: int) -> Line:
    """The keys that matter in this pane; help, commands and quit are always there."""
    last = [action for action in ACTIONS if action.id in {"help.show", "palette.show", "app.quit"}]
    tail = keys_that_fit(_pairs(last), width)
    hidden = {"control.take"} if is_in_control else set()
    shown = [a for a in in_pane(pane) if a.is_in_footer and a not in last and a.id not in hidden]
    return Line(keys_that_fit(_pairs(shown), width - width_of(tail) - 2), tail)


def notice(sentence: str, is_error: bool) -> Line:
    """A calm bar: what went wrong or what was done."""
    if not sentence:
        return Line()
    role = Role.WARNING if is_error else Role.GOOD
    return Line((span("⚠ " if is_error else "✓ ", role), span(sentence, Role.STRONG if is_error else Role.TEXT)))


def _pairs(actions: Sequence[Action]) -> list[tuple[str, str]]:
    return [(key_name(action.keys[0]), _(action.label)) for action in actions if action.keys]
