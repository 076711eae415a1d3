"""The outbox: messages to people, queued on record, sent by exactly one cockpit, and never twice by themselves.

A try is claimed among all sessions and on record before anything leaves. What certainly did not go out is tried again
by itself, ever more rarely; what may have gone out waits for a person's word.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.message import (
    Message,
    MessageDropped,
    MessageFailed,
    MessageQueued,
    MessageSent,
    MessageState,
    MessageTried,
)
from eventa_cockpit.errors import IncidentError, UncertainError, UpstreamError
from eventa_cockpit.locale import _
from eventa_cockpit.services.session import Session

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)


class Sender(Protocol):
    """A way to people: Slack, PagerDuty."""

    has_threads: bool

    async def send(self, channel: str, text: str, thread: str = "", mention: str = "") -> str:
        """Send once; returns the vendor's own id of it. Raises UncertainError when it may be out, or UpstreamError."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """The messages of one incident, as one session sees them."""

    def __init__(
        self, session: Session, senders: Mapping[str, Sender], *, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        """`senders` by the vendor's name in messages: `slack`."""
        self._session = session
        self._senders = senders
        self._clock = clock

    @property
    def messages(self) -> tuple[Message, ...]:
        return self._session.incident.messages

    @property
    def unsent(self) -> tuple[Message, ...]:
        """What people have not been told although somebody wanted it."""
        over = {MessageState.SENT, MessageState.DROPPED}
        return tuple(message for message in self.messages if message.state not in over)

    async def queue(
        self,
        purpose: str,
        vendor: str,
        to: str,
        text: str,
        *,
        deadline: str = "",
        message_id: str = "",
        mention: str = "",
    ) -> str:
        """Put a message on record, to be sent by the next `deliver`; returns its id.

        Later messages of an incident to the same place go into the thread of the first. With a `message_id` that is
        the same in every cockpit, the message is queued once. Raises JournalError: then nothing will be sent.
        """
        if not text.strip():
            raise IncidentError(_("A message needs some words."))
        first = next((message.id for message in self.messages if (message.vendor, message.to) == (vendor, to)), "")
        name = message_id or f"{self._session.responder.session}-{secrets.token_hex(4)}"
        fact = MessageQueued(
            name, purpose, vendor, to, text.strip(), thread_of=first, deadline=deadline, mention=mention
        )
        await self._session.record(fact, key=f"message/{name}")
        return name

    async def deliver(self) -> None:
        """Try whatever is due. Failures are on record and on the messages; this raises JournalError alone."""
        await self._doubt_the_orphans()
        for message in self.messages:
            if self._is_due(message):
                await self._try(message)

    async def send_again(self, message_id: str) -> None:
        """By a person's word: also what may already be out. Raises IncidentError for what cannot be sent again."""
        message = self._message(message_id)
        if message.state in {MessageState.SENT, MessageState.DROPPED, MessageState.TRYING}:
            raise IncidentError(_("This message is not waiting to be sent."))
        await self._try(message)

    async def drop(self, message_id: str, reason: str) -> None:
        """Not to be sent any more."""
        message = self._message(message_id)
        if message.state in {MessageState.SENT, MessageState.DROPPED}:
            raise IncidentError(_("This message is not waiting to be sent."))
        await self._session.record(MessageDropped(message.id, reason.strip()))

    def next_try(self, message: Message) -> datetime | None:
        """When it is tried by itself; None when it is not."""
        if message.state is MessageState.QUEUED:
            return message.changed_at
        if message.state is not MessageState.FAILED or message.is_doubtful:
            return None
        return message.changed_at + min(FIRST_PAUSE * (1 << min(message.tries, 10)) / 2, LONGEST_PAUSE)

    def _is_due(self, message: Message) -> bool:
        due = self.next_try(message)
        return due is not None and due <= self._clock() and message.vendor in self._senders

    async def _try(self, message: Message) -> None:
        number = message.tries + 1
        while not (claim := await self._session.claim(f"message-{message.id}-{number}")).is_ours:
            if self._session.is_present(claim.session):
                return
            number += 1  # whoever claimed it died before the try was on record, so nothing left
        sender = self._senders[message.vendor]
        await self._session.record(MessageTried(message.id, number), key=f"message/{message.id}/try/{number}")
        try:
            reference = await sender.send(message.to, message.text, self._thread(message, sender), message.mention)
        except UncertainError as error:
            await self._session.record(MessageFailed(message.id, clean_line(str(error)), is_certain=False))
        except UpstreamError as error:
            await self._session.record(MessageFailed(message.id, clean_line(str(error))))
        else:
            await self._session.record(MessageSent(message.id, reference), key=f"message/{message.id}/sent")

    def _thread(self, message: Message, sender: Sender) -> str:
        first = next((other for other in self.messages if other.id == message.thread_of), None)
        return first.reference if first is not None and sender.has_threads else ""

    async def _doubt_the_orphans(self) -> None:
        """Whoever was at it is gone, and nobody saw how it ended."""
        for message in self.messages:
            if message.state is not MessageState.TRYING or self._session.is_present(message.tried_by):
                continue
            fact = MessageFailed(message.id, _("The cockpit that sent it went away meanwhile."), is_certain=False)
            await self._session.record(fact, key=f"message/{message.id}/orphan/{message.tries}")

    def _message(self, message_id: str) -> Message:
        found = next((message for message in self.messages if message.id == message_id), None)
        if found is None:
            raise IncidentError(_("There is no such message."))
        return found
