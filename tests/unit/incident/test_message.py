"""Messages: queued on record, tried on record, and never taken for out when nobody saw that."""

from __future__ import annotations

from tests.unit.incident.events import Writing

from eventa_cockpit.domain.event import Fact
from eventa_cockpit.domain.incident import fold
from eventa_cockpit.domain.message import (
    Message,
    MessageDropped,
    MessageFailed,
    MessageQueued,
    MessageSent,
    MessageState,
    MessageTried,
)

QUEUED = MessageQueued("m1", "declare", "slack", "#incidents", "決済が失敗しています")


def only(*new: Fact) -> Message:
    writing = Writing()
    writing.by("sato", *new)
    (message,) = fold(writing.events).messages
    return message


def test_a_queued_message_waits() -> None:
    assert (only(QUEUED).state, only(QUEUED).by) == (MessageState.QUEUED, "sato")


def test_a_message_queued_twice_is_one() -> None:
    assert only(QUEUED, QUEUED).text == QUEUED.text


def test_a_sent_message_keeps_the_vendors_reference_and_stays_sent() -> None:
    message = only(
        QUEUED, MessageTried("m1"), MessageSent("m1", "171.5"), MessageFailed("m1", "late"), MessageDropped("m1")
    )
    assert (message.state, message.reference) == (MessageState.SENT, "171.5")


def test_a_message_whose_fate_nobody_saw_is_doubtful() -> None:
    message = only(QUEUED, MessageTried("m1"), MessageFailed("m1", "no answer", is_certain=False))
    assert (message.state, message.is_doubtful) == (MessageState.FAILED, True)


def test_a_new_try_says_who_is_at_it() -> None:
    message = only(QUEUED, MessageTried("m1"), MessageFailed("m1", "500"), MessageTried("m1", 2))
    assert (message.state, message.tries, message.tried_by) == (MessageState.TRYING, 2, "session-sato")
