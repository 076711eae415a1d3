"""A metric over time, with what was done and changed meanwhile; kept up to date while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from eventa_cockpit.locale import _
from eventa_cockpit.screens.dialog import Dialog
from eventa_cockpit.widgets.chart import Chart
from eventa_cockpit.widgets.view import changes, chart, moments, readings
from eventa_cockpit.widgets.view.chart import Glyphs, Mark

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from eventa_cockpit.domain.reading import Reading
    from eventa_cockpit.widgets.view.lines import Line
    from eventa_cockpit.widgets.view.scene import Scene

Find = Callable[["Scene"], Sequence["Reading"]]
"""The readings of a pane, in its order, as they are now."""
TICK_S = 1.0


class ChartOf(Dialog[None]):
    """One metric at a time; up and down go to its neighbours."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "leave"),
        Binding("t", "turn_range"),
        Binding("down,j", "move(1)"),
        Binding("up,k", "move(-1)"),
    ]
    drawn = getters.query_one(Chart)

    def __init__(self, metric: str, scene: Callable[[], Scene], find: Find) -> None:
        super().__init__()
        self._metric = metric
        self._scene = scene
        self._find = find

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -whole") as box:
            box.border_subtitle = Content(_("t: range  ↑ ↓: other metric  Esc: back"))
            yield Chart(self._rows, chart.RANGES[1])

    def on_mount(self) -> None:
        self._settle()
        self.set_interval(TICK_S, self.drawn.repaint)

    def action_turn_range(self) -> None:
        """The next range that the points fill."""
        reading = self._reading()
        offered = chart.ranges(reading) if reading is not None else chart.RANGES[:1]
        later = [reach for reach in offered if reach > self.drawn.reach]
        self.drawn.show(later[0] if later else offered[0])
        self._settle()

    def action_move(self, step: int) -> None:
        metrics = [reading.metric for reading in self._find(self._scene())]
        if metrics:
            index = metrics.index(self._metric) if self._metric in metrics else 0
            self._metric = metrics[min(max(index + step, 0), len(metrics) - 1)]
            self._settle()

    def _settle(self) -> None:
        """The title says what is drawn, and how much of it."""
        reading = self._reading()
        if reading is None:
            return
        if self.drawn.reach not in chart.ranges(reading):
            self.drawn.reach = chart.ranges(reading)[-1]
        name = readings.title(reading)
        title = _("{metric}, the last {time}").format(metric=name, time=moments.since(self.drawn.reach))
        self.query_one(".dialog").border_title = Content(title)
        self.drawn.repaint()

    def _reading(self) -> Reading | None:
        return next((each for each in self._find(self._scene()) if each.metric == self._metric), None)

    def _rows(self, reach: timedelta, size: tuple[int, int], glyphs: Glyphs) -> Sequence[Line]:
        reading, scene = self._reading(), self._scene()
        if reading is None:
            return ()
        return chart.rows(reading, marks(scene), scene.now, reach, scene.zone, size, glyphs)


def marks(scene: Scene) -> list[Mark]:
    """What was changed, by whoever, our own steps among it; and the first alert."""
    report = changes.report_of(scene)
    found = [Mark(change.at, f"{_(changes.KINDS[change.kind])}: {change.title}") for change in report.changes]
    if report.first_alert is not None:
        found.append(Mark(report.first_alert, _("first alert"), is_alert=True))
    return found
