"""A pane that is told the whole scene and draws its own part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from eventa_cockpit.locale import _
from eventa_cockpit.widgets.pane import ListPane
from eventa_cockpit.widgets.view import freshness
from eventa_cockpit.widgets.view.bars import TITLES
from eventa_cockpit.widgets.view.frame import Frame
from eventa_cockpit.widgets.view.lines import Line, Spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventa_cockpit.domain.board import Feed
    from eventa_cockpit.keymap import Pane
    from eventa_cockpit.widgets.view.scene import Scene


class ScenePane(ListPane):
    """Says how fresh its feed is, and why there is nothing to show; else shows the rows that a subclass makes."""

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

    def build(self, width: int) -> Sequence[Line]:
        feed = self.feed
        if self.FEED and (feed is None or feed.value is None):
            return freshness.explanation(feed, self._scene.zone, width)
        return self.rows(width)

    def rows(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - for subclasses
        """What the scene has to show here. Views are imported in it: the first paint has nothing to show."""
        return ()

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
