"""The panes that a first paint shows: each its part of one scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventa_cockpit.domain.board import ALERTS, DATABASE, ERRORS, ROLLOUTS
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.scene_pane import ScenePane
from eventa_cockpit.widgets.view.empty import invitation, nothing_done
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import Line, Role, Spans, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventa_cockpit.domain.alert import AlertList
    from eventa_cockpit.domain.board import Feed
    from eventa_cockpit.domain.runbook import Step

_MANY_EVENTS = 200


class AlertsPane(ScenePane):
    FEED = ALERTS

    @property
    def feed(self) -> Feed[AlertList] | None:
        """All sources of alerts as one."""
        return self._scene.board.alerts

    def rows(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import alerts

        scene = self._scene
        return alerts.rows(
            scene.board.alerts, scene.offers, scene.now, scene.zone, width, is_matched=scene.library is not None
        )

    def summary(self) -> Spans:
        feed = self._scene.board.alerts
        if feed is None or feed.value is None:
            return ()
        from eventa_cockpit.widgets.view import alerts

        worst = alerts.worst(feed.value)
        role = alerts.SEVERITIES[worst][2] if worst is not None else Role.GOOD
        return (span(alerts.tally(feed.value), role),)

    def hint(self) -> Spans:
        return keys([("Enter", _("open runbook"))]) if self.cursor in self._scene.offers else ()


class DatabasePane(ScenePane):
    FEED = DATABASE

    def rows(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import database

        scene = self._scene
        return database.rows(scene.board.database, scene.now, scene.zone, width)

    def summary(self) -> Spans:
        feed = self._scene.board.database
        if feed is None or feed.value is None:
            return ()
        from eventa_cockpit.widgets.view import database, readings

        level = database.worst(feed.value)
        glyph, role = readings.LEVELS[level] if level is not None else ("", Role.MUTED)
        return (span(f"{feed.value.instance} {glyph}", role),)


class ErrorsPane(ScenePane):
    FEED = ERRORS

    def rows(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import changes, errors

        scene = self._scene
        cause = changes.likeliest(changes.report_of(scene), width)
        return errors.rows(scene.board.errors, scene.zone, width, cause)

    def summary(self) -> Spans:
        feed = self._scene.board.errors
        return (span(feed.value.project, Role.MUTED),) if feed is not None and feed.value is not None else ()


class RolloutsPane(ScenePane):
    FEED = ROLLOUTS

    def rows(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import cluster, rollouts

        scene, has_room = self._scene, self.size.height >= cluster.ROOM
        rows = cluster.rows if has_room else rollouts.rows
        return rows(scene.board, scene.now, scene.zone, width)


class TimelinePane(ScenePane):
    def rows(self, width: int) -> Sequence[Line]:
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

    def rows(self, width: int) -> Sequence[Line]:
        scene = self._scene
        if scene.checklist.runbook is None:
            return invitation(width)
        from eventa_cockpit.widgets.view import checklist, preflight  # with the shapes of runbooks, once there is one

        steps = checklist.rows(scene.checklist, self.cursor, scene.now, scene.zone, width)
        return [*preflight.banner(scene.preflight, width), *steps]

    def summary(self) -> Spans:
        runbook = self._scene.checklist.runbook
        if runbook is None:
            return ()
        from eventa_cockpit.widgets.view import preflight

        return (span(runbook.title, Role.ACCENT), *preflight.mark_of(self._scene.preflight))

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


FIRST: Mapping[Pane, type[ScenePane]] = {
    Pane.ALERTS: AlertsPane,
    Pane.DATABASE: DatabasePane,
    Pane.ERRORS: ErrorsPane,
    Pane.CHECKLIST: ChecklistPane,
    Pane.ROLLOUTS: RolloutsPane,
    Pane.TIMELINE: TimelinePane,
}
