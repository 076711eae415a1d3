"""An event loop whose time passes at once whenever there is nothing else to do, and sources that do as told."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from eventa_cockpit.domain.board import Board, Feed
from eventa_cockpit.services.board import BoardService

T = TypeVar("T")

START = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
EVERY = timedelta(seconds=15)
DEADLINE = timedelta(seconds=10)


class _Impatient(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits for something that never happens"
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)

    def time(self) -> float:
        return self._impatient.now


def in_virtual_time(test: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(test)


def clock() -> datetime:
    return START + timedelta(seconds=asyncio.get_running_loop().time())


class Scripted:
    """A source that plays its outcomes one after the other; the last one is played again and again."""

    def __init__(self, key: str, *outcomes: Any, every: timedelta = EVERY) -> None:
        self.key = key
        self.vendor = key.title()
        self.every = every
        self.deadline = DEADLINE
        self.outcomes = list(outcomes)
        self.asked_at: list[float] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.closed = 0

    async def read(self) -> Any:
        self.asked_at.append(asyncio.get_running_loop().time())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
            if callable(outcome):
                outcome = await outcome()
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome
        finally:
            self.in_flight -= 1

    async def close(self) -> None:
        self.closed += 1


class Session:
    """A board service that runs for a while."""

    def __init__(self, *sources: Scripted, random: Callable[[], float] = lambda: 0.5) -> None:
        self.service = BoardService(sources, clock=clock, random=random)
        self.boards: list[Board] = []
        self.service.subscribe(self.boards.append)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Session:
        self._task = asyncio.create_task(self.service.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})

    def feed(self, key: str) -> Feed[Any]:
        return self.service.board.feeds[key]
