"""Work that would hold the event loop, in a thread that the process never waits for.

asyncio's own executor will not do: a handful of hung calls fill it, and leaving the program waits for them.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.locale import _

T = TypeVar("T")


async def in_thread(work: Callable[[], T], name: str) -> T:
    """The result of `work`, or what it raises. A cancelled caller stops waiting; the thread runs out by itself."""
    return await _start(work, name)[0]


class Lane:
    """Blocking calls one after another: while an abandoned one still hangs, the next is refused, not queued."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """As `in_thread`; raises UpstreamError while the call before is still running."""
        if self._thread is not None and self._thread.is_alive():
            raise UpstreamError(FailureKind.TIMEOUT, _("The call before this one has still not ended."))
        future, self._thread = _start(work, self._name)
        result = await future
        # The result is here before the thread has quite ended.
        self._thread = None
        return result


def _start(work: Callable[[], T], name: str) -> tuple[asyncio.Future[T], threading.Thread]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def body() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:  # noqa: BLE001 - handed to the caller, whatever it is
            error = caught
        with suppress(RuntimeError):  # the loop has gone, and nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    thread = threading.Thread(target=body, name=name, daemon=True)
    thread.start()
    return future, thread
