"""What a step says about itself after its command ended with 0: real commands, a real record."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.session.world import World, command, facts, record, runbook, settled, until

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.board import DATABASE, Board, Feed
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.event import StepJudged
from eventa_cockpit.domain.incident import StepState
from eventa_cockpit.domain.reading import Point, Reading
from eventa_cockpit.domain.runbook import Annotation, Runbook, Threshold
from eventa_cockpit.locale import use_language
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.pattern import is_found, last_output
from eventa_cockpit.services.incidents import Incidents, new_responder
from eventa_cockpit.services.session import Session
from eventa_cockpit.widgets.view import judgements

CHECK = Threshold("ReadLatency", "<", 0.1, "")


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


def expecting(text: str, pattern: str | None = None, sample: str | None = None) -> Runbook:
    return runbook(replace(command(text, annotation=Annotation(expect=pattern)), expected_output=sample))


async def run(session: Session, rb: Runbook) -> None:
    await session.start_step(session.plan_step(rb, rb.steps[0]))
    await settled(session)
    await session.refresh()


def said(session: Session) -> str:
    return " ".join(text for text, _role in judgements.sentences(record(session)))


async def test_a_success_with_the_expected_output_is_done(stg: World) -> None:
    session = await stg.session()
    await run(session, expecting(r"printf '\033[32menabled\033[0m: true\r\n'", "^enabled: *true$"))

    assert record(session).state is StepState.DONE
    assert record(session).commands_done == {0}


async def test_a_success_without_the_expected_output_is_not_done(stg: World) -> None:
    session = await stg.session()
    await run(session, expecting("echo enabled: false", "enabled: *true"))

    assert record(session).state is StepState.UNEXPECTED
    assert not record(session).state.is_settled
    assert record(session).commands_done == frozenset()
    assert "enabled: *true" in said(session)


async def test_a_failed_command_is_failed_whatever_it_printed(stg: World) -> None:
    session = await stg.session()
    await run(session, expecting("echo ok; exit 3", "ok"))

    assert record(session).state is StepState.FAILED
    assert facts(session, StepJudged) == []


async def test_it_is_judged_once_and_every_cockpit_sees_the_same(stg: World) -> None:
    sessions = [await stg.session(name) for name in ("aya", "ken", "mia")]
    await run(sessions[0], expecting("echo no", "yes"))
    for session in sessions:
        await session.refresh()
        await session.refresh()

    assert [record(session).state for session in sessions] == [StepState.UNEXPECTED] * 3
    assert [len(facts(session, StepJudged)) for session in sessions] == [1] * 3


async def test_a_cockpit_that_never_saw_the_runbook_judges_for_one_that_died(stg: World) -> None:
    dying = await stg.session("aya")
    rb = expecting("echo no", "yes")
    await dying.start_step(dying.plan_step(rb, rb.steps[0]))
    dying.close()
    other = await stg.session("ken")
    await settled(other)
    await until(other, lambda: record(other).state is StepState.UNEXPECTED)


async def test_a_step_is_not_done_before_it_was_judged(stg: World) -> None:
    session = await stg.session()
    rb = expecting("echo yes", "yes")
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))
    (session.run_folder(run_id) / "output.log").rename(session.run_folder(run_id) / "hidden")
    await settled(session)
    await session.refresh()
    assert record(session).state is StepState.UNVERIFIED

    (session.run_folder(run_id) / "hidden").rename(session.run_folder(run_id) / "output.log")
    await session.refresh()
    assert record(session).state is StepState.DONE


async def test_a_pattern_that_never_ends_is_given_up_and_not_taken_for_met(stg: World) -> None:
    session = await stg.session()
    began = time.monotonic()
    await run(session, expecting(f"echo {'a' * 60}b", "^(a+)+$"))

    assert time.monotonic() - began < 15
    assert record(session).state is StepState.UNVERIFIED
    assert "too long" in said(session)


async def test_an_example_that_differs_is_said_and_the_step_is_done(stg: World) -> None:
    session = await stg.session()
    await run(session, expecting("echo web 2/2", sample="web 1/1\nworker 1/1"))

    assert record(session).state is StepState.DONE
    assert "worker 1/1" in said(session)


async def test_an_unexpected_step_can_be_run_again_marked_done_or_skipped(stg: World, tmp_path: Path) -> None:
    session = await stg.session()
    rb = expecting(f"cat {tmp_path}/answer", "yes")
    (tmp_path / "answer").write_text("no")
    await run(session, rb)

    await session.mark_done("rb", "mitigate.1", "seen with my own eyes")
    assert record(session).state is StepState.DONE
    await session.undo_mark("rb", "mitigate.1")
    assert record(session).state is StepState.UNEXPECTED
    await session.skip("rb", "mitigate.1", "not needed")
    assert record(session).state is StepState.SKIPPED
    (tmp_path / "answer").write_text("yes")
    await run(session, rb)
    assert record(session).state is StepState.DONE


class Live:
    """A board that changes under the session, and its clock."""

    def __init__(self) -> None:
        self.board = Board()
        self.now = datetime.now(UTC)

    def measures(self, value: float, later: timedelta) -> None:
        self.now = datetime.now(UTC) + later
        reading = Reading("ReadLatency", "s", (Point(self.now, value),))
        feed = Feed(DATABASE, timedelta(seconds=45), DatabaseReadings("db", (reading,)), at=self.now)
        self.board = Board().with_feed(feed)


async def checked(tmp_path: Path, launcher: Runner, live: Live) -> Session:
    """After a run whose check looks at the live board."""
    world = World(tmp_path / "state", launcher, {"stg": EnvironmentConfig()})
    incidents = Incidents(
        world.state, world.config, launcher, new_responder("aya"), board=lambda: live.board, clock=lambda: live.now
    )
    session = await incidents.declare("something hurts")
    await run(session, runbook(command("true", annotation=Annotation(verify=CHECK))))
    return session


async def test_a_check_stays_open_until_the_board_knows(tmp_path: Path, launcher: Runner) -> None:
    live = Live()
    session = await checked(tmp_path, launcher, live)
    assert record(session).state is StepState.UNVERIFIED
    assert "ReadLatency < 0.1" in said(session)

    live.measures(0.5, timedelta(minutes=1))
    await session.refresh()
    assert record(session).state is StepState.UNVERIFIED
    live.measures(0.04, timedelta(minutes=2))
    await session.refresh()
    assert record(session).state is StepState.DONE
    assert "0.04 s" in said(session)


async def test_a_check_that_does_not_come_true_is_unexpected(tmp_path: Path, launcher: Runner) -> None:
    live = Live()
    session = await checked(tmp_path, launcher, live)
    live.measures(0.5, timedelta(minutes=30))
    await session.refresh()

    assert record(session).state is StepState.UNEXPECTED
    assert "0.5 s" in said(session)


def test_a_pattern_is_searched_in_bounded_time_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "output.log").write_bytes(b"early\n" + b"x" * 1000 + b"\nlate\n")
    end = last_output(tmp_path, 100)
    assert (is_found("late", end), is_found("early", end), is_found("^la.e$", end)) == (True, False, True)
    assert is_found("(x+x+)+y", "x" * 64, seconds=0.5) is None
