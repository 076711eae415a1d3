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
    Pane.LOGS: mark("Logs"),
    Pane.CHANGES: mark("Changes"),
    Pane.ON_CALL: mark("On call"),
    Pane.SLO: mark("SLO"),
    Pane.UPSTREAMS: mark("Upstreams"),
}
_SHORT: dict[Pane, str] = {
    Pane.ALERTS: mark("Alert"),
    Pane.DATABASE: mark("DB"),
    Pane.ERRORS: mark("Err"),
    Pane.CHECKLIST: mark("Steps"),
    Pane.OUTPUT: mark("Out"),
    Pane.ROLLOUTS: mark("K8s"),
    Pane.TIMELINE: mark("Time"),
    Pane.LOGS: mark("Logs"),
    Pane.CHANGES: mark("Chg"),
    Pane.ON_CALL: mark("Duty"),
    Pane.SLO: mark("SLO"),
    Pane.UPSTREAMS: mark("Feeds"),
}


def tab_notes(scene: Scene) -> dict[Pane, Span]:
    """The one thing about each pane that is worth a look, in a few cells."""
    notes: dict[Pane, Span] = {}
    if scene.board.has_answers:
        # with all that upstreams say, which the first paint has none of
        from eventa_cockpit.widgets.view import changes, health

        notes = health.notes(scene.board)
        suspects = changes.report_of(scene).suspects
        if suspects:
            notes[Pane.CHANGES] = span(str(len(suspects)), Role.WARNING)
    done, total = scene.checklist.progress
    if total:
        notes[Pane.CHECKLIST] = span(f"{done}/{total}", Role.MUTED)
    running = len(scene.checklist.running_steps)
    if running:
        notes[Pane.OUTPUT] = span(f"[>]{running}", Role.ACCENT)
    return notes


def tabs(front: Pane, panes: Sequence[Pane], marks: Mapping[Pane, Span], width: int) -> Line:
    """The panes with their keys; the one in front stands out by its brackets, not by colour alone.

    Where they do not fit, names get shorter; then they go, first of panes with nothing to say.
    """
    for titles in (TITLES, _SHORT):
        spans = [_tab(pane, titles[pane], front, marks) for pane in panes]
        if _width(spans) <= width:
            return _joined(spans)
    noted = [pane for pane in panes if pane in marks]
    for pane in (*(each for each in reversed(panes) if each not in marks), *reversed(noted)):
        if _width(spans) <= width:
            break
        if pane is not front:
            spans[panes.index(pane)] = _tab(pane, "", front, marks)
    return _joined(spans)


def _joined(tabs: Sequence[Spans]) -> Line:
    return Line(tuple(item for tab in tabs for item in tab))


def _width(tabs: Sequence[Spans]) -> int:
    return sum(width_of(tab) for tab in tabs)


def _tab(pane: Pane, title: str, front: Pane, marks: Mapping[Pane, Span]) -> Spans:
    note = marks.get(pane)
    after: Spans = (span(" " + note.text, note.role),) if note and note.text else ()
    if pane is front:
        return (span(f"[{pane.key} {_(title)}", Role.KEY), *after, span("]", Role.KEY))
    name = (span(" " + _(title), Role.MUTED),) if title else ()
    return (span(f" {pane.key}", Role.KEY), *name, *after, span(" "))


def footer(pane: Pane, is_in_control: bool, width: int) -> Line:
    """The keys that matter in this pane; help, commands and quit are always there."""
    last = [action for action in ACTIONS if action.id in {"help.show", "palette.show", "app.quit"}]
    tail = keys_that_fit(_pairs(last), width)
    hidden = {"control.take"} if is_in_control else set()
    shown = [a for a in in_pane(pane) if a.is_in_footer and a not in last and a.id not in hidden]
    return Line(keys_that_fit(_pairs(shown), width - width_of(tail) - 2), tail)


def notice(sentence: str, is_error: bool, scene: Scene, width: int) -> Line:
    """A calm bar: what went wrong or what was done; beside it, the upstreams that cannot be trusted."""
    if not sentence:
        return Line(_untrusted(scene, width))
    role = Role.WARNING if is_error else Role.GOOD
    left = (span("⚠ " if is_error else "✓ ", role), span(sentence, Role.STRONG if is_error else Role.TEXT))
    room = width - width_of(left) - 2
    beside = _untrusted(scene, room)
    return Line(left, beside if width_of(beside) <= room else ())


def _untrusted(scene: Scene, width: int) -> Spans:
    if scene.board.is_awaited:
        return ()
    from eventa_cockpit.widgets.view import upstreams  # with all that upstreams say, which the first paint has none of

    return upstreams.status(scene.board, scene.now, scene.zone, width)


def _pairs(actions: Sequence[Action]) -> list[tuple[str, str]]:
    return [(key_name(action.keys[0]), _(action.label)) for action in actions if action.keys]
