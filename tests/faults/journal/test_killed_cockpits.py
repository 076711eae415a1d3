"""Cockpits killed at any moment of a step's start: it ran once or not at all, and the record says which."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.faults.journal.cockpit import join, one_step
from tests.faults.repeats import repeats

from eventa_cockpit.domain.confirmation import Answer
from eventa_cockpit.domain.incident import StepState
from eventa_cockpit.domain.step_record import StepRecord
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.session import Session

COCKPIT = Path(__file__).with_name("cockpit.py")
DEADLINE_S = 30.0


def kill_while_starting(state: Path, command: str, delay_s: float) -> None:
    cockpit = subprocess.Popen([sys.executable, str(COCKPIT), str(state), command], stdout=subprocess.PIPE, text=True)
    assert cockpit.stdout is not None
    assert cockpit.stdout.readline() == "ready\n"
    time.sleep(delay_s)
    cockpit.kill()
    cockpit.communicate()


async def settle(session: Session) -> StepRecord:
    end = time.monotonic() + DEADLINE_S
    await session.refresh()
    while session.incident.running:
        assert time.monotonic() < end, "a run was never settled"
        await asyncio.sleep(0.02)
        await session.refresh()
    return session.incident.step("rb", "mitigate.1")


async def survive(state: Path, delay_s: float) -> StepState:
    """Kill a cockpit, look at what it left with another one, and run the step again. Returns what was left."""
    trace = state / "trace"
    command = f"echo ran >> {trace}"
    kill_while_starting(state, command, delay_s)
    runner = Runner()
    session = await join(state, runner, "survivor")
    left = await settle(session)
    ran = trace.read_text().count("ran") if trace.exists() else 0
    assert ran == (left.state is StepState.DONE), left
    assert left.state in {StepState.DONE, StepState.TODO} or not left.attempts[0].has_started
    runbook = one_step(command)
    # A lost run is only run again on a person's word.
    await session.start_step(session.plan_step(runbook, runbook.steps[0]), Answer("y"))
    again = await settle(session)
    session.close()
    assert again.state is StepState.DONE
    assert trace.read_text().count("ran") == ran + 1
    assert not [finding for finding in session.verify() if finding.is_damage]
    return left.state


def kill_at_many_moments(folder: Path, times: int, seed: int) -> set[StepState]:
    chance = random.Random(seed)
    return {asyncio.run(survive(folder / str(number), chance.uniform(0.0, 0.06))) for number in range(times)}


def test_a_step_of_a_killed_cockpit_ran_once_or_not_at_all_and_the_record_is_true(tmp_path: Path) -> None:
    assert kill_at_many_moments(tmp_path, repeats(6, 60), seed=3)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_step_of_a_killed_cockpit_ran_once_or_not_at_all_over_and_over(tmp_path: Path) -> None:
    states = kill_at_many_moments(tmp_path, 200, seed=4)

    assert len(states) > 1, "all kills came at the same moment"
