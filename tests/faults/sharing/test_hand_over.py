"""Many cockpits, one poller: killed, stopped, resumed and wished at."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from tests.faults.repeats import repeats
from tests.faults.sharing.harness import Cockpit, Upstream, leader_of, until

HAND_OVER_S = 2.0
Start = Callable[..., Cockpit]


def gap_free(cockpit: Cockpit) -> bool:
    """From its first data on there always was some, and it never went back in time."""
    counts = [board["count"] for board in cockpit.boards]
    known = counts[next((place for place, count in enumerate(counts) if count is not None), len(counts)) :]
    return None not in known and all(later >= earlier for earlier, later in pairwise(known))


def successor(cockpits: list[Cockpit], since: float, what: str) -> Cockpit:
    """Who first led after that moment, which has to be within the time of a hand-over."""
    until(lambda: any(cockpit.leads and cockpit.now["at"] >= since for cockpit in cockpits), what)
    led = [(board["at"], one) for one in cockpits for board in one.boards if board["is_us"] and board["at"] >= since]
    at, found = min(led, key=lambda entry: entry[0])
    print(f"{what}: {at - since:.2f} s")
    assert at - since < HAND_OVER_S
    return found


def test_of_many_cockpits_one_asks_and_all_know(start: Start, upstream: Upstream) -> None:
    cockpits = [start() for _ in range(6)]
    leader = leader_of(cockpits)
    began = time.monotonic()
    count = len(upstream.calls)
    until(lambda: all((one.now["count"] or 0) >= count + 3 for one in cockpits), "three newer answers for all")
    assert set(upstream.calls_since(began)) == {leader.pid}
    assert all(gap_free(one) for one in cockpits)


def test_news_reach_everybody_soon(start: Start, upstream: Upstream) -> None:
    cockpits = [start(every_s=2.0) for _ in range(3)]
    leader_of(cockpits)
    count = len(upstream.calls) + 4
    until(lambda: all((one.now["count"] or 0) >= count for one in cockpits), "four newer answers")
    known = [{board["count"]: board["at"] for board in reversed(one.boards)} for one in cockpits]
    lags = sorted(
        max(at[number] for at in known) - min(at[number] for at in known) for number in (count - 2, count - 1)
    )
    print(f"news were late by {lags[0]:.2f} s")
    assert lags[0] < 0.3


@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_leader_that_is_killed_or_stopped_is_replaced_and_never_asks_again(
    start: Start, upstream: Upstream, *, is_long: bool
) -> None:
    cockpits = [start() for _ in range(4)]
    for round_number in range(repeats(4, 20, is_long=is_long)):
        leader = leader_of(cockpits)
        others = [one for one in cockpits if one is not leader]
        if round_number % 2:
            moment = leader.signal(signal.SIGSTOP)
            next_leader = successor(others, moment, "hand-over from a stopped leader")
            until(lambda one=next_leader, since=moment: one.pid in upstream.calls_since(since), "its first call")
            resumed = leader.signal(signal.SIGCONT)
            until(
                lambda one=leader, since=resumed: one.now["at"] > since and not one.leads, "the stopped one to follow"
            )
            until(lambda since=resumed: len(upstream.calls_since(since)) >= 2, "two more calls")
            assert leader.pid not in upstream.calls_since(resumed)
        else:
            moment = leader.signal(signal.SIGKILL)
            next_leader = successor(others, moment, "hand-over from a killed leader")
            leader.end()
            assert gap_free(leader)
            cockpits = [*others, start()]
        since_then = set(upstream.calls_since(moment + HAND_OVER_S))
        assert since_then <= {next_leader.pid}
    assert all(gap_free(one) for one in cockpits)
    assert all(board["freshness"] != "stale" for one in cockpits for board in one.boards if one.leads)


def test_the_upstreams_embargo_outlives_the_leader_it_was_said_to(start: Start, upstream: Upstream) -> None:
    cockpits = [start() for _ in range(3)]
    leader = leader_of(cockpits)
    until(lambda: all(one.now["count"] for one in cockpits), "a first answer")
    upstream.throttle_s = 6.0
    until(lambda: all(one.now["tries"] for one in cockpits), "the embargo to be known to all")
    barred_at = upstream.calls[-1][0]
    moment = leader.signal(signal.SIGKILL)
    others = [one for one in cockpits if one is not leader]
    next_leader = successor(others, moment, "hand-over under an embargo")
    next_leader.signal(signal.SIGUSR1)
    upstream.throttle_s = 0.0
    until(lambda: bool(upstream.calls_since(moment)), "the first call after it")
    assert upstream.calls[-1][0] - barred_at >= 5.9
    until(lambda: all(one.now["tries"] == 0 for one in others), "good news for all")


def test_a_wish_of_a_follower_reaches_the_leader(start: Start, upstream: Upstream) -> None:
    cockpits = [start(every_s=60.0) for _ in range(3)]
    leader = leader_of(cockpits)
    until(lambda: all(one.now["count"] for one in cockpits), "a first answer")
    follower = next(one for one in cockpits if one is not leader)
    before = len(upstream.calls)
    follower.signal(signal.SIGUSR1)
    until(lambda: (follower.now["count"] or 0) > before, "the answer to the wish")
    assert [pid for _at, pid in upstream.calls[before:]] == [leader.pid]


def test_an_orderly_end_hands_over_at_once(start: Start, upstream: Upstream) -> None:
    cockpits = [start() for _ in range(3)]
    leader = leader_of(cockpits)
    moment = leader.signal(signal.SIGTERM)
    successor([one for one in cockpits if one is not leader], moment, "hand-over from a leader that left")


def test_a_full_disk_makes_everybody_ask_for_themselves_and_say_so(
    start: Start, upstream: Upstream, tmp_path: Path
) -> None:
    state = tmp_path / "gone"
    state.mkdir()
    (state / "boards").write_text("in the way")
    cockpits = [start(folder=state) for _ in range(2)]
    until(lambda: all(one.now["count"] for one in cockpits), "answers of their own")
    assert {pid for _at, pid in upstream.calls} == {one.pid for one in cockpits}
    assert all("cannot be shared" in one.now["trouble"] for one in cockpits)
