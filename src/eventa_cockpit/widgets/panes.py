"""The panes that a first paint shows: each its part of one scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventa_cockpit.domain.board import ALERTS, DATABASE, ERRORS, ROLLOUTS
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.scene_pane import ScenePane, ThingsPane
from eventa_cockpit.widgets.view.empty import invitation, nothing_done
from eventa_cockpit.widgets.view.entries import Written
from eventa_cockpit.widgets.view.frame import keys
from eventa_cockpit.widgets.view.lines import Line, Role, Spans, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventa_cockpit.domain.alert import Alert, AlertList
    from eventa_cockpit.domain.board import Feed
    from eventa_cockpit.domain.error_report import ErrorIssue
    from eventa_cockpit.domain.event import Event
    from eventa_cockpit.domain.reading import Reading
    from eventa_cockpit.domain.runbook import Step
    from eventa_cockpit.widgets.view.entries import Entries
    from eventa_cockpit.widgets.view.listing import Listing
    from eventa_cockpit.widgets.view.scene import Scene


class AlertsPane(ThingsPane["Alert"]):
    FEED = ALERTS

    @property
    def feed(self) -> Feed[AlertList] | None:
        """All sources of alerts as one."""
        return self._scene.board.alerts

    def listing(self) -> Listing[Alert]:
        from eventa_cockpit.widgets.view import alerts

        return alerts.LISTING

    def things(self) -> Sequence[Alert]:
        feed = self.feed
        return feed.value.alerts if feed is not None and feed.value is not None else ()

    def above(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import alerts

        return alerts.above(self.feed, width) if self.feed is not None else ()

    def below(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - one short row
        from eventa_cockpit.widgets.view import alerts

        feed = self.feed
        return alerts.below(feed.value, self._scene.now) if feed is not None and feed.value is not None else ()

    def summary(self) -> Spans:
        feed = self._scene.board.alerts
        if feed is None or feed.value is None:
            return ()
        from eventa_cockpit.widgets.view import alerts

        worst = alerts.worst(feed.value)
        role = alerts.SEVERITIES[worst][2] if worst is not None else Role.GOOD
        return (span(alerts.tally(feed.value), role),)

    def hint(self) -> Spans:
        return keys([("Enter", _("open runbook"))]) if self._scene.offers.get(self.cursor) else ()


class DatabasePane(ThingsPane["Reading"]):
    FEED = DATABASE

    def listing(self) -> Listing[Reading]:
        from eventa_cockpit.widgets.view import database

        return database.LISTING

    def things(self) -> Sequence[Reading]:
        return self.readings_in(self._scene)

    def readings_in(self, scene: Scene) -> Sequence[Reading]:
        feed = scene.board.database
        return feed.value.readings if feed is not None and feed.value is not None else ()

    def above(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import database

        feed = self._scene.board.database
        if feed is None or feed.value is None:
            return ()
        return database.partial(feed.value) if self.is_full else database.above(feed.value, width)

    def below(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import database_state, slow_queries

        scene = self._scene
        return [
            *database_state.rows(scene.board.database_state, scene.now, scene.zone, width),
            *slow_queries.rows(scene.board.slow_queries, scene.zone, width),
        ]

    def summary(self) -> Spans:
        feed = self._scene.board.database
        if feed is None or feed.value is None:
            return ()
        from eventa_cockpit.widgets.view import database, readings

        level = database.worst(feed.value)
        glyph, role = readings.LEVELS[level] if level is not None else ("", Role.MUTED)
        return (span(f"{feed.value.instance} {glyph}", role),)


class ErrorsPane(ThingsPane["ErrorIssue"]):
    FEED = ERRORS

    def listing(self) -> Listing[ErrorIssue]:
        from eventa_cockpit.widgets.view import errors

        return errors.LISTING

    def things(self) -> Sequence[ErrorIssue]:
        feed = self._scene.board.errors
        return feed.value.issues if feed is not None and feed.value is not None else ()

    def above(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import changes, errors

        feed = self._scene.board.errors
        if feed is None or feed.value is None:
            return ()
        cause = changes.likeliest(changes.report_of(self._scene), width)
        return errors.above(feed.value, width, self.size.height, cause)

    def below(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import errors

        feed = self._scene.board.errors
        return errors.below(feed.value, width) if feed is not None and feed.value is not None else ()

    def summary(self) -> Spans:
        feed = self._scene.board.errors
        return (span(feed.value.project, Role.MUTED),) if feed is not None and feed.value is not None else ()


class RolloutsPane(ScenePane):
    FEED = ROLLOUTS

    def rows(self, width: int) -> Sequence[Line]:
        from eventa_cockpit.widgets.view import cdn, cluster, rollouts

        scene, has_room = self._scene, self.size.height >= cluster.ROOM
        rows = cluster.rows if has_room else rollouts.rows
        return [
            *rows(scene.board, scene.now, scene.zone, width),
            *cdn.rows(scene.board.cdn, scene.now, scene.zone, width),
        ]


class TimelinePane(ThingsPane["Event"]):
    def listing(self) -> Listing[Event]:
        from eventa_cockpit.widgets.view import timeline  # with all kinds of events, which the first paint has none of

        return timeline.LISTING

    def things(self) -> Sequence[Event]:
        if not self._scene.events:
            return ()
        from eventa_cockpit.widgets.view import timeline

        return timeline.listed(self._scene.events)

    def entries(self, width: int) -> Entries:
        return super().entries(width) if self._scene.events else Written(nothing_done(width))


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
