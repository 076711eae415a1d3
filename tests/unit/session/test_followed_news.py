"""What a screen is told of live runs: what changed, not that time went on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from eventa_cockpit.domain.run import RunState, RunStatus
from eventa_cockpit.services.following import NOTHING_YET, Followed

RUNNING = RunStatus("step.1", RunState.RUNNING, elapsed=timedelta(seconds=1), output_bytes=10)


def test_time_and_output_alone_are_no_news() -> None:
    later = replace(RUNNING, elapsed=timedelta(seconds=2), output_bytes=20)
    assert not Followed({"step.1": later}).is_news_after(Followed({"step.1": RUNNING}))


def test_a_run_that_came_or_ended_or_left_processes_is_news() -> None:
    before = Followed({"step.1": RUNNING})
    assert before.is_news_after(NOTHING_YET)
    assert Followed().is_news_after(before)
    assert Followed({"step.1": replace(RUNNING, processes_left=1)}).is_news_after(before)
    assert Followed({"step.1": replace(RUNNING, state=RunState.SUCCEEDED)}).is_news_after(before)
