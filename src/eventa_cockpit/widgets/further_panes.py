"""The panes that come after the first paint: what surrounds the alerts, the database and the checklist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eventa_cockpit.keymap import Pane
from eventa_cockpit.widgets.scene_pane import ScenePane
from eventa_cockpit.widgets.view import changes, upstreams
from eventa_cockpit.widgets.view.lines import Line, Spans


class LogsPane(ScenePane):
    FEED = "logs"


class ChangesPane(ScenePane):
    def rows(self, width: int) -> Sequence[Line]:
        scene = self._scene
        return changes.rows(scene.board, scene.now, scene.zone, width)

    def summary(self) -> Spans:
        return changes.summary(self._scene.board)


class OnCallPane(ScenePane):
    FEED = "on_call"


class SloPane(ScenePane):
    FEED = "slo"


class UpstreamsPane(ScenePane):
    def rows(self, width: int) -> Sequence[Line]:
        scene = self._scene
        return upstreams.rows(scene.board, scene.now, scene.zone, width)

    def summary(self) -> Spans:
        return upstreams.summary(self._scene.board, self._scene.now)


FURTHER: Mapping[Pane, type[ScenePane]] = {
    Pane.LOGS: LogsPane,
    Pane.CHANGES: ChangesPane,
    Pane.ON_CALL: OnCallPane,
    Pane.SLO: SloPane,
    Pane.UPSTREAMS: UpstreamsPane,
}
