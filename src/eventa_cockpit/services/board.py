"""The board's upkeep: each source has its own poller, and subscribers get a new board whenever a feed changes.

Nothing here knows a vendor. A source that fails, hangs or has a bug costs its own feed its freshness and nothing else.
"""

from __future__ import annotations

import asyncio
import random as chance
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from eventa_cockpit.domain.board import Board, Feed
from eventa_cockpit.domain.source import Source
from eventa_cockpit.services.keeping import Subscriber, Subscribers
from eventa_cockpit.services.polling import Known, NotOursError, Poller, forget

__all__ = ["BoardService", "Source", "Subscriber"]

CLOSING = timedelta(seconds=2)
"""How long sources may take to close their connections when the board stops."""

HEAD_START = timedelta(seconds=1)
"""How long the first source, which a responder needs first, may have the machine for itself."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class BoardService:
    """Keeps the board up to date until it is cancelled."""

    def __init__(
        self,
        sources: Sequence[Source[Any]],
        *,
        clock: Callable[[], datetime] = _utc_now,
        random: Callable[[], float] = chance.random,
        known: Mapping[str, Known] = MappingProxyType({}),
        may_read: Callable[[], bool] = lambda: True,
    ) -> None:
        """`clock` gives the wall time in UTC, `random` numbers in [0, 1). Pauses are the event loop's own time.

        Goes on from what is `known`. Before each read `may_read` is asked; its no ends `run` with NotOursError.
        """
        self._sources = tuple(sources)
        self._pollers = {
            source.key: Poller(source, self._publish, clock, random, known.get(source.key), may_read)
            for source in sources
        }
        self._board = Board(MappingProxyType({key: poller.feed for key, poller in self._pollers.items()}))
        self._subscribers = Subscribers()
        self._answered = asyncio.Event()

    @property
    def board(self) -> Board:
        """All feeds as they are now."""
        return self._board

    @property
    def known(self) -> dict[str, Known]:
        """All feeds, and until when their upstreams must not be asked."""
        return {key: poller.known for key, poller in self._pollers.items()}

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Calls `subscriber` on the event loop with each changed board; the result ends the subscription."""
        return self._subscribers.add(subscriber)

    async def run(self) -> None:
        """Reads all sources, each at its own pace, until cancelled. Raises NotOursError."""
        try:
            async with asyncio.TaskGroup() as group:
                for place, (key, poller) in enumerate(self._pollers.items()):
                    group.create_task(poller.run(), name=f"board.poll {key}")
                    if place == 0 and poller.feed.at is None:
                        await self._head_start()
        except ExceptionGroup as errors:
            if errors.subgroup(NotOursError):
                raise NotOursError from None
            raise
        finally:
            await self._close()

    async def _head_start(self) -> None:
        """Lets the first source answer before the others begin: importing their libraries would take its time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HEAD_START.total_seconds()):
                await self._answered.wait()

    def refresh(self, key: str | None = None) -> None:
        """Asks for newer data of one feed, or of all, as soon as the upstream's own limits allow.

        `alerts` means all of its sources, `alerts:cloudwatch` too. An unknown key is ignored: a pane may outlive its
        source.
        """
        for name, poller in self._pollers.items():
            if key in (None, name, name.partition(":")[0]):
                poller.refresh()

    def _publish(self, feed: Feed[Any]) -> None:
        self._board = self._board.with_feed(feed)
        self._answered.set()
        self._subscribers.tell(self._board)

    async def _close(self) -> None:
        closing = [asyncio.ensure_future(source.close()) for source in self._sources]
        if closing:
            await asyncio.wait(closing, timeout=CLOSING.total_seconds())
        for task in closing:
            task.add_done_callback(forget)
            task.cancel()
