"""The output of a run as a responder reads it: follows its end, scrolls, searches; only what is visible is decoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.worker import get_current_worker

from eventa_cockpit.domain.lines import LineFault, LineSource
from eventa_cockpit.keymap import Scope
from eventa_cockpit.widgets import output_times
from eventa_cockpit.widgets.ansi import decode
from eventa_cockpit.widgets.output_rows import Position, Row, RowLayout
from eventa_cockpit.widgets.output_search import NO_SEARCH, Search
from eventa_cockpit.widgets.pane import bindings
from eventa_cockpit.widgets.styled_line import Mark
from eventa_cockpit.widgets.window import Window

if TYPE_CHECKING:
    from textual.selection import Selection
    from textual.timer import Timer

FRAME_S = 0.1
"""At most this often what arrives is painted; keys do not wait for it."""
SIDEWAYS = 8
"""Cells per key to the left or right."""
LONGEST_COPY = 10_000
"""Lines that a selection gives to the clipboard at most; more belongs into a file."""


@dataclass(frozen=True, slots=True)
class OutputState:
    """What a line of status under the output says."""

    lines: int = 0
    size: int = 0
    """Bytes indexed."""
    is_following: bool = True
    is_wrapped: bool = False
    is_timed: bool = False
    """Each line says when it arrived."""
    is_complete: bool = False
    fault: LineFault | None = None
    search: Search = NO_SEARCH


class OutputView(Window, can_focus=True):
    """Shows a `LineSource`; whoever owns that keeps its index growing."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {"output-view--match", "output-view--current", "output-view--time"}
    DEFAULT_CSS = """
    OutputView {
        width: 1fr;
        height: 1fr;
        & > .output-view--time { color: $text-muted; }
        & > .output-view--match { background: $warning 30%; text-style: underline; }
        & > .output-view--current { background: $warning; color: $background; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.OUTPUT)

    class StateChanged(Message):
        """Something that the status line says is different; at most ten times a second while output arrives."""

        def __init__(self, view: OutputView, state: OutputState) -> None:
            super().__init__()
            self.view = view
            self.state = state

        @property
        def control(self) -> OutputView:
            return self.view

    class SearchRequested(Message):
        """The responder wants to type what to look for; answer with `search_for`."""

    class CopyRequested(Message):
        """Text for the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class SaveRequested(Message):
        """The responder wants the whole output in a file."""

        def __init__(self, source: LineSource) -> None:
            super().__init__()
            self.source = source

    class Sought(Message):
        """A search in the background is over."""

        def __init__(self, search: Search) -> None:
            super().__init__()
            self.search = search

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._source: LineSource | None = None
        self._top = Position(0)
        self._left = 0
        self._state = OutputState()
        self._rows: list[Row] = []
        self._strips: list[Strip] = []
        self._frames: Timer | None = None
        self._times = ""
        """How the times beside the rows are written; empty where there are none."""
        self.zone: tzinfo = UTC
        """Of the times."""

    @property
    def state(self) -> OutputState:
        return self._state

    @property
    def source(self) -> LineSource | None:
        return self._source

    def show(self, source: LineSource | None) -> None:
        """Another output, from its end; None for nothing."""
        self._source = source
        self._top, self._left = Position(0), 0
        self._state = OutputState(is_wrapped=self._state.is_wrapped, is_timed=self._state.is_timed)
        self.refresh_lines()
        if self._frames is not None:
            self._frames.resume()

    def refresh_lines(self, y_start: int = 0, line_count: int = 0) -> None:  # noqa: ARG002 - Textual's signature
        """Look at the source again and paint the rows that are different now."""
        source = self._source
        state = OutputState(is_wrapped=self._state.is_wrapped, is_timed=self._state.is_timed)
        if source is not None:
            # Complete first: whatever is read after it belongs to the whole.
            is_complete = source.is_complete
            state = replace(
                self._state, lines=source.line_count, size=source.size, is_complete=is_complete, fault=source.fault
            )
        self._change(state)
        self._paint()

    def search_for(self, needle: str) -> None:
        """Go to the next line from the first visible one on that holds `needle`; nothing forgets the search."""
        if not needle or self._source is None:
            self._change(replace(self._state, search=NO_SEARCH))
            self._paint()
            return
        self._seek(Search.of(needle), start=self._first_visible())

    # Textual's side

    def on_mount(self) -> None:
        self._frames = self.set_interval(FRAME_S, self._frame, pause=self._source is None)
        self.refresh_lines()

    def on_resize(self) -> None:
        self._paint()

    def on_show(self) -> None:
        self._paint()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips = []
        if self.is_mounted:
            self._paint()

    def on_scrolled(self, top: int) -> None:
        self._go(Position(top))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows as they are: there is no border, padding or outline here, so Textual need not look for them."""
        background = self.background_colors[1]
        filters = self.get_line_filters()
        blank = Strip.blank(self.size.width, self.rich_style)
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = self._strips[y] if y < len(self._strips) else blank
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            strips.append(strip)
        if crop.column_span != (0, self.size.width):
            return [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """One row, with what the mouse needs to know: which character of which line each stretch of it begins with."""
        if y >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        row, strip = self._rows[y], self._strips[y]
        beside = output_times.WIDTHS[self._times] if self._times else 0
        text = strip.crop(beside).apply_offsets(row.start - row.indent, row.position.line)
        return Strip.join([strip.crop(0, beside), text]) if beside else text

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002 - read when painting
        self._paint()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        if self._source is None:
            return None
        first = 0 if selection.start is None else selection.start.y
        last = self._source.line_count - 1 if selection.end is None else selection.end.y
        lines = self._source.lines(first, min(last - first + 1, LONGEST_COPY))
        spans = ((selection.get_span(number), decode(line).text) for number, line in enumerate(lines, first))
        return "\n".join(text[span[0] : _end(span[1])] for span, text in spans if span is not None), "\n"

    def on_output_view_sought(self, message: OutputView.Sought) -> None:
        message.stop()
        if message.search.needle != self._state.search.needle:
            return
        self._change(replace(self._state, search=message.search))
        if message.search.line is not None and message.search.is_move:
            self._go(Position(max(0, message.search.line - self.size.height // 3)), follow=False)
        self._paint()

    # Keys

    def action_row_down(self) -> None:
        self._step(1)

    def action_row_up(self) -> None:
        self._step(-1)

    def action_page_down(self) -> None:
        self._step(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        self._step(-max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._go(Position(0))

    def action_last(self) -> None:
        self._change(replace(self._state, is_following=True))
        self._paint()

    def action_left(self) -> None:
        self._left = max(0, self._left - SIDEWAYS)
        self._paint()

    def action_right(self) -> None:
        if not self._state.is_wrapped and any(
            row.end < len(row.line.text) or self._overflows(row) for row in self._rows
        ):
            self._left += SIDEWAYS
            self._paint()

    def action_toggle_follow(self) -> None:
        self._change(replace(self._state, is_following=not self._state.is_following))
        self._paint()

    def action_toggle_wrap(self) -> None:
        self._top = Position(self._top.line)
        self._left = 0
        self._change(replace(self._state, is_wrapped=not self._state.is_wrapped))
        self._paint()

    def action_toggle_times(self) -> None:
        self._change(replace(self._state, is_timed=not self._state.is_timed))
        self._paint()

    def action_search(self) -> None:
        self.post_message(self.SearchRequested())

    def action_search_next(self) -> None:
        self._seek_again(backwards=False)

    def action_search_previous(self) -> None:
        self._seek_again(backwards=True)

    def action_next_error(self) -> None:
        search = self._state.search
        start = search.line + 1 if search.is_for_errors and search.line is not None else 0
        self._seek(Search.for_errors(), start=start)

    def action_copy(self) -> None:
        selected = self.text_selection and self.get_selection(self.text_selection)
        visible = {row.position.line: row.line.text for row in self._rows}
        self.post_message(self.CopyRequested(selected[0] if selected else "\n".join(visible.values())))

    def action_save(self) -> None:
        if self._source is not None:
            self.post_message(self.SaveRequested(self._source))

    # Painting

    def _frame(self) -> None:
        source, state = self._source, self._state
        if source is None:
            return
        now = (source.line_count, source.size, source.is_complete, source.fault)
        if now != (state.lines, state.size, state.is_complete, state.fault) or (
            state.is_following and source.is_behind
        ):
            self.refresh_lines()
        if self._state.is_complete and self._frames is not None and not source.is_behind:
            self._frames.pause()

    def _paint(self) -> None:
        """Bring rows, scroll bar and strips up to date; refresh only rows that differ."""
        height = self.scrollable_size.height
        if not self.is_mounted or not self.scrollable_size:
            return
        self._times = self._form_of_times()
        self._rows = self._visible_rows(self._text_width, height)
        before, strips = self._strips, self._with_times(self._strips_of(self._rows, self._text_width))
        changed = [y for y in range(height) if before[y : y + 1] != strips[y : y + 1]]
        self._strips = strips
        self._move_scroll_bar(height)
        if len(changed) > height // 2:
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, self.scrollable_size.width, 1) for y in changed))

    def _visible_rows(self, width: int, height: int) -> list[Row]:
        if self._source is None:
            return []
        layout = self._layout(width)
        if not self._state.is_following:
            return layout.rows(self._top, height)
        rows = layout.last_rows(height)
        self._top = rows[0].position if rows else Position(0)
        return rows

    def _strips_of(self, rows: Sequence[Row], width: int) -> list[Strip]:
        base = self.rich_style
        selection = self.text_selection
        ground = Style(bgcolor=self.screen.get_component_rich_style("screen--selection").bgcolor) if selection else base
        strips: list[Strip] = []
        for row in rows:
            marks = self._matches_in(row)
            span = selection.get_span(row.position.line) if selection else None
            if span is not None:
                marks.append(Mark(span[0], len(row.line.text) if span[1] < 0 else span[1], ground))
            line = row.line.marked(marks).part(row.start, row.end)
            strips.append(line.strip(base, width, indent=row.indent))
        return strips

    def _form_of_times(self) -> str:
        if self._source is None or not self._state.is_timed:
            return ""
        return output_times.form(self._source, self.zone, self.scrollable_size.width)

    @property
    def _text_width(self) -> int:
        """Cells that the lines have beside their times."""
        return max(1, self.scrollable_size.width - (output_times.WIDTHS[self._times] if self._times else 0))

    def _with_times(self, strips: list[Strip]) -> list[Strip]:
        if self._source is None or not self._times:
            return strips
        style = self.get_component_rich_style("output-view--time")
        texts = output_times.labels(
            self._source, self._rows, self.zone, self._times, is_following=self._state.is_following
        )
        return [Strip.join([Strip([Segment(text, style)]), strip]) for text, strip in zip(texts, strips, strict=True)]

    def _matches_in(self, row: Row) -> list[Mark]:
        search = self._state.search
        is_current = search.line == row.position.line
        style = self.get_component_rich_style("output-view--current" if is_current else "output-view--match")
        return [Mark(start, end, style) for start, end in search.spans(row.line.text, is_current=is_current)]

    def _move_scroll_bar(self, height: int) -> None:
        lines = self._source.line_count if self._source is not None else 0
        # Wrapped, the last line alone may fill the window.
        total = lines + height - 1 if self._state.is_wrapped and lines > height else lines
        self.place(min(self._top.line, max(0, total - height)), total, height)

    # Moving

    def _layout(self, width: int) -> RowLayout:
        assert self._source is not None
        return RowLayout(self._source, max(1, width), self._state.is_wrapped, self._left)

    def _step(self, rows: int) -> None:
        if self._source is not None:
            self._go(self._layout(self._text_width).moved(self._top, rows))

    def _go(self, top: Position, *, follow: bool = True) -> None:
        """Put a row at the top; arriving at the end means following it, unless a search led there."""
        if self._source is None:
            return
        end = self._layout(self._text_width).end(self.size.height)
        self._top = min(top, end)
        self._change(replace(self._state, is_following=follow and top >= end))
        self._paint()

    def _first_visible(self) -> int:
        return self._rows[0].position.line if self._rows else 0

    def _overflows(self, row: Row) -> bool:
        return row.line.character_at(self._left + self._text_width)[0] < len(row.line.text)

    # Searching

    def _seek_again(self, *, backwards: bool) -> None:
        search = self._state.search
        if search.is_empty or search.is_for_errors:
            self.action_next_error() if search.is_for_errors else self.action_search()
            return
        at = self._first_visible() if search.line is None else search.line
        self._seek(search, start=at if backwards else at + 1, backwards=backwards)

    def _seek(self, search: Search, *, start: int, backwards: bool = False) -> None:
        if self._source is None:
            return
        self._change(replace(self._state, search=replace(search, is_under_way=True)))
        work = partial(self._seek_in_thread, self._source, search, start, backwards=backwards)
        self.run_worker(work, thread=True, group="output.search", exclusive=True, exit_on_error=False)

    def _seek_in_thread(self, source: LineSource, search: Search, start: int, *, backwards: bool) -> None:
        """Two answers: the place as soon as it is known, then the numbers."""
        worker = get_current_worker()
        for answer in search.answers(source, start, backwards=backwards):
            if worker.is_cancelled:
                return
            self.post_message(self.Sought(answer))

    def _change(self, state: OutputState) -> None:
        if state != self._state:
            self._state = state
            self.post_message(self.StateChanged(self, state))


def _end(index: int) -> int | None:
    return None if index < 0 else index
