"""Messages to people: queued on record before anything is sent, so that a failed one is seen and none is sent twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventa_cockpit.domain.event import Event


class MessageState(StrEnum):
    QUEUED = "queued"
    TRYING = "trying"
    """A session is about to send it; if that session died, nobody knows whether it went out."""
    SENT = "sent"
    FAILED = "failed"
    """The vendor refused it, or it never left: it may be sent again."""
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class MessageQueued:
    """What is to be told, to whom, exactly as it was shown (idempotence key: `message/` with the id)."""

    id: str
    purpose: str
    """`declare`, `update`, `close`, `page`, `escalate`, `note`."""
    vendor: str
    """`slack`, `pagerduty`."""
    to: str
    """Channel or incident, as the vendor names it."""
    text: str
    thread_of: str = ""
    """Id of the message whose thread it belongs to."""
    deadline: str = ""
    """Key of the escalation deadline that it answers."""
    mention: str = ""
    """Whom the configuration calls with it, in the vendor's own markup."""


@dataclass(frozen=True, slots=True)
class MessageTried:
    """Written before each try."""

    id: str
    number: int = 1


@dataclass(frozen=True, slots=True)
class MessageSent:
    id: str
    reference: str = ""
    """The vendor's own id of it, such as Slack's `ts`."""


@dataclass(frozen=True, slots=True)
class MessageFailed:
    id: str
    reason: str
    is_certain: bool = True
    """It certainly did not go out; after a time-out nobody knows."""


@dataclass(frozen=True, slots=True)
class MessageDropped:
    """Somebody decided that it is not to be sent any more."""

    id: str
    reason: str = ""


MessageFact = MessageQueued | MessageTried | MessageSent | MessageFailed | MessageDropped


@dataclass(frozen=True, slots=True)
class Message:
    """One message and what became of it."""

    id: str
    purpose: str
    vendor: str
    to: str
    text: str
    at: datetime
    by: str
    changed_at: datetime
    """When its state was reached."""
    thread_of: str = ""
    deadline: str = ""
    mention: str = ""
    state: MessageState = MessageState.QUEUED
    tries: int = 0
    tried_by: str = ""
    """Session of the newest try."""
    reference: str = ""
    reason: str = ""
    """Why the newest try failed, or why it was dropped."""
    is_doubtful: bool = False
    """It may have gone out although nobody saw that: a person decides whether it is sent again."""


class MessagesDraft:
    """All messages of an incident while they are being put together."""

    def __init__(self) -> None:
        self._found: dict[str, Message] = {}
        self.apply: dict[type, Callable[[Event, Any], None]] = {
            MessageQueued: self._queue,
            MessageTried: self._try,
            MessageSent: self._sent,
            MessageFailed: self._failed,
            MessageDropped: self._dropped,
        }

    def messages(self) -> tuple[Message, ...]:
        """Oldest first."""
        return tuple(self._found.values())

    def _queue(self, event: Event, fact: MessageQueued) -> None:
        if fact.id not in self._found:
            self._found[fact.id] = Message(
                fact.id,
                fact.purpose,
                fact.vendor,
                fact.to,
                fact.text,
                event.at,
                event.name,
                event.at,
                fact.thread_of,
                fact.deadline,
                fact.mention,
            )

    def _try(self, event: Event, fact: MessageTried) -> None:
        self._change(
            event,
            fact.id,
            state=MessageState.TRYING,
            tries=fact.number,
            tried_by=event.session,
            is_doubtful=False,
        )

    def _sent(self, event: Event, fact: MessageSent) -> None:
        self._change(
            event,
            fact.id,
            state=MessageState.SENT,
            reference=fact.reference,
            reason="",
            is_doubtful=False,
        )

    def _failed(self, event: Event, fact: MessageFailed) -> None:
        known = self._found.get(fact.id)
        if known is not None and known.state is not MessageState.SENT:  # one that is out stays out
            self._change(
                event,
                fact.id,
                state=MessageState.FAILED,
                reason=fact.reason,
                is_doubtful=not fact.is_certain,
            )

    def _dropped(self, event: Event, fact: MessageDropped) -> None:
        known = self._found.get(fact.id)
        if known is not None and known.state is not MessageState.SENT:
            self._change(event, fact.id, state=MessageState.DROPPED, reason=fact.reason)

    def _change(self, event: Event, message_id: str, **changes: Any) -> None:
        known = self._found.get(message_id)
        if known is not None:
            self._found[message_id] = replace(known, changed_at=event.at, **changes)
