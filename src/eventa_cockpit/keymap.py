"""The one registry of what a person can do with a key: bindings, footer, palette and help are all made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from eventa_cockpit.locale import mark


class Pane(StrEnum):
    """The panes, in the order of their keys."""

    ALERTS = "alerts"
    DATABASE = "database"
    ERRORS = "errors"
    CHECKLIST = "checklist"
    OUTPUT = "output"
    ROLLOUTS = "rollouts"
    TIMELINE = "timeline"
    LOGS = "logs"
    CHANGES = "changes"
    ON_CALL = "on_call"
    SLO = "slo"
    UPSTREAMS = "upstreams"

    @property
    def key(self) -> str:
        """What brings it to the front. The header speaks for the last two, so that they can do without a digit."""
        return "1234567890BU"[tuple(Pane).index(self)]


class Scope(StrEnum):
    """Who answers: the main screen, or the pane that has the focus."""

    COCKPIT = "cockpit"
    LIST = "list"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do."""

    id: str
    """`noun.verb`, what a user's keymap names."""
    keys: tuple[str, ...]
    label: str
    """English message, for `_`."""
    handler: str
    """Name of the `action_…` method of whoever answers, with its arguments if it takes any."""
    scope: Scope = Scope.COCKPIT
    panes: tuple[Pane, ...] = ()
    """Where it applies; empty means everywhere."""
    is_in_footer: bool = False
    is_in_palette: bool = True

    def applies(self, pane: Pane) -> bool:
        return not self.panes or pane in self.panes


_STEP = (Pane.CHECKLIST, Pane.OUTPUT)
_OUTPUT = (Pane.OUTPUT,)
_LISTS = tuple(pane for pane in Pane if pane is not Pane.OUTPUT)
_PAGES = (Pane.ON_CALL,)
_PAGED = (Pane.ALERTS, Pane.ON_CALL)
_SORTED = (Pane.ALERTS, Pane.DATABASE, Pane.ERRORS, Pane.TIMELINE, Pane.LOGS, Pane.UPSTREAMS)
_THINGS = tuple(pane for pane in _LISTS if pane is not Pane.CHECKLIST)
_UNPAGED = tuple(pane for pane in _THINGS if pane not in _PAGES)
"""Panes of things that somebody else tells us of."""
_METRICS = (Pane.DATABASE, Pane.SLO)
_READ = tuple(pane for pane in _THINGS if pane is not Pane.ALERTS and pane not in _METRICS)
"""Panes in which Enter can do nothing but show more."""

