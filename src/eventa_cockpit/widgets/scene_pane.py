"""Panes that are told the whole scene, draw their own part of it, and can be searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from eventa_cockpit.locale import _
from eventa_cockpit.widgets.pane import ListPane
from eventa_cockpit.widgets.view import freshness
from eventa_cockpit.widgets.view.bars import TITLES
from eventa_cockpit.widgets.view.entries import Written
from eventa_cockpit.widgets.view.frame import Frame
from eventa_cockpit.widgets.view.lines import Line, Role, Spans, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from eventa_cockpit.domain.board import Feed
    from eventa_cockpit.domain.reading import Reading
    from eventa_cockpit.keymap import Pane
    from eventa_cockpit.widgets.view.choosing import Choosing
    from eventa_cockpit.widgets.view.entries import Entries
    from eventa_cockpit.widgets.view.listing import Facts, Listing
    from eventa_cockpit.widgets.view.scene import Scene

T = TypeVar("T")


class ScenePane(ListPane):
    """Says how fresh its feed is, and why there is nothing to show; else shows the rows that a subclass makes."""

    FEED: ClassVar[str] = ""
    """The key on the board of what it shows; empty for what is our own record."""

    def __init__(self, pane: Pane, scene: Scene) -> None:
        super().__init__(pane)
        self._scene = scene
        self.is_full = False
        """It has the screen for itself, by the responder's wish."""
        self.is_typing = False
        """What is typed goes into the filter."""
        self._filter = ""

    def show(self, scene: Scene) -> None:
        """Draw another moment."""
        self._scene = scene
        self.repaint()

    def fill(self, is_full: bool) -> None:
        """Show the full view, or the few words on each."""
        if is_full != self.is_full:
            self.is_full = is_full
            self.repaint()

    @property
    def feed(self) -> Feed[Any] | None:
        return self._scene.board.feeds.get(self.FEED)

    @property
    def has_value(self) -> bool:
        """Whether there is anything but an explanation to show."""
        feed = self.feed
        return not self.FEED or (feed is not None and feed.value is not None)

    def entries(self, width: int) -> Entries:
        if not self.has_value:
            return Written(freshness.explanation(self.feed, self._scene.zone, width))
        rows = Written(self.rows(width))
        return rows.having(self._filter) if self._filter.strip() else rows

    def rows(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - for subclasses
        """What the scene has to show here. Views are imported in it: the first paint has nothing to show."""
        return ()

    # One entry

    @property
    def link(self) -> str:
        """Where the chosen entry can be looked at; empty where nowhere."""
        return ""

    @property
    def facts(self) -> Facts:
        """All that is known of the chosen entry."""
        index = self._entries.index(self.cursor)
        if index is None:
            return ()
        return (("", "\n".join(row.text.strip() for row in self._entries.rows(index))),)

    def readings_in(self, scene: Scene) -> Sequence[Reading]:  # noqa: ARG002 - for subclasses
        """What of it can be drawn as a chart, at any moment; nothing in most panes."""
        return ()

    @property
    def reading(self) -> Reading | None:
        """The chosen entry, if it can be drawn as a chart."""
        return next((each for each in self.readings_in(self._scene) if each.metric == self.cursor), None)

    # Filter

    @property
    def filter(self) -> str:
        return self._filter

    def ask_filter(self) -> None:
        """From now on what is typed narrows the list, until Enter keeps it or Esc ends it."""
        self.is_typing = True
        self.repaint()

    def set_filter(self, text: str, *, is_typing: bool = False) -> None:
        self._filter, self.is_typing = text, is_typing
        self.repaint()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return self.is_typing and (key in _EDITING or (character is not None and character.isprintable()))

    def on_key(self, event: events.Key) -> None:
        if not self.check_consume_key(event.key, event.character):
            return
        event.stop()
        event.prevent_default()
        match event.key:
            case "escape":
                self.set_filter("")
            case "enter":
                self.set_filter(self._filter)
            case "backspace":
                self.set_filter(self._filter[:-1], is_typing=True)
            case "ctrl+w":
                self.set_filter(self._filter.rstrip().rpartition(" ")[0], is_typing=True)
            case "ctrl+u":
                self.set_filter("", is_typing=True)
            case _:
                self.set_filter(self._filter + (event.character or ""), is_typing=True)

    def on_paste(self, event: events.Paste) -> None:
        if self.is_typing:
            from eventa_cockpit.cleaning import clean_line

            event.stop()
            self.set_filter(self._filter + clean_line(event.text), is_typing=True)

    # Frame

    def summary(self) -> Spans:
        """After the title: how many, how bad."""
        return ()

    def badge(self) -> Spans:
        """How fresh; nothing for what is our own record."""
        return freshness.badge(self.feed, self._scene.now) if self.FEED else ()

    def hint(self) -> Spans:
        return ()

    def narrowed(self) -> Spans:
        """What is looked for, and how many there are of it."""
        if not self.is_typing and not self._filter:
            return ()
        end = (span("▏", Role.KEY),) if self.is_typing else ()
        return (span("/" + self._filter, Role.VALUE), *end, span(f" {len(self._entries.keys):,}", Role.MUTED))

    def frame(self) -> Frame:
        return Frame(
            key=self.pane.key,
            title=_(TITLES[self.pane]),
            summary=self.narrowed() or self.summary(),
            badge=self.badge(),
            hint=self.hint(),
            is_focused=self.has_focus,
        )


class ThingsPane(ScenePane, Generic[T]):
    """A pane of things of one sort: a few words on each among other panes, a table in the full view."""

    def __init__(self, pane: Pane, scene: Scene) -> None:
        super().__init__(pane, scene)
        self._choosing: Choosing[T] | None = None

    def listing(self) -> Listing[T]:
        """From the view, which is imported in it."""
        raise NotImplementedError

    def things(self) -> Sequence[T]:
        """All of them; the same sequence again while nothing changed."""
        raise NotImplementedError

    def above(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - for subclasses
        """Rows about all of them together."""
        return ()

    def below(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - for subclasses
        """Rows after the last one."""
        return ()

    @property
    def choosing(self) -> Choosing[T]:
        if self._choosing is None:
            from eventa_cockpit.widgets.view.choosing import Choosing

            listing = self.listing()
            self._choosing = Choosing(listing.key, listing.words, listing.orders)
        return self._choosing

    def head(self, width: int) -> Sequence[Line]:
        if not self.has_value:
            return ()
        above: list[Line] = []
        if self.feed is not None:
            say = freshness.explanation if self.is_full else freshness.in_short
            above.extend(say(self.feed, self._scene.zone, width))
        above.extend(self.above(width))
        if self.is_full and self.things():
            from eventa_cockpit.widgets.view.listing import Table

            above.append(Table(self.listing().columns, width).heading())
        return above

    def entries(self, width: int) -> Entries:
        if not self.has_value:
            return super().entries(width)
        from eventa_cockpit.widgets.view.entries import Drawn
        from eventa_cockpit.widgets.view.listing import Table

        listing, scene = self.listing(), self._scene
        self.choosing.text = self._filter
        things, places = self.choosing.of(self.things())
        if not self.is_full:
            return Drawn(things, places, lambda thing: listing.brief(thing, scene, width), self.below(width))
        table = Table(listing.columns, width)
        return Drawn(things, places, lambda thing: [table.row(thing, scene, listing.key(thing))], self.below(width))

    @property
    def thing(self) -> T | None:
        """The chosen one."""
        if not self.has_value:
            return None
        things, places = self.choosing.of(self.things())
        place = places.get(self.cursor)
        return things[place] if place is not None else None

    @property
    def link(self) -> str:
        thing = self.thing
        return self.listing().link(thing) if thing is not None else ""

    @property
    def facts(self) -> Facts:
        thing = self.thing
        return self.listing().facts(thing, self._scene) if thing is not None else ()

    def turn_order(self) -> str:
        """On to the next order; its name."""
        self.choosing.turn()
        self.repaint()
        return self.choosing.order.name

    def narrowed(self) -> Spans:
        found = super().narrowed()
        if found and self.has_value:
            found = (*found, span(" " + _("of {total}").format(total=f"{len(self.things()):,}"), Role.MUTED))
        if self._choosing is None or self._choosing.order is self._choosing.orders[0]:
            return found
        order = _("by {order}").format(order=_(self._choosing.order.name))
        return (*(found or self.summary()), span("  " + order, Role.ACCENT))


_EDITING = frozenset({"escape", "enter", "backspace", "ctrl+w", "ctrl+u"})
