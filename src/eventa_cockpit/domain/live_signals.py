"""A runbook's signs against what is measured now: which of its bounds are passed, and which are kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.check import Quantity, compared, quantities
from eventa_cockpit.domain.runbook import Runbook, Signal
from eventa_cockpit.domain.topics import Topics, topics_of

SPIKE = 1.0
"""Relative change of the error count (1.0 = doubled) from which on errors have surged."""


@dataclass(frozen=True, slots=True)
class LiveSignal:
    """One sign of a runbook, as it is right now."""

    signal: str
    """The line of the detect phase."""
    measured: str
    """`ReadLatency 312 ms`."""
    is_past: bool


def live_signals(runbook: Runbook, board: Board, now: datetime) -> tuple[LiveSignal, ...]:
    """In the order of the runbook; signs that nothing fresh is measured of are not among them. Of several
    measurements of one sign, one that is past the bound counts."""
    known = [(each, _topics(each)) for each in quantities(board, now) if each.is_fresh]
    return tuple(found for signal in runbook.signals if (found := _live(signal, known, board)) is not None)


def _live(signal: Signal, known: list[tuple[Quantity, Topics]], board: Board) -> LiveSignal | None:
    found = sorted(_measurements(signal, known, board), key=lambda each: not each.is_past)
    return found[0] if found else None


def _measurements(signal: Signal, known: list[tuple[Quantity, Topics]], board: Board) -> Iterator[LiveSignal]:
    about = topics_of(signal.text)
    bound = signal.threshold
    if bound is None:
        if "spike" in about.symptoms and about.subjects & {"frontend", "api"}:
            yield from _surge(signal, known, board)
        return
    wanted = topics_of(bound.quantity)
    for quantity, topics in known:
        told = compared(quantity, bound) if topics.shares_both(wanted) and bound.unit else None
        if told is not None:
            is_past, measured = told
            yield LiveSignal(signal.text, f"{quantity.names[-1]} {measured}", is_past)


def _surge(signal: Signal, known: list[tuple[Quantity, Topics]], board: Board) -> Iterator[LiveSignal]:
    """Of the errors against the window before; only while their count is fresh."""
    report = board.errors.value if board.errors is not None else None
    is_known = any(quantity.names[0] == "error_count" for quantity, _topics in known)
    if report is not None and is_known and report.change is not None:
        measured = f"error_count {report.count} ({report.change:+.0%})"
        yield LiveSignal(signal.text, measured, report.change >= SPIKE)


def _topics(quantity: Quantity) -> Topics:
    """What its names say; the database's own metrics do not say that they are the database's."""
    found = topics_of(" ".join(quantity.names))
    return Topics(found.subjects | {"database"}, found.symptoms) if quantity.is_of_database else found
