"""Keeping the board up to date: what whoever shows the board needs of whoever keeps it, alone or with others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from eventa_cockpit.domain.board import Board

Subscriber = Callable[[Board], None]


class BoardKeeper(Protocol):
    """Keeps a board up to date while it runs: `BoardService` by itself, `SharedBoard` with the machine's others."""

    @property
    def board(self) -> Board:
        """All feeds as they are now."""

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Calls `subscriber` on the event loop with each changed board; the result ends the subscription."""

    def refresh(self, key: str | None = None) -> None:
        """Asks for newer data of one feed, or of all, as soon as the upstream's own limits allow."""

    async def run(self) -> None:
        """Keeps it up to date until cancelled."""


class Subscribers:
    """Those who want to know of each new board. Tells them on the event loop, one after the other."""

    def __init__(self) -> None:
        self._all: list[Subscriber] = []

    def add(self, subscriber: Subscriber) -> Callable[[], None]:
        """The result ends the subscription."""
        self._all.append(subscriber)

        def leave() -> None:
            if subscriber in self._all:
                self._all.remove(subscriber)

        return leave

    def tell(self, board: Board) -> None:
        """Called by the loop, not by whoever has the news: a subscriber that raises harms neither it nor the others."""
        loop = asyncio.get_running_loop()
        for subscriber in self._all:
            loop.call_soon(self._tell, subscriber, board)

    def _tell(self, subscriber: Subscriber, board: Board) -> None:
        if subscriber in self._all:
            subscriber(board)
