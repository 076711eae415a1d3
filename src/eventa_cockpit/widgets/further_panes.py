"""The panes that come after the first paint: what surrounds the alerts, the database and the checklist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.change import Change
from eventa_cockpit.domain.log_stream import LogGroup
from eventa_cockpit.domain.reading import Reading
from eventa_cockpit.keymap import Pane
from eventa_cockpit.widgets.scene_pane import ScenePane, ThingsPane
from eventa_cockpit.widgets.view import axis, changes, logs, metrics, on_call, pages, slo, upstreams
from eventa_cockpit.widgets.view.lines import BLANK, Line, Spans
from eventa_cockpit.widgets.view.listing import Facts, Listing
from eventa_cockpit.widgets.view.scene import Scene


class LogsPane(ThingsPane[LogGroup]):
    FEED = "logs"

    def listing(self) -> Listing[LogGroup]:
        return logs.LISTING

    def things(self) -> Sequence[LogGroup]:
        feed = self._scene.board.logs
        return feed.value.groups if feed is not None and feed.value is not None else ()

    def above(self, width: int) -> Sequence[Line]:
        feed = self._scene.board.logs
        return logs.above(feed.value, width) if feed is not None and feed.value is not None else ()

    def summary(self) -> Spans:
        feed = self._scene.board.logs
        return logs.headline(feed.value) if feed is not None and feed.value is not None else ()


class ChangesPane(ScenePane):
    def head(self, width: int) -> Sequence[Line]:
        scene = self._scene
        return axis.rows(changes.report_of(scene), scene.now, scene.zone, width)

    @property
    def change(self) -> Change | None:
        """The chosen one; None on the first alert."""
        found = changes.report_of(self._scene).changes
        return next((change for change in found if changes.key_of(change) == self.cursor), None)

    @property
    def link(self) -> str:
        return self.change.link if self.change is not None else ""

    @property
    def facts(self) -> Facts:
        change, scene = self.change, self._scene
        return changes.facts(change, changes.report_of(scene), scene.zone) if change is not None else super().facts

    def rows(self, width: int) -> Sequence[Line]:
        scene = self._scene
        return changes.rows(changes.report_of(scene), scene.now, scene.zone, width)

    def summary(self) -> Spans:
        return changes.summary(changes.report_of(self._scene))


class OnCallPane(ScenePane):
    FEED = "on_call"

    @property
    def feed(self) -> Feed[Any] | None:
        """Pages are what is acted on; a team that has none still has a calendar."""
        return self._scene.board.pages or self._scene.board.on_call

    def rows(self, width: int) -> Sequence[Line]:
        scene = self._scene
        return on_call.rows(scene.board, scene.now, scene.zone, width)

    def summary(self) -> Spans:
        board = self._scene.board
        paged = board.pages.value if board.pages is not None else None
        people = board.on_call.value if board.on_call is not None else None
        return (pages.headline(paged) if paged else ()) or (on_call.headline(people) if people else ())


class SloPane(ScenePane):
    FEED = "slo"

    @property
    def feed(self) -> Feed[Any] | None:
        """Budgets before metrics; a team that has no objectives still has its queries."""
        return self._scene.board.slo or self._scene.board.metrics

    def readings_in(self, scene: Scene) -> Sequence[Reading]:
        feed = scene.board.metrics
        return feed.value.readings if feed is not None and feed.value is not None else ()

    def rows(self, width: int) -> Sequence[Line]:
        scene = self._scene
        budgets = slo.rows(scene.board.slo, scene.zone, width) if scene.board.slo is not None else []
        readings = metrics.rows(scene.board.metrics, scene.now, scene.zone, width)
        return [*budgets, *([BLANK] if budgets and readings else []), *readings]

    def summary(self) -> Spans:
        feed = self._scene.board.slo
        return slo.headline(feed.value) if feed is not None and feed.value is not None else ()


class UpstreamsPane(ThingsPane[Feed[Any]]):
    def listing(self) -> Listing[Feed[Any]]:
        return upstreams.LISTING

    def things(self) -> Sequence[Feed[Any]]:
        return upstreams.listed(self._scene.board, self._scene.now)

    def above(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - one short row
        return upstreams.above(self._scene.board)

    def below(self, width: int) -> Sequence[Line]:
        return upstreams.below(self._scene.board.asked_by, width)

    def summary(self) -> Spans:
        return upstreams.summary(self._scene.board, self._scene.now)


FURTHER: Mapping[Pane, type[ScenePane]] = {
    Pane.LOGS: LogsPane,
    Pane.CHANGES: ChangesPane,
    Pane.ON_CALL: OnCallPane,
    Pane.SLO: SloPane,
    Pane.UPSTREAMS: UpstreamsPane,
}
