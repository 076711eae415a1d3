"""An output with what belongs to it: the line that says where one is, and the lines to search and to answer with."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from eventa_cockpit.domain.lines import LineFault, LineSource
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.output import OutputState, OutputView
from eventa_cockpit.widgets.output_search import Search
from eventa_cockpit.widgets.reply_bar import ReplyBar
from eventa_cockpit.widgets.search_bar import SearchBar

FAULTS = {
    LineFault.MISSING: mark("There is no output: its file is missing or cannot be read."),
    LineFault.TRUNCATED: mark("The output's file was cut short by somebody: this is what is left."),
    LineFault.REPLACED: mark("The output's file was replaced by another: this is what the run wrote."),
    LineFault.REMOVED: mark("The output's file was removed: save it now if it is needed."),
    LineFault.UNREADABLE: mark("The output's file cannot be read any further: check the disk."),
}


class OutputReader(Vertical):
    """`view` shows the output; this wires its search, its replies and its status line."""

    DEFAULT_CSS = """
    OutputReader { width: 1fr; height: 1fr; }
    OutputReader > .output-reader--status { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    class Replied(Message):
        """The responder answers the command with `text` and Enter."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.view = OutputView()
        self._search_bar = SearchBar()
        self._reply_bar = ReplyBar()
        self._status = Static(markup=False, classes="output-reader--status")

    def compose(self) -> ComposeResult:
        yield self.view
        yield self._search_bar
        yield self._reply_bar
        yield self._status

    def show(self, source: LineSource | None) -> None:
        self.view.show(source)

    def ask_reply(self) -> None:
        """Open the line for a reply; `Replied` follows unless the responder backs out."""
        self._reply_bar.open()

    def on_reply_bar_closed(self, message: ReplyBar.Closed) -> None:
        message.stop()
        self.view.focus()
        if message.text is not None:
            self.post_message(self.Replied(message.text))

    def on_output_view_state_changed(self, message: OutputView.StateChanged) -> None:
        self._status.update(Content(sentence(message.state)), layout=False)

    def on_output_view_search_requested(self, message: OutputView.SearchRequested) -> None:
        message.stop()
        self._search_bar.open()

    def on_search_bar_closed(self, message: SearchBar.Closed) -> None:
        message.stop()
        self.view.focus()
        if message.text is not None:
            self.view.search_for(message.text)


def sentence(state: OutputState) -> str:
    """All that one has to know about the output above, the unusual first."""
    parts = [_(FAULTS[state.fault])] if state.fault is not None else []
    parts += [_search_words(state.search)]
    parts += [_("{lines:,} lines").format(lines=state.lines), amount(state.size)]
    parts += [_("following") if state.is_following and not state.is_complete else ""]
    return " · ".join(part for part in parts if part)


def _search_words(search: Search) -> str:
    if search.is_empty:
        return ""
    if search.is_under_way:
        return _("searching…")
    if search.is_vain:
        return (
            _("no line reports an error")
            if search.is_for_errors
            else _("{text} is not there").format(text=search.needle)
        )
    place = _("line {line:,}").format(line=(search.line or 0) + 1)
    if search.is_for_errors:
        words = _("error on {place}").format(place=place)
    elif search.number is None or search.count is None:
        words = _("match on {place}").format(place=place)
    else:
        words = _("match {number:,} of {count:,} on {place}").format(
            number=search.number, count=search.count, place=place
        )
    return _("{words}, from the other end").format(words=words) if search.has_wrapped else words


def amount(size: int) -> str:
    """Decimal units, as disks are sold: `ls -lh --si`."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:.1f} TB"
