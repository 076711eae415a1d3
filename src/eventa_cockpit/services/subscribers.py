"""Those who want to know of each new board."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from eventa_cockpit.domain.board import Board

Subscriber = Callable[[Board], None]


class Subscribers:
    """Tells them on the event loop, one after the other."""

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
