"""One source, read again and again: one call in flight, a hard deadline, and every outcome turned into a feed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import Failure, FailureKind, Feed
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.locale import _
from eventa_cockpit.services.pacing import MIN_GAP, Pacing

GRACE = timedelta(seconds=1)
"""How much longer than a source's own deadline the poller waits before it gives the call up."""


class Poller:
    """Keeps one feed up to date until it is cancelled."""

    def __init__(
        self,
        source: Source[Any],
        publish: Callable[[Feed[Any]], None],
        clock: Callable[[], datetime],
        random: Callable[[], float],
    ) -> None:
        self._source = source
        self._publish = publish
        self._clock = clock
        self._pacing = Pacing(source.every, random)
        self._wanted = asyncio.Event()
        self._call: asyncio.Task[Any] | None = None
        self.feed: Feed[Any] = Feed(source.key, stale_after(source), vendor=source.vendor)
        """What is known now."""

    def refresh(self) -> None:
        """Asks for an answer that is newer than this moment."""
        self._wanted.set()

    async def run(self) -> None:
        try:
            while True:
                self._wanted.clear()
                pause, embargo = await self._read_once()
                await asyncio.sleep(embargo.total_seconds())
                with suppress(TimeoutError):
                    async with asyncio.timeout((pause - embargo).total_seconds()):
                        await self._wanted.wait()
        finally:
            if self._call is not None:
                self._call.cancel()

    async def _read_once(self) -> tuple[timedelta, timedelta]:
        """Reads and publishes; the pause until the next read, and the part of it that no wish may shorten."""
        answer = await self._outcome()
        now = self._clock()
        if isinstance(answer, UpstreamError):
            tries = 1 + (self.feed.failure.tries if self.feed.failure else 0)
            pause = self._pacing.after_failure(answer.kind, tries, answer.retry_after)
            embargo = max(self._pacing.embargo(answer.retry_after), MIN_GAP)
            failure = Failure(answer.kind, clean_line(str(answer)), now, tries)
            feed = replace(self.feed, failure=failure, next_try=now + pause)
        else:
            pause, embargo = self._pacing.after_success(), MIN_GAP
            # The same object again lets a pane see at a glance that nothing changed.
            value = self.feed.value if self.feed.value == answer else answer
            feed = replace(self.feed, value=value, at=now, failure=None, next_try=now + pause)
        self.feed = feed
        self._publish(feed)
        return pause, embargo

    async def _outcome(self) -> Any:
        """The source's answer, or the UpstreamError that says why there is none. Raises nothing itself."""
        if self._call is not None and not self._call.done():
            return UpstreamError(FailureKind.TIMEOUT, _("The call before this one has still not ended."))
        self._call = call = asyncio.create_task(self._source.read(), name=f"board.read {self._source.key}")
        await asyncio.wait({call}, timeout=(self._source.deadline + GRACE).total_seconds())
        if not call.done():
            call.add_done_callback(forget)
            call.cancel()
            seconds = self._source.deadline.total_seconds()
            return UpstreamError(
                FailureKind.TIMEOUT, _("No whole answer within {seconds:g} s.").format(seconds=seconds)
            )
        return _result(call)


def stale_after(source: Source[Any]) -> timedelta:
    """Two and a half missed reads, or one that took its whole deadline."""
    return max(source.every * 2.5, source.every + source.deadline)


def _result(call: asyncio.Task[Any]) -> Any:
    if call.cancelled():
        return UpstreamError(FailureKind.DEFECT, _("The read was cancelled from within."))
    error = call.exception()
    if error is None or isinstance(error, UpstreamError):
        return error or call.result()
    what = clean_line(f"{type(error).__name__}: {error}")
    return UpstreamError(FailureKind.DEFECT, _("The cockpit's own code failed: {what}.").format(what=what))


def forget(call: asyncio.Future[Any]) -> None:
    """Takes the outcome of a call that was given up, so that asyncio does not report it."""
    if not call.cancelled():
        call.exception()
