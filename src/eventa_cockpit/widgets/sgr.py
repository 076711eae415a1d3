"""How text looks after a "select graphic rendition" sequence (ECMA-48, 8.3.117; colours by ISO 8613-6).

Blinking and concealed text are not obeyed: nothing on the screen moves by itself, and nothing on it is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from rich.color import Color
from rich.style import Style

from eventa_cockpit.widgets.styled_line import PLAIN

ATTRIBUTES: Mapping[int, Mapping[str, Any]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"reverse": True},
    9: {"strike": True},
    21: {"underline": True},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"reverse": False},
    29: {"strike": False},
}


@dataclass(frozen=True)
class Pen:
    """The state that sequences change step by step. None is the terminal's own colour."""

    color: Color | None = None
    ground: Color | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False

    @cached_property
    def style(self) -> Style:
        """The same object for the same look."""
        return _style_of(self)


NORMAL = Pen()


@lru_cache(maxsize=1024)
def _style_of(pen: Pen) -> Style:
    if pen == NORMAL:
        return PLAIN
    return Style(
        color=pen.color,
        bgcolor=pen.ground,
        bold=pen.bold or None,
        dim=pen.dim or None,
        italic=pen.italic or None,
        underline=pen.underline or None,
        reverse=pen.reverse or None,
        strike=pen.strike or None,
    )


@lru_cache(maxsize=1024)
def styled(pen: Pen, parameters: str) -> Pen:
    """The pen after a sequence with these parameters; private ones (`>4;2`) and unknown numbers change nothing."""
    if parameters and not parameters.replace(";", "").replace(":", "").isdecimal():
        return NORMAL if not parameters.strip(";:") else pen
    numbers = _numbers(parameters)
    for number in numbers:
        if number == 0:
            pen = NORMAL
        elif number in ATTRIBUTES:
            pen = replace(pen, **ATTRIBUTES[number])
        elif number in {38, 48}:
            color = _extended(numbers)
            pen = replace(pen, color=color) if number == 38 else replace(pen, ground=color)
        else:
            pen = _with_colour(pen, number)
    return pen


def _numbers(parameters: str) -> Iterator[int]:
    """Missing numbers count as 0. `4:0` is "no underline", and `38:2::r:g:b` has a colour space that nobody uses."""
    for field in parameters.split(";"):
        head, *rest = field.split(":")
        if head == "4" and rest:
            yield 24 if rest[0] == "0" else 4
        elif head in {"38", "48"} and len(rest) == 5:
            yield from (int(number or 0) for number in (head, rest[0], *rest[2:]))
        else:
            yield from (min(int(number or 0), 999) for number in (head, *rest))


def _extended(numbers: Iterator[int]) -> Color | None:
    """The colour that follows 38 or 48; None where it is broken off."""
    kind = next(numbers, None)
    if kind == 5:
        index = next(numbers, None)
        return None if index is None or index > 255 else Color.from_ansi(index)
    if kind == 2:
        red, green, blue = next(numbers, None), next(numbers, None), next(numbers, None)
        if red is not None and green is not None and blue is not None and max(red, green, blue) < 256:
            return Color.from_rgb(red, green, blue)
    return None


def _with_colour(pen: Pen, number: int) -> Pen:
    if 30 <= number <= 37 or 90 <= number <= 97:
        return replace(pen, color=Color.from_ansi(number - 30 if number < 40 else number - 82))
    if 40 <= number <= 47 or 100 <= number <= 107:
        return replace(pen, ground=Color.from_ansi(number - 40 if number < 50 else number - 92))
    if number == 39:
        return replace(pen, color=None)
    if number == 49:
        return replace(pen, ground=None)
    return pen
