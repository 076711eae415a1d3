"""Thirty cockpits on one state folder cost their upstream as many calls as one."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from tests.faults.sharing.harness import Cockpit, Upstream, leader_of, until


@pytest.mark.long
def test_thirty_cockpits_ask_as_often_as_one(start: Callable[..., Cockpit], upstream: Upstream) -> None:
    cockpits = [start() for _ in range(30)]
    leader = leader_of(cockpits)
    began, count = time.monotonic(), len(upstream.calls)
    until(lambda: all((one.now["count"] or 0) >= count + 10 for one in cockpits), "ten newer answers for all")
    moments = [at for at, _pid in upstream.calls if at >= began]
    assert set(upstream.calls_since(began)) == {leader.pid}
    assert all(later - earlier > 0.99 for earlier, later in pairwise(moments))
