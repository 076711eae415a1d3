"""The board keeps what it knows, says what it does not, and asks politely."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest
from tests.unit.board.virtual import DEADLINE, EVERY, START, Scripted, Session, clock, in_virtual_time

from eventa_cockpit.domain.alert import AlertList
from eventa_cockpit.domain.board import FailureKind, Freshness
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.services.board import HEAD_START, BoardService


def virtual(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        in_virtual_time(test(*arguments, **named))

    return run


def broken(kind: FailureKind = FailureKind.SERVER, retry_after: timedelta | None = None) -> UpstreamError:
    return UpstreamError(kind, "example.test answers HTTP 500.", retry_after)


async def hang() -> None:
    await asyncio.Event().wait()


async def ignore_cancelling() -> str:
    for _ in range(40):
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            continue
    return "too late"


def test_before_the_first_answer_every_source_is_on_the_board_and_unknown() -> None:
    board = BoardService([Scripted("alerts", 1), Scripted("errors", 2)]).board
    assert set(board.feeds) == {"alerts", "errors"}
    assert board.feeds["alerts"].freshness(START) is Freshness.UNKNOWN
    assert board.feeds["alerts"].vendor == "Alerts"


@virtual
async def test_all_sources_are_read_at_once_and_then_each_at_its_own_pace() -> None:
    slow, quick = Scripted("slow", 1, every=timedelta(seconds=60)), Scripted("quick", 2)
    async with Session(slow, quick):
        await asyncio.sleep(59)
    assert slow.asked_at == [0]
    assert quick.asked_at == [0, 15, 30, 45]


@virtual
async def test_the_others_wait_for_the_first_source_a_moment_and_no_longer() -> None:
    alerts, errors = Scripted("alerts", hang), Scripted("errors", "good")
    async with Session(alerts, errors) as session:
        await asyncio.sleep(HEAD_START.total_seconds() - 0.1)
        assert errors.asked_at == []
        await asyncio.sleep(0.2)
        assert errors.asked_at == [HEAD_START.total_seconds()]
        assert session.feed("errors").value == "good"


@virtual
async def test_a_failure_keeps_the_last_good_value_and_its_age() -> None:
    async with Session(Scripted("alerts", "good", broken())) as session:
        await asyncio.sleep(16)
        feed = session.feed("alerts")
    assert (feed.value, feed.at) == ("good", START)
    assert feed.failure is not None
    assert (feed.failure.kind, feed.failure.tries) == (FailureKind.SERVER, 1)
    assert feed.failure.detail == "example.test answers HTTP 500."
    assert feed.freshness(clock()) is Freshness.STALE
    assert feed.age(clock()) == timedelta(seconds=16)


@virtual
async def test_an_answer_after_failures_is_fresh_again() -> None:
    async with Session(Scripted("alerts", broken(), broken(), "good")) as session:
        await asyncio.sleep(10)
        feed = session.feed("alerts")
    assert (feed.value, feed.failure) == ("good", None)
    assert feed.freshness(clock()) is Freshness.FRESH


@virtual
async def test_data_grows_stale_by_age_alone() -> None:
    async with Session(Scripted("alerts", "good", hang)) as session:
        await asyncio.sleep(1)
        feed = session.feed("alerts")
    assert feed.freshness(START + EVERY * 2.5) is Freshness.FRESH
    assert feed.freshness(START + EVERY * 2.5 + timedelta(seconds=1)) is Freshness.STALE


@virtual
async def test_a_call_that_hangs_is_given_up_at_the_deadline() -> None:
    async with Session(Scripted("alerts", hang, "good")) as session:
        await asyncio.sleep(DEADLINE.total_seconds() + 1.1)
        feed = session.feed("alerts")
        assert feed.failure is not None
        assert feed.failure.kind is FailureKind.TIMEOUT
        await asyncio.sleep(5)
        assert session.feed("alerts").value == "good"


@virtual
async def test_a_call_that_cannot_be_cancelled_is_never_joined_by_a_second_one() -> None:
    source = Scripted("alerts", ignore_cancelling, "good")
    async with Session(source) as session:
        await asyncio.sleep(38)
        assert len(source.asked_at) == 1
        failure = session.feed("alerts").failure
        assert failure is not None
        assert failure.kind is FailureKind.TIMEOUT
        await asyncio.sleep(120)
        assert session.feed("alerts").value == "good"
    assert source.most_in_flight == 1


@virtual
async def test_a_late_answer_of_a_call_that_was_given_up_is_not_believed() -> None:
    async with Session(Scripted("alerts", ignore_cancelling, hang)) as session:
        await asyncio.sleep(60)
        assert session.feed("alerts").value is None


@pytest.mark.parametrize(
    "bug", [KeyError("labels"), ZeroDivisionError(), RecursionError(), asyncio.CancelledError(), StopAsyncIteration()]
)
def test_a_bug_in_a_source_is_a_failure_and_kills_neither_poller_nor_neighbours(bug: BaseException) -> None:
    async def scenario() -> None:
        neighbour = Scripted("errors", "fine")
        async with Session(Scripted("alerts", "good", bug, "good again"), neighbour) as session:
            await asyncio.sleep(16)
            failure = session.feed("alerts").failure
            assert failure is not None
            assert failure.kind is FailureKind.DEFECT
            assert session.feed("alerts").value == "good"
            await asyncio.sleep(120)
            assert session.feed("alerts").value == "good again"
        assert len(neighbour.asked_at) == 10

    in_virtual_time(scenario())


@virtual
async def test_a_bug_is_named() -> None:
    async with Session(Scripted("alerts", KeyError("labels\x1b[2J"))) as session:
        await asyncio.sleep(1)
        failure = session.feed("alerts").failure
    assert failure is not None
    assert "KeyError" in failure.detail
    assert "\x1b" not in failure.detail


@virtual
async def test_a_dead_upstream_is_only_probed() -> None:
    source = Scripted("alerts", broken())
    async with Session(source) as session:
        await asyncio.sleep(1000)
        failure = session.feed("alerts").failure
    assert failure is not None
    assert failure.tries == len(source.asked_at)
    assert len(source.asked_at) < 30, "polling it as if it were alive would make 67 calls"
    assert source.asked_at[-1] > 900


@virtual
async def test_the_upstreams_own_word_on_when_to_come_back_is_kept() -> None:
    source = Scripted("alerts", broken(FailureKind.THROTTLED, timedelta(seconds=200)), "good")
    async with Session(source) as session:
        await asyncio.sleep(1)
        assert session.feed("alerts").next_try == START + timedelta(seconds=200)
        session.service.refresh("alerts")
        await asyncio.sleep(198)
        assert source.asked_at == [0]
        await asyncio.sleep(2)
    assert source.asked_at == [0, 200]


@virtual
async def test_refresh_reads_now_and_only_what_was_asked_for() -> None:
    alerts, errors = Scripted("alerts", 1), Scripted("errors", 2)
    async with Session(alerts, errors) as session:
        await asyncio.sleep(5)
        session.service.refresh("alerts")
        session.service.refresh("no such feed")
        await asyncio.sleep(1)
        assert (alerts.asked_at, errors.asked_at) == ([0, 5], [0])
        session.service.refresh()
        await asyncio.sleep(1)
        assert (alerts.asked_at, errors.asked_at) == ([0, 5, 6], [0, 6])


@virtual
async def test_refresh_during_a_call_reads_once_more_because_the_answer_may_be_older_than_the_wish() -> None:
    async def slow() -> str:
        await asyncio.sleep(3)
        return "old"

    source = Scripted("alerts", slow, "new")
    async with Session(source) as session:
        await asyncio.sleep(2)
        session.service.refresh("alerts")
        session.service.refresh("alerts")
        await asyncio.sleep(3)
        assert session.feed("alerts").value == "new"
    assert source.most_in_flight == 1
    assert len(source.asked_at) == 2


@virtual
async def test_a_key_held_down_does_not_hammer_the_upstream() -> None:
    source = Scripted("alerts", 1)
    async with Session(source) as session:
        for _ in range(1000):
            session.service.refresh("alerts")
            await asyncio.sleep(0.01)
    assert len(source.asked_at) <= 11


@virtual
async def test_subscribers_get_each_changed_board_until_they_leave() -> None:
    async with Session(Scripted("alerts", 1, 2, 3)) as session:
        seen: list[Any] = []
        leave = session.service.subscribe(lambda board: seen.append(board.feeds["alerts"].value))
        await asyncio.sleep(20)
        leave()
        leave()
        await asyncio.sleep(20)
    assert seen == [1, 2]


@virtual
async def test_between_answers_nothing_is_pushed() -> None:
    async with Session(Scripted("alerts", 1)) as session:
        await asyncio.sleep(14)
        assert len(session.boards) == 1


@virtual
async def test_a_subscriber_that_raises_harms_nobody_else() -> None:
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    async with Session(Scripted("alerts", 1)) as session:
        session.service.subscribe(lambda _board: 1 / 0)
        later: list[Any] = []
        session.service.subscribe(later.append)
        await asyncio.sleep(31)
    assert len(session.boards) == len(later) == 3


@virtual
async def test_a_value_that_did_not_change_stays_the_same_object() -> None:
    first, second = (1, 2, [3]), (1, 2, [3])
    async with Session(Scripted("alerts", first, second)) as session:
        await asyncio.sleep(16)
        assert session.feed("alerts").value is first
        assert session.feed("alerts").at == START + timedelta(seconds=15)


@virtual
async def test_a_board_that_was_handed_out_never_changes() -> None:
    async with Session(Scripted("alerts", 1, 2)) as session:
        await asyncio.sleep(1)
        before = session.service.board
        await asyncio.sleep(15)
        assert (before.feeds["alerts"].value, session.feed("alerts").value) == (1, 2)
        with pytest.raises(TypeError):
            before.feeds["alerts"] = session.feed("alerts")  # type: ignore[index]


@virtual
async def test_when_the_board_stops_its_sources_are_closed_and_their_calls_end() -> None:
    quick, hanging = Scripted("alerts", 1), Scripted("errors", hang)
    async with Session(quick, hanging):
        await asyncio.sleep(1)
    await asyncio.sleep(0)
    assert (quick.closed, hanging.closed, hanging.in_flight) == (1, 1, 0)


@virtual
async def test_a_source_that_does_not_close_does_not_hold_up_the_end() -> None:
    source = Scripted("alerts", 1)
    source.close = hang  # type: ignore[method-assign]
    async with Session(source):
        await asyncio.sleep(1)
    assert asyncio.get_running_loop().time() < 5


@virtual
async def test_asking_for_the_alerts_asks_every_source_of_them() -> None:
    manager, cloud, errors = (
        Scripted("alerts", AlertList()),
        Scripted("alerts:cloudwatch", AlertList()),
        Scripted("e", 1),
    )
    async with Session(manager, cloud, errors) as session:
        await asyncio.sleep(5)
        session.service.refresh("alerts")
        await asyncio.sleep(1)
        assert (manager.asked_at, cloud.asked_at, errors.asked_at) == ([0, 5], [0, 5], [0])
