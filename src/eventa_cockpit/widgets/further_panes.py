"""The panes that come after the first paint: what surrounds the alerts, the database and the checklist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.keymap import Pane
from eventa_cockpit.widgets.scene_pane import ScenePane, ThingsPane
from eventa_cockpit.widgets.view import changes, upstreams
from eventa_cockpit.widgets.view.lines import Line, Spans
from eventa_cockpit.widgets.view.listing import Listing


class LogsPane(ScenePane):
    FEED = "logs"


class ChangesPane(ThingsPane[changes.Mark]):
    def listing(self) -> Listing[changes.Mark]:
        return changes.LISTING

    def things(self) -> Sequence[changes.Mark]:
        return changes.listed(self._scene.board)

    def above(self, width: int) -> Sequence[Line]:
        scene = self._scene
        return changes.above(scene.board, scene.now, scene.zone, width)

    def summary(self) -> Spans:
        return changes.summary(self._scene.board)


class OnCallPane(ScenePane):
    FEED = "on_call"


class SloPane(ScenePane):
    FEED = "slo"


class UpstreamsPane(ThingsPane[Feed[Any]]):
    def listing(self) -> Listing[Feed[Any]]:
        return upstreams.LISTING

    def things(self) -> Sequence[Feed[Any]]:
        return upstreams.listed(self._scene.board, self._scene.now)

    def above(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - one short row
        return upstreams.above(self._scene.board)

    def summary(self) -> Spans:
        return upstreams.summary(self._scene.board, self._scene.now)


FURTHER: Mapping[Pane, type[ScenePane]] = {
    Pane.LOGS: LogsPane,
    Pane.CHANGES: ChangesPane,
    Pane.ON_CALL: OnCallPane,
    Pane.SLO: SloPane,
    Pane.UPSTREAMS: UpstreamsPane,
}
