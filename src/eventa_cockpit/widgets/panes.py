"""The panes of the main screen: each shows its part of one scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.pane import ListPane
from eventa_cockpit.widgets.view import freshness
from eventa_cockpit.widgets.view.bars import TITLES
from eventa_cockpit.widgets.view.empty import invitation, nothing_done
from eventa_cockpit.widgets.view.frame import Frame, keys
from eventa_cockpit.widgets.view.lines import Line, Role, Spans, span
from eventa_cockpit.widgets.view.scene import Scene

if TYPE_CHECKING:
    from eventa_cockpit.domain.runbook import Step

_MANY_EVENTS = 200


class ScenePane(ListPane):
    """A pane that is told the whole scene and draws its own part."""

    def __init__(self, pane: Pane, scene: Scene) -> None:
        super().__init__(pane)
        self._scene = scene

    def show(self, scene: Scene) -> None:
        """Draw another moment."""
        self._scene = scene
        self.repaint()

    def summary(self) -> Spans:
        """After the title: how many, how bad."""
        return ()

    def badge(self) -> Spans:
        """How fresh; nothing for what is our own record."""
        return ()

    def hint(self) -> Spans:
        return ()

    def frame(self) -> Frame:
        return Frame(
            number=self.pane.number,
            title=_(TITLES[self.pane]),
            summary=self.summary(),
            badge=self.badge(),
            hint=self.hint(),
            is_focused=self.has_focus,
        )

    def _feed_badge(self, feed: Feed[Any] | None) -> Spans:
        return freshness.badge(feed, self._scene.now)


class AlertsPane(ScenePane):
    def build(self, width: int) -> Sequence[Line]:
        scene, feed = self._scene, self._scene.board.alerts
        if feed is None or feed.value is None:
            return freshness.explanation(feed, scene.zone, width)
        from eventa_cockpit.widgets.view import alerts

        return alerts.rows(feed, scene.offers, scene.now, scene.zone, width)

    def summary(self) -> Spans:
        feed = self._scene.board.alerts
        if feed is None or feed.value is None:
            return ()
        from eventa_cockpit.widgets.view import alerts

        worst = alerts.worst(feed.value)
        role = alerts.SEVERITIES[worst][2] if worst is not None else Role.GOOD
        return (span(alerts.tally(feed.value), role),)

    def badge(self) -> Spans:
        return self._feed_badge(self._scene.board.alerts)

    def hint(self) -> Spans:
        return keys([("Enter", _("open runbook"))]) if self.cursor in self._scene.offers else ()


class DatabasePane(ScenePane):
    def build(self, width: int) -> Sequence[Line]:
        scene, feed = self._scene, self._scene.board.database
        if feed is None or feed.value is None:
            return freshness.explanation(feed, scene.zone, width)
        from eventa_cockpit.widgets.view import database

        return database.rows(feed, scene.now, scene.zone, width)

    def summary(self) -> Spans:
        feed = self._scene.board.database
        if feed is None or feed.value is None:
            return ()
        from eventa_cockpit.widgets.view import database, readings

        level = database.worst(feed.value)
        glyph, role = readings.LEVELS[level] if level is not None else ("", Role.MUTED)
        return (span(f"{feed.value.instance} {glyph}", role),)

    def badge(self) -> Spans:
        return self._feed_badge(self._scene.board.database)


class ErrorsPane(ScenePane):
    def build(self, width: int) -> Sequence[Line]:
        scene, feed = self._scene, self._scene.board.errors
        if feed is None or feed.value is None:
            return freshness.explanation(feed, scene.zone, width)
        from eventa_cockpit.widgets.view import errors

        return errors.rows(feed, scene.zone, width)

    def summary(self) -> Spans:
        feed = self._scene.board.errors
        return (span(feed.value.project, Role.MUTED),) if feed is not None and feed.value is not None else ()

    def badge(self) -> Spans:
        return self._feed_badge(self._scene.board.errors)


class RolloutsPane(ScenePane):
    def build(self, width: int) -> Sequence[Line]:
        scene, board = self._scene, self._scene.board
        if board.is_awaited:
            return freshness.explanation(board.rollouts, scene.zone, width)
        from eventa_cockpit.widgets.view import rollouts

        return rollouts.rows(board, scene.now, scene.zone, width)

    def badge(self) -> Spans:
        return self._feed_badge(self._scene.board.rollouts)


class TimelinePane(ScenePane):
    def build(self, width: int) -> Sequence[Line]:
        if not self._scene.events:
            return nothing_done(width)
        from eventa_cockpit.widgets.view import timeline  # with all kinds of events, which the first paint has none of

        return timeline.rows(self._scene.events, self._scene.step_title, self._scene.zone, width, _MANY_EVENTS)


class ChecklistPane(ScenePane):
    @property
    def step(self) -> Step | None:
        """The chosen step."""
        runbook = self._scene.checklist.runbook
        return runbook.step(self.cursor) if runbook is not None else None

    def build(self, width: int) -> Sequence[Line]:
        scene = self._scene
        if scene.checklist.runbook is None:
            return invitation(width)
        from eventa_cockpit.widgets.view import checklist  # with the shapes of runbooks, once there is one

        return checklist.rows(scene.checklist, self.cursor, scene.now, scene.zone, width)

    def summary(self) -> Spans:
        runbook = self._scene.checklist.runbook
        return (span(runbook.title, Role.ACCENT),) if runbook is not None else ()

    def badge(self) -> Spans:
        done, total = self._scene.checklist.progress
        return (span(f"{done}/{total}", Role.MUTED),) if total else ()

    def hint(self) -> Spans:
        if self.step is None:
            return ()
        from eventa_cockpit.widgets.view import checklist

        return keys(
            checklist.hints(
                self.step, self._scene.checklist.status(self.cursor), self._scene.checklist.run(self.cursor)
            )
        )
