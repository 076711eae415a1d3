"""Where everything on the main screen stands, by its size and by the pane in front. Pure; in cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from eventa_cockpit.keymap import Pane

SMALLEST = (40, 10)
"""Columns and rows below which the screen only says that it is too small."""
SIDE_BY_SIDE = (110, 30)
"""From here on panes stand beside each other; below, there is one at a time under the tabs."""
WIDE = 170
LARGE = (170, 50)
"""From here on every configured pane is in sight."""

HEADER, CLOCK, TABS, NOTICE, FOOTER = "header", "clock", "tabs", "notice", "footer"
CLOCK_WIDTH = 10
"""Two blanks and the time."""


class Box(NamedTuple):
    x: int
    y: int
    width: int
    height: int


Stack = tuple[tuple[Pane, int], ...]
"""Panes of one column from the top, each with its share of the height."""
Band = tuple[int, tuple[tuple[int, Stack], ...]]
"""One row of columns: its share of the height, and of each column the share of the width."""


def _alone(pane: Pane) -> Stack:
    return ((pane, 1),)


_SIDE: Stack = ((Pane.ERRORS, 3), (Pane.ROLLOUTS, 2))
_MEDIUM: tuple[Band, ...] = (
    (2, ((41, _alone(Pane.ALERTS)), (41, _alone(Pane.DATABASE)), (38, _SIDE))),
    (3, ((1, _alone(Pane.CHECKLIST)), (1, _alone(Pane.OUTPUT)))),
)
_WIDE: tuple[Band, ...] = (
    (1, ((1, _alone(Pane.ALERTS)), (1, _alone(Pane.DATABASE)), (1, _SIDE))),
    (2, ((5, _alone(Pane.CHECKLIST)), (6, _alone(Pane.OUTPUT)), (4, _alone(Pane.TIMELINE)))),
)
_LARGE: tuple[Band, ...] = (
    (
        19,
        (
            (1, ((Pane.ALERTS, 12), (Pane.ON_CALL, 7))),
            (1, ((Pane.DATABASE, 12), (Pane.SLO, 7))),
            (1, ((Pane.ERRORS, 11), (Pane.ROLLOUTS, 8))),
        ),
    ),
    (24, ((1, _alone(Pane.CHECKLIST)), (1, _alone(Pane.OUTPUT)), (1, _alone(Pane.LOGS)))),
    (12, ((1, _alone(Pane.TIMELINE)), (1, _alone(Pane.CHANGES)), (1, _alone(Pane.UPSTREAMS)))),
)


def is_too_small(width: int, height: int) -> bool:
    return width < SMALLEST[0] or height < SMALLEST[1]


def is_single(width: int, height: int) -> bool:
    """Whether the screen is too small for panes beside each other."""
    return width < SIDE_BY_SIDE[0] or height < SIDE_BY_SIDE[1]


def header_height(height: int, *, is_led: bool = False) -> int:
    """An open incident has a line of its own, however small the screen."""
    return (3 if height >= SIDE_BY_SIDE[1] else 2) + is_led


def places(
    width: int, height: int, front: Pane, *, is_zoomed: bool, absent: Collection[Pane] = (), is_led: bool = False
) -> Mapping[str, Box]:
    """The box of everything in sight, by name; `absent` panes have nothing to show and leave their room to others."""
    if is_too_small(width, height):
        return {HEADER: Box(0, 0, width, height)}
    top = header_height(height, is_led=is_led)
    found = {HEADER: Box(0, 0, width, top), CLOCK: Box(width - CLOCK_WIDTH, 0, CLOCK_WIDTH, 1)}
    found |= {NOTICE: Box(0, height - 2, width, 1), FOOTER: Box(0, height - 1, width, 1)}
    if is_zoomed or is_single(width, height):
        found[TABS] = Box(0, top, width, 1)
        found[front.value] = Box(0, top + 1, width, height - top - 3)
        return found
    room = Box(0, top, width, height - top - 2)
    return found | {pane.value: box for pane, box in _arranged(_bands(width, height), room, set(absent))}


def _bands(width: int, height: int) -> tuple[Band, ...]:
    if width >= LARGE[0] and height >= LARGE[1]:
        return _LARGE
    return _WIDE if width >= WIDE else _MEDIUM


def _arranged(bands: Sequence[Band], room: Box, absent: Collection[Pane]) -> Iterator[tuple[Pane, Box]]:
    kept = [(share, columns) for share, band in bands if (columns := _kept(band, absent))]
    y = room.y
    for (_share, columns), height in zip(kept, shared(room.height, [share for share, _columns in kept]), strict=True):
        x = room.x
        for (_part, stack), width in zip(columns, shared(room.width, [part for part, _stack in columns]), strict=True):
            row = y
            for (pane, _size), rows in zip(stack, shared(height, [size for _pane, size in stack]), strict=True):
                yield pane, Box(x, row, width, rows)
                row += rows
            x += width
        y += height


def _kept(columns: Sequence[tuple[int, Stack]], absent: Collection[Pane]) -> list[tuple[int, Stack]]:
    stacks = [(share, tuple(item for item in stack if item[0] not in absent)) for share, stack in columns]
    return [(share, stack) for share, stack in stacks if stack]


def shared(total: int, shares: Sequence[int]) -> list[int]:
    """The total in whole cells by shares; nothing is lost to rounding."""
    whole, given, found = sum(shares), 0, []
    reached = 0
    for share in shares:
        reached += share
        found.append(total * reached // whole - given)
        given += found[-1]
    return found
