"""One look at the board for somebody who does not stay: a single bounded read of every upstream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.source import Source
from eventa_cockpit.services.board import HEAD_START, BoardService
from eventa_cockpit.services.polling import GRACE


async def look(sources: Sequence[Source[Any]]) -> Board:
    """The board as soon as each upstream has answered or failed, at the latest when the slowest one's time is up."""
    if not sources:
        return Board()
    service = BoardService(sources)
    settled = asyncio.Event()
    service.subscribe(lambda board: settled.set() if is_settled(board) else None)
    polling = asyncio.create_task(service.run())
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_look(sources).total_seconds()):
                await settled.wait()
    finally:
        polling.cancel()
        await asyncio.wait({polling})
    return service.board


def longest_look(sources: Sequence[Source[Any]]) -> timedelta:
    return max(source.deadline for source in sources) + GRACE + HEAD_START


def is_settled(board: Board) -> bool:
    """Every upstream has said something, be it that it cannot."""
    return all(feed.at is not None or feed.failure is not None for feed in board.feeds.values())
