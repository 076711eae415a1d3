"""What a leader does besides asking: it beats, listens to wishes, writes down what changes, and notices its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.services.board import BoardService
from eventa_cockpit.services.polling import NotOursError
from eventa_cockpit.services.sharing.meeting import Leadership
from eventa_cockpit.services.sharing.snapshot import Encoder

TICK_S = 0.2
"""How often a leader beats and listens, and a follower looks: news are at most this late on either side."""


async def lead(service: BoardService, leadership: Leadership, clock: Callable[[], datetime]) -> None:
    """Keeps `service` running for everybody. Raises NotOursError once somebody else leads, OSError and SnapshotError
    when it cannot be written down."""
    changed = asyncio.Event()
    leave = service.subscribe(lambda _board: changed.set())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(service.run(), name="board.poll")
            group.create_task(_write(service, leadership, clock, changed), name="board.write")
            group.create_task(_beat(service, leadership), name="board.beat")
    except ExceptionGroup as errors:
        raise _first_of(errors) from None
    finally:
        leave()
        leadership.resign()


async def _beat(service: BoardService, leadership: Leadership) -> None:
    heard = await in_thread(leadership.meeting.forget_wishes, "board.beat")
    while True:
        if not leadership.is_current():  # first of all: whoever was stopped must not ask anything more
            raise NotOursError
        wishes, heard = await in_thread(lambda place=heard: _tick(leadership, place), "board.beat")  # type: ignore[misc]
        for key in wishes:
            service.refresh(key)
        await asyncio.sleep(TICK_S)


def _tick(leadership: Leadership, heard: int) -> tuple[list[str | None], int]:
    """In a thread: where a disk hangs, a leader falls silent and is replaced, but its screen goes on."""
    leadership.beat()
    return leadership.meeting.wishes_from(heard)


async def _write(
    service: BoardService, leadership: Leadership, clock: Callable[[], datetime], changed: asyncio.Event
) -> None:
    """One snapshot after another, each of all that has changed since the last one."""
    encoder = Encoder()
    while True:
        await changed.wait()
        changed.clear()
        known = tuple(service.known.values())
        await in_thread(lambda known=known: leadership.publish(encoder.encode(known, clock())), "board.write")  # type: ignore[misc]


def _first_of(errors: ExceptionGroup[Exception]) -> Exception:
    """What ended it: that it is over, else the first error, however deep it lies."""
    if errors.subgroup(NotOursError):
        return NotOursError()
    error: Exception = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
