"""One source, read again and again: one call in flight, a hard deadline, and every outcome turned into a feed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import Failure, FailureKind, Feed
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.limits import listening
from eventa_cockpit.locale import _
from eventa_cockpit.services.pacing import MIN_GAP, Pacing

GRACE = timedelta(seconds=1)
"""How much longer than a source's own deadline the poller waits before it gives the call up."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one upstream, and until when it must not be asked, whoever wishes it."""

    feed: Feed[Any]
    barred_until: datetime | None = None


class NotOursError(Exception):
    """Somebody else asks the upstreams now."""


class Poller:
    """Keeps one feed up to date until it is cancelled."""

    def __init__(
        self,
        source: Source[Any],
        publish: Callable[[Feed[Any]], None],
        clock: Callable[[], datetime],
        random: Callable[[], float],
        known: Known | None = None,
        may_read: Callable[[], bool] = lambda: True,
    ) -> None:
        """Goes on from what is `known`; `may_read` is asked right before each read, and its no is a NotOursError."""
        self._source = source
        self._publish = publish
        self._clock = clock
        self._pacing = Pacing(source.every, random)
        self._may_read = may_read
        self._wanted = asyncio.Event()
        self._call: asyncio.Task[Any] | None = None
        self._barred_until = known.barred_until if known is not None else None
        self.feed: Feed[Any] = Feed(source.key, stale_after(source), vendor=source.vendor)
        """What is known now."""
        if known is not None:
            was = known.feed
            self.feed = replace(self.feed, value=was.value, at=was.at, failure=was.failure, next_try=was.next_try)

    @property
    def known(self) -> Known:
        return Known(self.feed, self._barred_until)

    def refresh(self) -> None:
        """Asks for an answer that is newer than this moment."""
        self._wanted.set()

    async def run(self) -> None:
        try:
            await self._rest(*self._pacing.resumed(self.feed.next_try, self._barred_until, self._clock()))
            while True:
                self._wanted.clear()
                await self._rest(*await self._read_once())
        finally:
            if self._call is not None:
                self._call.cancel()

    async def _rest(self, pause: timedelta, embargo: timedelta) -> None:
        """The embargo is slept through, the rest of the pause until somebody wants news."""
        if not pause:
            return
        await asyncio.sleep(embargo.total_seconds())
        with suppress(TimeoutError):
            async with asyncio.timeout((pause - embargo).total_seconds()):
                await self._wanted.wait()

    async def _read_once(self) -> tuple[timedelta, timedelta]:
        """Reads and publishes; the pause until the next read, and the part of it that no wish may shorten."""
        with listening() as bars:
            answer = await self._outcome()
        now = self._clock()
        barred = self._pacing.embargo(max(bars, default=now) - now)
        if isinstance(answer, UpstreamError):
            tries = 1 + (self.feed.failure.tries if self.feed.failure else 0)
            pause = self._pacing.after_failure(answer.kind, tries, answer.retry_after)
            embargo = max(self._pacing.embargo(answer.retry_after), barred, MIN_GAP)
            pause = max(pause, embargo)
            failure = Failure(answer.kind, clean_line(str(answer)), now, tries)
            feed = replace(self.feed, failure=failure, next_try=now + pause)
        else:
            embargo = max(barred, MIN_GAP)
            pause = max(self._pacing.after_success(), embargo)
            # The same object again lets a pane see at a glance that nothing changed.
            value = self.feed.value if self.feed.value == answer else answer
            feed = replace(self.feed, value=value, at=now, failure=None, next_try=now + pause)
        self.feed = feed
        self._barred_until = now + embargo
        self._publish(feed)
        return pause, embargo

    async def _outcome(self) -> Any:
        """The source's answer, or the UpstreamError that says why there is none. Raises NotOursError only."""
        if self._call is not None and not self._call.done():
            return UpstreamError(FailureKind.TIMEOUT, _("The call before this one has still not ended."))
        if not self._may_read():
            raise NotOursError
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
