"""Code that we do not know, on an event loop of its own: whatever it holds up, it holds up only itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.locale import _

T = TypeVar("T")


class OwnLoop:
    """A loop in a thread that the process never waits for. One piece of work at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_busy = False

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns or raises. A cancelled caller stops waiting, and the work is cancelled where it runs.

        Raises UpstreamError while the work before is still running.
        """
        if self._is_busy:
            raise UpstreamError(FailureKind.TIMEOUT, _("The call before this one has still not ended."))
        self._is_busy = True
        ours, theirs = asyncio.get_running_loop(), self._started()
        result: asyncio.Future[T] = ours.create_future()
        tasks: list[asyncio.Task[T]] = []

        def begin() -> None:
            tasks.append(theirs.create_task(work()))
            tasks[0].add_done_callback(end)

        def end(task: asyncio.Task[T]) -> None:
            self._is_busy = False
            with suppress(RuntimeError):  # our loop has gone, and nobody waits any more
                ours.call_soon_threadsafe(_settle, result, task)

        theirs.call_soon_threadsafe(begin)
        try:
            return await result
        finally:
            if result.cancelled():
                theirs.call_soon_threadsafe(lambda: tasks[0].cancel())

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True).start()
        return self._loop


def _settle(result: asyncio.Future[T], task: asyncio.Task[T]) -> None:
    if task.cancelled():
        result.cancel()
        return
    error = task.exception()
    if result.done():
        return
    if error is not None:
        result.set_exception(error)
    else:
        result.set_result(task.result())
