"""One line of terminal output as a terminal would leave it: colours, overwriting, tabs; nothing that could do harm.

What moves the cursor within the line is obeyed, what only dresses the text (links, titles, character sets, moves to
other lines) is dropped, and everything else stays visible as a symbol. Sources: ECMA-48 (5th edition), section 8.3;
xterm's control sequences, https://invisible-island.net/xterm/ctlseqs/ctlseqs.html.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size
from rich.style import Style

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.widgets.sgr import NORMAL, Pen, styled
from eventa_cockpit.widgets.styled_line import PLAIN, StyledLine

TAB = 8
CACHED_BYTES = 8192
"""Lines longer than this are decoded again each time: rare, and they would fill the cache."""
RETURNS = 16
"""Of a progress bar's many states the last ones are enough: each overwrites those before it."""
WIDEST = 20_000
"""Columns that a jump to the right may reach: a sequence of ten bytes must not fill the memory."""

SEQUENCE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\](?:0|1|2|7|8|133|633|3008);[^\x07\x1b\x9c]*(?:\x07|\x1b\\)"
    r"|\x1b[ -/]+[0-~]"
    r"|\x1b[0-OQ-WYZ`-~]"
)
"""Whole sequences. The start of one that never ends is no match, and stays visible."""
WIDTHLESS = re.compile("[\u200c\u200d\ufe00-\ufe0f]")
"""Joiners and variants: terminals disagree about the width of what they join, so the parts are shown instead."""
MOVES = re.compile(r"[\r\b]|\x1b\[[0-?]*[CDGKPX@`a]")
"""What makes later text lie over earlier text of the same line."""


def decode(line: bytes) -> StyledLine:
    """The line without its line feed; carriage returns at its end are part of the ending."""
    return _decode_cached(line) if len(line) <= CACHED_BYTES else _decode(line)


def _decode(line: bytes) -> StyledLine:
    text = line.rstrip(b"\r").decode("utf-8", "replace")
    if text.isascii() and text.isprintable():
        return StyledLine.plain(text)
    text = WIDTHLESS.sub("", text)
    if MOVES.search(text):
        return _overwritten(text)
    return _appended(text)


_decode_cached = lru_cache(maxsize=1024)(_decode)


def _appended(text: str) -> StyledLine:
    """A line whose text only ever goes on to the right: quick, since nothing is placed cell by cell."""
    runs: list[tuple[str, Style]] = []
    pen, column, position = NORMAL, 0, 0
    for found in SEQUENCE.finditer(text):
        column = _append(runs, text[position : found.start()], pen, column)
        position = found.end()
        if found["final"] == "m":
            pen = styled(pen, found["parameters"])
    _append(runs, text[position:], pen, column)
    return StyledLine.of(runs)


def _append(runs: list[tuple[str, Style]], text: str, pen: Pen, column: int) -> int:
    """Add text with its tabs filled and return the column after it."""
    if not text:
        return column
    first, *others = (clean_line(part) for part in text.split("\t"))
    column += cell_len(first)
    parts = [first]
    for part in others:
        gap = TAB - column % TAB
        parts += [" " * gap, part]
        column += gap + cell_len(part)
    runs.append(("".join(parts), pen.style))
    return column


def _overwritten(text: str) -> StyledLine:
    """A line that goes back over itself, as progress bars do: cell by cell, the last writer of a cell wins."""
    row = _Row()
    position = 0
    text = "\r".join(text.rsplit("\r", RETURNS)[-RETURNS:])
    for found in SEQUENCE.finditer(text):
        row.write(text[position : found.start()])
        position = found.end()
        if found["final"]:
            row.obey(found["final"], found["parameters"])
    row.write(text[position:])
    return row.line()


class _Row:
    """One row of a terminal: cells, a cursor and a pen."""

    def __init__(self) -> None:
        self._cells: list[tuple[str, Pen]] = []
        """A wide character is followed by a cell with no text."""
        self._column = 0
        self._pen = NORMAL

    def write(self, text: str) -> None:
        for part in re.split(r"([\r\b\t])", text):
            match part:
                case "\r":
                    self._column = 0
                case "\b":
                    self._column = max(0, self._column - 1)
                case "\t":
                    self._column += TAB - self._column % TAB
                case _:
                    for character in clean_line(part):
                        self._put(character)

    def obey(self, final: str, parameters: str) -> None:
        """A control sequence; the ones that do nothing within a line change nothing."""
        number = int(parameters) if parameters.isdecimal() and len(parameters) < 6 else 0
        column = self._column
        match final:
            case "m":
                self._pen = styled(self._pen, parameters)
            case "C" | "a":
                self._column = min(column + max(number, 1), WIDEST)
            case "D":
                self._column = max(0, column - max(number, 1))
            case "G" | "`":
                self._column = min(max(number, 1) - 1, WIDEST)
            case "K":
                self._erase(number)
            case "X":
                for cell in range(column, min(column + max(number, 1), len(self._cells))):
                    self._cells[cell] = (" ", NORMAL)
            case "P":
                del self._cells[column : column + max(number, 1)]

    def line(self) -> StyledLine:
        runs: list[tuple[str, Style]] = []
        for text, pen in self._cells:
            if runs and runs[-1][1] is pen.style:
                runs[-1] = (runs[-1][0] + text, pen.style)
            else:
                runs.append((text, pen.style))
        if runs and runs[-1][1] is PLAIN:
            runs[-1] = (runs[-1][0].rstrip(), PLAIN)
        return StyledLine.of(runs)

    def _put(self, character: str) -> None:
        width = get_character_cell_size(character)
        column = self._column
        if width == 0:
            if 0 < column <= len(self._cells):
                text, pen = self._cells[column - 1]
                self._cells[column - 1] = (text + character, pen)
            return
        while len(self._cells) < column + width:
            self._cells.append((" ", NORMAL))
        self._free(column)
        self._free(column + width - 1)
        self._cells[column] = (character, self._pen)
        if width > 1:
            self._cells[column + 1] = ("", self._pen)
        self._column = column + width

    def _free(self, column: int) -> None:
        """Blank both halves of a wide character that is about to lose one."""
        if column + 1 < len(self._cells) and not self._cells[column + 1][0]:
            self._cells[column + 1] = (" ", NORMAL)
            self._cells[column] = (" ", NORMAL)
        if not self._cells[column][0]:
            self._cells[column] = (" ", NORMAL)
            self._cells[column - 1] = (" ", NORMAL)

    def _erase(self, how: int) -> None:
        column = self._column
        if how == 0:
            del self._cells[column:]
        elif how == 1:
            self._cells[: column + 1] = [(" ", NORMAL)] * min(column + 1, len(self._cells))
        elif how == 2:
            self._cells.clear()
