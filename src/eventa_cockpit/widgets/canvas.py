"""A widget that is a few lines of spans, and tells the terminal only about the cells that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from eventa_cockpit.widgets import roles
from eventa_cockpit.widgets.view.lines import BLANK, Line, Role, Span, fit

if TYPE_CHECKING:
    from rich.style import Style


class Canvas(Widget):
    """Draws whole rows; subclasses say which in `paint` and call `repaint` when something may have changed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._drawn: list[Strip] = []
        self._strips: dict[Line, Strip] = {}
        """Strips of the lines that are shown, so that a line which stays is not drawn anew."""
        self._look: tuple[int, str] = (0, "")
        """Width and theme that they were drawn for."""

    def paint(self, width: int, height: int) -> Sequence[Line]:
        """Rows from the top; missing ones are blank."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paint again and refresh the cells that differ, and nothing else."""
        width, height = self.outer_size
        if not self.is_attached or not self.region:
            self._drawn = []
            return
        before, self._drawn = self._drawn, self._paint_rows(width, height)
        if len(before) != height or (before and before[0].cell_length != width):
            self.refresh()
            return
        dx, dy = self.content_offset
        changed = [
            Region(first - dx, y - dy, last - first, 1)
            for y, (old, new) in enumerate(zip(before, self._drawn, strict=True))
            for first, last in _changed_cells(old, new)
        ]
        if changed:
            self.refresh(*changed)

    def render_lines(self, crop: Region) -> list[Strip]:
        width, height = self.outer_size
        if len(self._drawn) != height or (self._drawn and self._drawn[0].cell_length != width):
            self._drawn = self._paint_rows(width, height)
        ground = self.background_colors[1]
        strips = []
        for strip in self._drawn[crop.y : crop.bottom]:
            shown = strip
            for line_filter in self.get_line_filters():
                shown = shown.apply_filter(line_filter, ground)
            strips.append(shown.crop(crop.x, crop.right))
        return strips

    def notify_style_update(self) -> None:
        """A new theme: nothing that was drawn is right any more."""
        super().notify_style_update()
        self._drawn = []

    def _paint_rows(self, width: int, height: int) -> list[Strip]:
        look = (width, self.app.theme)
        known = self._strips if self._look == look else {}
        self._look = look
        lines = list(self.paint(width, height))[:height]
        lines.extend([BLANK] * (height - len(lines)))
        self._strips = {line: known.get(line) or self._strip(line, width) for line in lines}
        return [self._strips[line] for line in lines]

    def _strip(self, line: Line, width: int) -> Strip:
        theme = self.app.theme
        ground = roles.selection_style(theme) if line.is_selected else None
        return to_strip(fit(line, width), roles.role_styles(theme), ground)


def to_strip(spans: Iterable[Span], styles: Mapping[Role, Style], ground: Style | None = None) -> Strip:
    """The spans in the theme's colours, on `ground` if given; frames and badges keep their own."""
    return Strip(
        Segment(text, styles[role] + ground if ground and role not in _OWN_GROUND else styles[role])
        for text, role in spans
        if text
    ).simplify()


def _changed_cells(old: Strip, new: Strip) -> list[tuple[int, int]]:
    """The columns, as (first, past the last), in which two rows of the same width differ."""
    if old is new or old == new:
        return []
    before, after = _cells(old), _cells(new)
    if len(before) != old.cell_length or len(after) != new.cell_length:
        return [(0, new.cell_length)]  # joined characters: narrower together than each by itself
    differing = [index for index, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    if not differing:
        return []
    runs = [[differing[0], differing[0] + 1]]
    for index in differing[1:]:
        if index - runs[-1][1] > _WORTH_A_JUMP:
            runs.append([index, index + 1])
        else:
            runs[-1][1] = index + 1
    return [(first, last) for first, last in runs]


_OWN_GROUND = {Role.FRAME, Role.FRAME_FOCUS, Role.PROD, Role.STAGING, Role.DRILL, Role.READ_ONLY, Role.IN_CONTROL}
_WORTH_A_JUMP = 24
"""Unchanged cells between two changes that cost more to write than to step over with an escape sequence."""


def _cells(strip: Strip) -> list[tuple[str, int, Style | None]]:
    """One entry a cell; the halves of a wide character are told apart, so that a shift by one is seen."""
    return [
        (character, half, segment.style)
        for segment in strip
        for character in segment.text
        for half in range(get_character_cell_size(character))
    ]
