"""The outbox on a real record: queued before anything leaves, sent once, doubted when nobody saw how it ended."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.session.world import World, facts

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.message import MessageState, MessageTried
from eventa_cockpit.errors import IncidentError, UncertainError, UpstreamError
from eventa_cockpit.services.outbox import Outbox


class Post:
    """A way to people that remembers, and fails as it is told."""

    has_threads = True

    def __init__(self, *outcomes: Exception | str) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[tuple[str, str, str]] = []

    async def send(self, channel: str, text: str, thread: str = "", mention: str = "") -> str:
        self.sent.append((channel, text, thread))
        outcome = self.outcomes.pop(0) if self.outcomes else f"ts{len(self.sent)}"
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Clock:
    """Starts where the record's clock is, and is set forward by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def refused() -> UpstreamError:
    return UpstreamError(FailureKind.REFUSED, "channel_not_found")


def uncertain() -> UncertainError:
    return UncertainError(FailureKind.TIMEOUT, "no answer")


async def test_a_message_is_on_record_before_it_leaves_and_sent_once(stg: World) -> None:
    post = Post()
    session = await stg.session()
    outbox = Outbox(session, {"slack": post})
    await outbox.queue("declare", "slack", "#incidents", "payments fail")
    assert post.sent == []
    await outbox.deliver()
    await outbox.deliver()
    assert post.sent == [("#incidents", "payments fail", "")]
    assert outbox.messages[0].state is MessageState.SENT
    assert outbox.unsent == ()


async def test_later_words_go_into_the_thread_of_the_first(stg: World) -> None:
    post = Post()
    outbox = Outbox(await stg.session(), {"slack": post})
    for text in ("payments fail", "found it"):
        await outbox.queue("update", "slack", "#incidents", text)
        await outbox.deliver()
    assert post.sent[1] == ("#incidents", "found it", "ts1")


async def test_of_many_cockpits_one_sends(stg: World) -> None:
    post = Post()
    sessions = [await stg.session(name) for name in ("aya", "ken", "rin")]
    outboxes = [Outbox(session, {"slack": post}) for session in sessions]
    for _each in outboxes:
        await _each.queue("escalate", "slack", "#sre", "help", message_id="deadline-1")
    for session in sessions:
        await session.refresh()
    await asyncio.gather(*(outbox.deliver() for outbox in outboxes))
    assert len(post.sent) == 1


async def test_a_refused_message_is_shown_and_tried_again_later(stg: World) -> None:
    post, clock = Post(refused()), Clock()
    outbox = Outbox(await stg.session(), {"slack": post}, clock=clock)
    await outbox.queue("declare", "slack", "#incidents", "payments fail")
    await outbox.deliver()
    (message,) = outbox.unsent
    assert (message.state, message.reason) == (MessageState.FAILED, "channel_not_found")
    await outbox.deliver()
    assert len(post.sent) == 1
    clock.ahead = timedelta(minutes=1)
    await outbox.deliver()
    assert outbox.unsent == ()


async def test_a_message_that_may_be_out_waits_for_a_persons_word(stg: World) -> None:
    post, clock = Post(uncertain()), Clock()
    outbox = Outbox(await stg.session(), {"slack": post}, clock=clock)
    await outbox.queue("declare", "slack", "#incidents", "payments fail")
    await outbox.deliver()
    clock.ahead = timedelta(hours=3)
    await outbox.deliver()
    assert len(post.sent) == 1
    assert outbox.unsent[0].is_doubtful
    await outbox.send_again(outbox.unsent[0].id)
    assert (len(post.sent), outbox.unsent) == (2, ())
    with pytest.raises(IncidentError):
        await outbox.send_again(outbox.messages[0].id)


async def test_what_a_dead_cockpit_was_sending_is_doubted(stg: World) -> None:
    post = Post()
    first = await stg.session("aya")
    name = await Outbox(first, {"slack": post}).queue("declare", "slack", "#incidents", "payments fail")
    await first.claim(f"message-{name}-1")
    await first.record(MessageTried(name, 1))
    first.close()
    outbox = Outbox(await stg.session("ken"), {"slack": post})
    await outbox.deliver()
    assert post.sent == []
    assert outbox.unsent[0].is_doubtful


async def test_a_claim_whose_holder_died_before_the_try_is_passed_over(stg: World) -> None:
    post = Post()
    first = await stg.session("aya")
    name = await Outbox(first, {"slack": post}).queue("declare", "slack", "#incidents", "payments fail")
    await first.claim(f"message-{name}-1")
    first.close()
    second = await stg.session("ken")
    await Outbox(second, {"slack": post}).deliver()
    assert len(post.sent) == 1
    assert [fact.number for fact in facts(second, MessageTried) if isinstance(fact, MessageTried)] == [2]


async def test_a_dropped_message_is_never_sent(stg: World) -> None:
    post = Post()
    outbox = Outbox(await stg.session(), {"slack": post})
    name = await outbox.queue("declare", "slack", "#incidents", "a false alarm")
    await outbox.drop(name, "it was nothing")
    await outbox.deliver()
    assert (post.sent, outbox.unsent) == ([], ())


async def test_a_message_for_a_vendor_that_nobody_configured_waits(stg: World) -> None:
    outbox = Outbox(await stg.session(), {})
    await outbox.queue("declare", "slack", "#incidents", "payments fail")
    await outbox.deliver()
    assert outbox.unsent[0].state is MessageState.QUEUED