ACTIONS: tuple[Action, ...] = (
    Action("alert.open", ("enter", "o"), mark("Open runbook"), "open_alert", panes=(Pane.ALERTS,), is_in_footer=True),
    Action("alert.silence", ("s",), mark("Silence"), "silence_alert", panes=(Pane.ALERTS,), is_in_footer=True),
    Action("alert.unsilence", ("S",), mark("End silence"), "unsilence_alert", panes=(Pane.ALERTS,)),
    Action("step.run", ("enter", "o"), mark("Run step"), "run_step", panes=(Pane.CHECKLIST,), is_in_footer=True),
    Action("step.rerun", ("r",), mark("Run again"), "rerun_step", panes=_STEP),
    Action("step.edit", ("e",), mark("Edit and run"), "edit_step", panes=(Pane.CHECKLIST,)),
    Action("step.roll-back", (), mark("Roll back"), "roll_back_step", panes=_STEP),
    Action("step.cancel", ("c",), mark("Cancel run"), "cancel_step", panes=_STEP, is_in_footer=True),
    Action("run.attach", ("a",), mark("Attach to run"), "attach_run", panes=_STEP),
    Action("run.reply", ("i",), mark("Reply to run"), "reply_to_run", panes=_OUTPUT),
    Action("step.skip", ("s",), mark("Skip"), "skip_step", panes=_STEP, is_in_footer=True),
    Action("step.done", ("d",), mark("Mark done"), "mark_done", panes=_STEP, is_in_footer=True),
    Action("step.undo", ("u",), mark("Undo mark"), "undo_mark", panes=_STEP),
    Action("note.add", ("n",), mark("Note"), "add_note", panes=_LISTS, is_in_footer=True),
    Action("control.take", ("t",), mark("Take control"), "take_control", is_in_footer=True),
    Action("incident.menu", ("i",), mark("Incident"), "incident_menu", panes=_LISTS, is_in_footer=True),
    Action("incident.escalate", ("e",), mark("Escalate"), "escalate", panes=_UNPAGED),
    Action("incident.postmortem", ("x",), mark("Postmortem"), "write_postmortem", panes=_LISTS),
    *(
        Action(f"incident.{name}", (), label, handler)
        for name, label, handler in (
            ("declare", mark("Declare an incident"), "declare_incident"),
            ("choose", mark("Another incident"), "choose_incident"),
            ("acknowledge", mark("Look after it"), "acknowledge_incident"),
            ("severity", mark("Severity"), "set_severity"),
            ("role", mark("Take a role"), "take_role"),
            ("tell", mark("Tell people"), "tell_people"),
            ("debts", mark("To be undone"), "debts"),
            ("unsent", mark("Not sent"), "unsent_messages"),
            ("helped", mark("Did the chosen step help?"), "judge_help"),
            ("hand-over", mark("Hand over"), "hand_over"),
            ("close", mark("Close the incident"), "close_incident"),
            ("reopen", mark("Open it again"), "reopen_incident"),
        )
    ),
    Action("runbook.open", ("b",), mark("Runbooks"), "open_runbook", is_in_footer=True),
    Action("runbook.preflight", ("p",), mark("Preflight"), "show_preflight", panes=_STEP),
    Action("output.search", ("slash",), mark("Search"), "search", Scope.OUTPUT, _OUTPUT, is_in_footer=True),
    Action("output.next", ("n",), mark("Next match"), "search_next", Scope.OUTPUT, _OUTPUT),
    Action("output.previous", ("N",), mark("Previous match"), "search_previous", Scope.OUTPUT, _OUTPUT),
    Action("output.error", ("e",), mark("Next error"), "next_error", Scope.OUTPUT, _OUTPUT, is_in_footer=True),
    Action("output.follow", ("f",), mark("Follow"), "toggle_follow", Scope.OUTPUT, _OUTPUT, is_in_footer=True),
    Action("output.wrap", ("w",), mark("Wrap"), "toggle_wrap", Scope.OUTPUT, _OUTPUT, is_in_footer=True),
    Action("output.times", ("T",), mark("Times"), "toggle_times", Scope.OUTPUT, _OUTPUT, is_in_footer=True),
    Action("output.copy", ("y",), mark("Copy"), "copy", Scope.OUTPUT, _OUTPUT),
    Action("output.save", ("S",), mark("Save"), "save", Scope.OUTPUT, _OUTPUT),
    *(
        Action(f"output.{name}", keys, label, name.replace("-", "_"), Scope.OUTPUT, _OUTPUT, is_in_palette=False)
        for name, keys, label in (
            ("row-down", ("down", "j"), mark("Down")),
            ("row-up", ("up", "k"), mark("Up")),
            ("page-down", ("pagedown", "space"), mark("Page down")),
            ("page-up", ("pageup",), mark("Page up")),
            ("first", ("g", "home"), mark("First")),
            ("last", ("G", "end"), mark("Last")),
            ("left", ("left", "h"), mark("Left")),
            ("right", ("right", "l"), mark("Right")),
        )
    ),
    Action("page.acknowledge", ("a",), mark("Acknowledge"), "acknowledge_page", panes=_PAGED, is_in_footer=True),
    Action("page.escalate", ("e",), mark("Escalate"), "escalate_page", panes=_PAGES, is_in_footer=True),
    Action("page.resolve", ("d",), mark("Resolve"), "resolve_page", panes=_PAGES, is_in_footer=True),
    Action("page.note", ("m",), mark("Note on page"), "note_on_page", panes=_PAGES),
    Action("page.update", ("u",), mark("Status update"), "update_page", panes=_PAGES),
    Action("page.snooze", ("s",), mark("Snooze"), "snooze_page", panes=_PAGES),
    Action("metric.chart", ("enter", "o"), mark("Chart"), "show_chart", panes=_METRICS, is_in_footer=True),
    Action("row.open", ("enter",), mark("Details"), "open_row", panes=_READ, is_in_footer=True, is_in_palette=False),
    Action("row.filter", ("slash",), mark("Filter"), "filter_rows", panes=_LISTS, is_in_footer=True),
    Action("row.order", ("O",), mark("Order"), "turn_order", panes=_SORTED),
    Action("row.detail", ("v",), mark("Details"), "show_detail", panes=_LISTS),
    Action("row.link", ("l",), mark("Link"), "copy_link", panes=_THINGS),
    Action("row.copy", ("y",), mark("Copy"), "copy_row", panes=_LISTS),
    Action("list.down", ("down", "j"), mark("Down"), "cursor_down", Scope.LIST, _LISTS, is_in_palette=False),
    Action("list.up", ("up", "k"), mark("Up"), "cursor_up", Scope.LIST, _LISTS, is_in_palette=False),
    Action("list.page-down", ("pagedown",), mark("Page down"), "page_down", Scope.LIST, _LISTS, is_in_palette=False),
    Action("list.page-up", ("pageup",), mark("Page up"), "page_up", Scope.LIST, _LISTS, is_in_palette=False),
    Action("list.first", ("g", "home"), mark("First"), "first", Scope.LIST, _LISTS, is_in_palette=False),
    Action("list.last", ("G", "end"), mark("Last"), "last", Scope.LIST, _LISTS, is_in_palette=False),
    Action("pane.next", ("tab",), mark("Next pane"), "next_pane", is_in_footer=True, is_in_palette=False),
    Action("pane.previous", ("shift+tab",), mark("Previous pane"), "previous_pane", is_in_palette=False),
    Action("pane.zoom", ("z",), mark("Zoom"), "zoom", is_in_footer=True),
    Action("pane.back", ("escape",), mark("Back"), "back", is_in_palette=False),
    *(
        Action(f"pane.{pane.value.replace('_', '-')}", (pane.key,), label, f"show({pane.value!r})")
        for pane, label in zip(
            Pane,
            (
                mark("Alerts"),
                mark("Database"),
                mark("Errors"),
                mark("Checklist"),
                mark("Output"),
                mark("Roll-outs"),
                mark("Timeline"),
                mark("Logs"),
                mark("Changes"),
                mark("On call"),
                mark("SLO"),
                mark("Upstreams"),
            ),
            strict=True,
        )
    ),
    Action("board.refresh", ("R",), mark("Ask upstreams now"), "refresh_board"),
    Action("theme.toggle", (), mark("Light or dark"), "toggle_theme"),
    Action("help.show", ("question_mark",), mark("Help"), "help", is_in_footer=True),
    Action("palette.show", ("ctrl+p",), mark("Commands"), "palette", is_in_footer=True, is_in_palette=False),
    Action("app.quit", ("q", "ctrl+q"), mark("Quit"), "ask_quit", is_in_footer=True),
)

_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "slash": "/",
    "question_mark": "?",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "ctrl+p": "^P",
    "ctrl+q": "^Q",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
}


def key_name(key: str) -> str:
    """A key as it is written on a keyboard."""
    return _NAMES.get(key, key)


def by_id(action_id: str) -> Action | None:
    return next((action for action in ACTIONS if action.id == action_id), None)


def by_handler(handler: str) -> Action | None:
    return next((action for action in ACTIONS if action.handler == handler), None)


def of_scope(scope: Scope) -> tuple[Action, ...]:
    return tuple(action for action in ACTIONS if action.scope is scope)


def in_pane(pane: Pane) -> tuple[Action, ...]:
    """Everything that a key does while this pane is in front, nearest first."""
    near = [action for action in ACTIONS if action.panes and action.applies(pane)]
    return (*near, *(action for action in ACTIONS if not action.panes))


def clashes() -> Iterator[tuple[Action, Action, str]]:
    """Pairs of actions that a key cannot tell apart in some pane."""
    for index, first in enumerate(ACTIONS):
        for second in ACTIONS[index + 1 :]:
            shared = set(first.keys) & set(second.keys)
            if shared and any(first.applies(pane) and second.applies(pane) for pane in Pane):
                yield first, second, min(shared)
