"""The board of one cockpit among several: one of them asks the upstreams, the others read what it has written.

The same door as `BoardService`. Whoever leads keeps a beat; a leader that is dead, stopped or too busy to beat is
replaced within two seconds, and its successor goes on from its last snapshot: ages, back-off and embargoes included.
Where nothing can be shared, each cockpit asks for itself and says why.
"""

from __future__ import annotations

import asyncio
import os
import random as chance
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import Asker, Board, Feed
from eventa_cockpit.domain.source import Source
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _
from eventa_cockpit.services.board import BoardService
from eventa_cockpit.services.keeping import Subscriber, Subscribers
from eventa_cockpit.services.polling import Known, NotOursError, stale_after
from eventa_cockpit.services.sharing.following import Followed, LeaderlessError
from eventa_cockpit.services.sharing.leading import TICK_S, lead
from eventa_cockpit.services.sharing.meeting import Leadership, Meeting, MistrustError
from eventa_cockpit.services.sharing.snapshot import Decoder, Encoder, Snapshot, SnapshotError

AGAIN_S = 15.0
"""How long a cockpit asks for itself before it tries to share again."""
TOO_OLD = timedelta(hours=1)
"""A snapshot that nobody has renewed for longer is no place to go on from."""

Troubles = (OSError, MistrustError, SnapshotError)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SharedBoard:
    """Keeps the board up to date until it is cancelled, together with the other cockpits of its meeting."""

    def __init__(
        self,
        sources: Sequence[Source[Any]],
        meeting: Callable[[], Meeting],
        responder: str,
        *,
        clock: Callable[[], datetime] = _utc_now,
        random: Callable[[], float] = chance.random,
    ) -> None:
        """`meeting` may block; it is called once, in a thread. `responder` is who others see as the asker."""
        self._sources = tuple(sources)
        self._find_meeting = meeting
        self._responder = responder
        self._clock = clock
        self._random = random
        self._known: Mapping[str, Known] = {
            source.key: Known(Feed(source.key, stale_after(source), vendor=source.vendor)) for source in sources
        }
        self._service: BoardService | None = None
        """Ours, while we ask the upstreams ourselves."""
        self._followed: Followed | None = None
        self._wishes: set[asyncio.Future[None]] = set()
        self._subscribers = Subscribers()
        self._board = self._board_of(None)

    @property
    def board(self) -> Board:
        """All feeds as they are now, and who asks for them."""
        return self._board

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Calls `subscriber` on the event loop with each changed board; the result ends the subscription."""
        return self._subscribers.add(subscriber)

    def refresh(self, key: str | None = None) -> None:
        """Asks for newer data of one feed, or of all, whoever asks the upstreams."""
        if self._service is not None:
            self._service.refresh(key)
        elif self._followed is not None:
            wish = asyncio.ensure_future(_wish(self._followed.meeting, key))
            self._wishes.add(wish)
            wish.add_done_callback(self._wishes.discard)

    async def run(self) -> None:
        """Leads, follows or asks for itself, whichever is its part, until cancelled."""
        try:
            meeting = await in_thread(self._find_meeting, "board.meeting")
        except Troubles as error:
            await self._alone(None, error)
            return
        while True:
            try:
                await self._take_part(meeting)
            except Troubles as error:
                await self._alone(meeting, error)

    async def _take_part(self, meeting: Meeting) -> None:
        """One turn as follower or leader. Raises what stands in the way of sharing."""
        followed, epoch = await in_thread(lambda: _living_leader(meeting), "board.meeting")
        if followed is not None:
            try:
                await self._follow(followed)
            except LeaderlessError:
                await asyncio.sleep(TICK_S * self._random())  # or all followers would stand at the same moment
        leadership = await in_thread(lambda: self._stand(meeting, epoch), "board.meeting")
        if leadership is not None:
            asker = Asker(self._responder, os.getpid(), is_us=True)
            with suppress(NotOursError):
                async with self._asking(asker, leadership.is_current) as service:
                    await lead(service, leadership, self._clock)

    async def _follow(self, followed: Followed) -> None:
        """Read what the leader writes. Raises LeaderlessError once it is gone."""
        decoder, seen = Decoder(), -1
        self._followed = followed
        try:
            while True:
                news = followed.look()
                if news != seen:
                    snapshot = await in_thread(lambda: decoder.decode(followed.board()), "board.snapshot")
                    self._known = self._known_from(snapshot)
                    self._publish(self._board_of(followed.asker))
                    seen = news
                await asyncio.sleep(TICK_S)
        except FileNotFoundError:
            raise LeaderlessError from None  # a successor has tidied up
        finally:
            self._followed = None

    def _stand(self, meeting: Meeting, epoch: int) -> Leadership | None:
        """In a thread: stand as successor of leader `epoch`, to go on from its snapshot; None if another was first."""
        last = meeting.leader()
        if meeting.epoch() != epoch:
            return None
        if last is not None:
            with suppress(SnapshotError, FileNotFoundError):
                snapshot = Decoder().decode(meeting.board_of(last))
                if self._clock() - snapshot.written_at < TOO_OLD:
                    self._known = _newest(self._known, self._known_from(snapshot))
        board = Encoder().encode(self._known.values(), self._clock())
        return meeting.stand(epoch + 1, self._responder, board)

    async def _alone(self, meeting: Meeting | None, trouble: Exception) -> None:
        """Ask for ourselves until there is something to share again; for good without a meeting."""
        asker = Asker(self._responder, os.getpid(), is_us=True, trouble=_sentence(trouble))
        async with self._asking(asker, lambda: True) as service:
            polling = asyncio.create_task(service.run(), name="board.poll")
            try:
                while True:
                    await asyncio.wait({polling}, timeout=AGAIN_S * (0.8 + 0.4 * self._random()))
                    if meeting is not None and await in_thread(lambda: _is_usable(meeting, self._known), "board.probe"):
                        return
            finally:
                polling.cancel()
                await asyncio.wait({polling})

    @asynccontextmanager
    async def _asking(self, asker: Asker, may_read: Callable[[], bool]) -> AsyncIterator[BoardService]:
        """A service of our own that goes on from what is known, and whose board is ours as long as it runs."""
        service = self._service = BoardService(
            self._sources, clock=self._clock, random=self._random, known=self._known, may_read=may_read
        )
        leave = service.subscribe(lambda board: self._publish(Board(board.feeds, asker)))
        self._publish(Board(service.board.feeds, asker))
        try:
            yield service
        finally:
            leave()
            self._known = service.known
            self._service = None

    def _known_from(self, snapshot: Snapshot) -> Mapping[str, Known]:
        """What it says of our own sources; of one that it does not know, what we know."""
        return {key: snapshot.known.get(key, ours) for key, ours in self._known.items()}

    def _board_of(self, asker: Asker | None) -> Board:
        return Board(MappingProxyType({key: known.feed for key, known in self._known.items()}), asker)

    def _publish(self, board: Board) -> None:
        self._board = board
        self._subscribers.tell(board)


def _living_leader(meeting: Meeting) -> tuple[Followed | None, int]:
    """In a thread: the leader to follow, and the number of the newest one, alive or not."""
    meeting.prepare()
    leader = meeting.leader()
    if leader is None:
        return None, meeting.epoch()
    return Followed(meeting, leader) if leader.lives else None, leader.epoch


def _is_usable(meeting: Meeting, known: Mapping[str, Known]) -> bool:
    """In a thread: whether there is a leader whose snapshot can be read, or room to become one."""
    try:
        followed, _epoch = _living_leader(meeting)
        if followed is not None:
            Decoder().decode(followed.board())
        else:
            meeting.probe(Encoder().encode(known.values(), _utc_now()))
    except Troubles:
        return False
    return True


async def _wish(meeting: Meeting, key: str | None) -> None:
    with suppress(OSError):  # the leader's own pace will do
        await in_thread(lambda: meeting.wish(key), "board.wish")


def _newest(ours: Mapping[str, Known], theirs: Mapping[str, Known]) -> dict[str, Known]:
    """Of each upstream what was heard last, be it an answer or a failure."""
    return {key: max(known, theirs[key], key=_heard_at) for key, known in ours.items()}


def _heard_at(known: Known) -> float:
    moments = [known.feed.at, known.feed.failure.at if known.feed.failure is not None else None]
    return max((moment.timestamp() for moment in moments if moment is not None), default=0.0)


def _sentence(trouble: Exception) -> str:
    if isinstance(trouble, OSError):
        where = clean_line(str(trouble.filename or ""))
        reason = trouble.strerror or type(trouble).__name__
        return _("The board cannot be shared: {reason}.").format(reason=f"{reason} {where}".rstrip())
    return clean_line(str(trouble))
