"""A pane that is told the whole scene and draws its own part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from eventa_cockpit.locale import _
from eventa_cockpit.widgets.pane import ListPane
from eventa_cockpit.widgets.view import freshness
from eventa_cockpit.widgets.view.bars import TITLES
from eventa_cockpit.widgets.view.frame import Frame
from eventa_cockpit.widgets.view.lines import Spans

if TYPE_CHECKING:
    from eventa_cockpit.domain.board import Feed
    from eventa_cockpit.keymap import Pane
    from eventa_cockpit.widgets.view.scene import Scene


class ScenePane(ListPane):
    """Says in its frame how fresh its feed is, and shows the rows that `build` makes of the scene."""

    FEED: ClassVar[str] = ""
    """The key on the board of what it shows; empty for what is our own record."""

    def __init__(self, pane: Pane, scene: Scene) -> None:
        super().__init__(pane)
        self._scene = scene

    def show(self, scene: Scene) -> None:
        """Draw another moment."""
        self._scene = scene
        self.repaint()

    @property
    def feed(self) -> Feed[Any] | None:
        return self._scene.board.feeds.get(self.FEED)

    def summary(self) -> Spans:
        """After the title: how many, how bad."""
        return ()

    def badge(self) -> Spans:
        """How fresh; nothing for what is our own record."""
        return freshness.badge(self.feed, self._scene.now) if self.FEED else ()

    def hint(self) -> Spans:
        return ()

    def frame(self) -> Frame:
        return Frame(
            key=self.pane.key,
            title=_(TITLES[self.pane]),
            summary=self.summary(),
            badge=self.badge(),
            hint=self.hint(),
            is_focused=self.has_focus,
        )
