"""Steps through a session: real commands, a real record."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from tests.unit.session.world import World, command, facts, record, runbook, settled, until

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.confirmation import Answer
from eventa_cockpit.domain.event import StepCancelRequested, StepFinished, StepStarted
from eventa_cockpit.domain.incident import StepState
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.domain.runbook import Annotation, Parameter, Risk
from eventa_cockpit.errors import JournalError, RunError, SecretError, StepTakenError
from eventa_cockpit.journal.files import FileJournal
from eventa_cockpit.runner.claiming import run_name
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.session import Session

TOKEN = Parameter("ADMIN_TOKEN", is_secret=True)


def output(session: Session, run_id: str) -> str:
    return (session.run_folder(run_id) / "output.log").read_bytes().decode().replace("\r\n", "\n")


def put_in_the_way(session: Session, state: Path) -> None:
    """From now on the session cannot write."""
    session.close()
    ours = next(path for path in state.rglob("*.jsonl") if session.responder.session in path.name)
    ours.unlink()
    ours.mkdir()


async def run(session: Session, text: str) -> str:
    """Run a command to its end; returns what it printed."""
    rb = runbook(command(text))
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))
    await settled(session)
    return output(session, run_id)


async def test_a_step_runs_and_its_result_is_on_record(stg: World) -> None:
    session = await stg.session()
    assert await run(session, "echo こんにちは; exit 3") == "こんにちは\n"

    assert (record(session).state, record(session).exit_code) == (StepState.FAILED, 3)
    assert record(session).by == "aya"
    assert record(session).elapsed is not None


async def test_a_new_session_of_the_same_folder_sees_what_was_done(stg: World) -> None:
    session = await stg.session()
    await run(session, "true")
    session.close()
    later = await stg.session("ken")

    assert later.incident.id == session.incident.id
    assert record(later).state is StepState.DONE
    assert later.incident.responders == ("aya", "ken")


async def test_the_start_is_on_record_before_the_command_runs(stg: World, launcher: Runner) -> None:
    seen: list[bool] = []

    class Watching:
        def start(self, request: RunRequest) -> None:
            journals = stg.state.rglob("*.jsonl")
            seen.append(any(request.directory.name.encode() in path.read_bytes() for path in journals))
            launcher.start(request)

    session = await stg.session(launcher=Watching())
    await run(session, "true")

    assert seen == [True]


async def test_a_step_that_cannot_be_recorded_does_not_run(stg: World, tmp_path: Path) -> None:
    session = await stg.session()
    trace = tmp_path / "ran"
    rb = runbook(command(f"touch {trace}"))
    plan = session.plan_step(rb, rb.steps[0])
    put_in_the_way(session, stg.state)

    with pytest.raises(JournalError, match="not started"):
        await session.start_step(plan)
    assert not trace.exists()
    assert not list(stg.state.rglob("runs/*"))


async def test_a_step_can_be_run_again_and_all_its_runs_are_kept(stg: World) -> None:
    session = await stg.session()
    await run(session, "false")
    await run(session, "true")

    assert record(session).state is StepState.DONE
    assert [attempt.state for attempt in record(session).attempts] == [StepState.DONE, StepState.FAILED]
    assert record(session).run_ids == (run_name("rb", "mitigate.1", 2), run_name("rb", "mitigate.1", 1))


async def test_a_plan_is_good_for_one_run(stg: World) -> None:
    session = await stg.session()
    rb = runbook(command("true"))
    plan = session.plan_step(rb, rb.steps[0])
    await session.start_step(plan)
    await settled(session)

    with pytest.raises(StepTakenError, match="since you looked"):
        await session.start_step(plan)


async def test_several_cockpits_that_press_at_once_run_it_exactly_once(stg: World, tmp_path: Path) -> None:
    sessions = [await stg.session("p0")] + [await stg.session(f"p{number}") for number in range(1, 4)]
    trace = tmp_path / "trace"
    rb = runbook(command(f"echo ran >> {trace}"))
    plans = [session.plan_step(rb, rb.steps[0]) for session in sessions]
    done = await asyncio.gather(
        *(session.start_step(plan) for session, plan in zip(sessions, plans, strict=True)), return_exceptions=True
    )

    winners = [entry for entry in done if isinstance(entry, str)]
    losers = [entry for entry in done if isinstance(entry, StepTakenError)]
    assert (len(winners), len(losers)) == (1, 3)
    for session in sessions:
        assert (await settled(session)).state is StepState.DONE
        assert record(session).run_ids == (winners[0],)
    assert trace.read_text() == "ran\n"
    assert {loser.run_dir.name for loser in losers} == {winners[0]}
    assert record(sessions[0]).by in str(losers[0])


async def test_a_claim_of_a_cockpit_that_died_before_it_wrote_is_passed_over(stg: World) -> None:
    session = await stg.session()
    journal = next(stg.state.rglob("INC-*"))
    dead = FileJournal(journal, journal.name, Responder("ken", os.getuid(), "host", "dead"))
    dead.claim(run_name("rb", "mitigate.1", 1))
    dead.close()
    await run(session, "true")

    assert record(session).state is StepState.DONE
    assert record(session).run_id == run_name("rb", "mitigate.1", 2)
    rb = runbook(command("true"))
    assert session.plan_step(rb, rb.steps[0]).attempt == 3


async def test_the_result_is_true_when_the_cockpit_that_started_it_has_died(stg: World, tmp_path: Path) -> None:
    session = await stg.session()
    rb = runbook(command(f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; exit 7"))
    await session.start_step(session.plan_step(rb, rb.steps[0]))
    session.close()
    later = await stg.session("ken")
    assert record(later).state is StepState.RUNNING
    (tmp_path / "go").touch()

    assert (await settled(later)).exit_code == 7
    assert record(later).state is StepState.FAILED


async def test_a_run_whose_supervisor_was_killed_is_lost_and_never_a_success(stg: World) -> None:
    session = await stg.session()
    rb = runbook(command("echo $PPID; exec sleep 60"))
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))
    await until(session, lambda: output(session, run_id).endswith("\n"))
    os.kill(int(output(session, run_id)), signal.SIGKILL)

    lost = await settled(session)
    assert lost.state is StepState.LOST
    assert lost.reason


async def test_two_cockpits_that_watch_record_the_verdict_once(stg: World) -> None:
    one = await stg.session("aya")
    other = await stg.session("ken")
    rb = runbook(command("true"))
    await one.start_step(one.plan_step(rb, rb.steps[0]))
    for session in (one, other):
        await settled(session)
    await one.refresh()

    assert len(facts(one, StepFinished)) == 1
    assert one.incident.steps == other.incident.steps


async def test_a_start_that_is_on_record_gets_no_verdict_while_its_cockpit_is_still_at_it(
    stg: World, launcher: Runner
) -> None:
    other = await stg.session("ken")
    loop = asyncio.get_running_loop()
    states: list[StepState] = []

    class Slow:
        def start(self, request: RunRequest) -> None:
            asyncio.run_coroutine_threadsafe(other.refresh(), loop).result()
            states.append(record(other).state)
            launcher.start(request)

    session = await stg.session("aya", launcher=Slow())
    await run(session, "true")

    assert states == [StepState.RUNNING]
    assert record(session).state is StepState.DONE


async def test_a_start_whose_cockpit_died_before_the_command_ran_is_lost_and_says_that_it_did_not_run(
    stg: World,
) -> None:
    session = await stg.session("aya")

    class Dying:
        def start(self, request: RunRequest) -> None:
            session.close()
            raise StepTakenError("as if the process had ended here", request.directory)

    dying = await stg.session("ken", launcher=Dying())
    rb = runbook(command("true"))
    with pytest.raises(StepTakenError):
        await dying.start_step(dying.plan_step(rb, rb.steps[0]))
    dying.close()

    lost = await settled(session)
    assert lost.state is StepState.LOST
    assert not lost.attempts[0].has_started


async def test_a_launcher_that_gives_up_leaves_a_failed_run_with_its_reason(stg: World) -> None:
    class Broken:
        def start(self, request: RunRequest) -> None:
            raise RunError("No supervisor could be started.")

    session = await stg.session(launcher=Broken())
    rb = runbook(command("true"))
    with pytest.raises(RunError, match="No supervisor"):
        await session.start_step(session.plan_step(rb, rb.steps[0]))

    failed = record(session)
    assert (failed.state, failed.reason) == (StepState.FAILED, "No supervisor could be started.")
    assert not failed.attempts[0].has_started


async def test_a_running_step_is_not_started_a_second_time(stg: World, tmp_path: Path) -> None:
    session = await stg.session()
    rb = runbook(command(f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done"))
    await session.start_step(session.plan_step(rb, rb.steps[0]))
    plan = session.plan_step(rb, rb.steps[0])

    assert "aya runs this step already" in plan.blocked_because
    with pytest.raises(RunError, match="already"):
        await session.start_step(plan)
    (tmp_path / "go").touch()
    await settled(session)


async def test_a_cancelled_run_says_who_cancelled_it(stg: World) -> None:
    session = await stg.session("aya")
    other = await stg.session("ken")
    rb = runbook(command("sleep 60"))
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))
    await other.refresh()
    await other.cancel_step(run_id)

    cancelled = await settled(session)
    assert cancelled.state is StepState.CANCELLED
    assert "ken" in cancelled.attempts[0].cancelled_by
    assert cancelled.attempts[0].cancel_requested_by == "ken"
    assert len(facts(session, StepCancelRequested)) == 1


async def test_a_brake_works_even_when_it_cannot_be_recorded(stg: World) -> None:
    session = await stg.session("aya")
    other = await stg.session("ken")
    rb = runbook(command("sleep 60"))
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))
    await other.refresh()
    put_in_the_way(other, stg.state)

    with pytest.raises(JournalError, match="was asked to end, but"):
        await other.cancel_step(run_id)
    assert (await settled(session)).state is StepState.CANCELLED


async def test_what_is_typed_reaches_the_command_and_not_the_record(stg: World) -> None:
    session = await stg.session()
    rb = runbook(command('read -r answer; [ "$answer" = sesame ] && echo open'))
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))
    await session.send_input(run_id, b"sesame\n")

    assert (await settled(session)).state is StepState.DONE
    assert "sesame" not in next(stg.state.rglob("*.jsonl")).read_text().replace("= sesame", "")


async def test_a_command_gets_a_short_list_of_variables_the_configured_ones_and_its_values(
    tmp_path: Path, launcher: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere-else")
    monkeypatch.setenv("AWS_PROFILE", "shell")
    monkeypatch.setenv("AWS_REGION", "ap-northeast-1")
    environment = EnvironmentConfig(variables={"AWS_PROFILE": "configured"}, parameters={"POD": "web 1"})
    session = await World(tmp_path / "state", launcher, {"stg": environment}).session()
    rb = runbook(command('echo "$POD|$AWS_PROFILE|$AWS_REGION|$DATABASE_URL|$TERM"', parameters=(Parameter("POD"),)))
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))
    await settled(session)

    assert output(session, run_id) == "web 1|configured|ap-northeast-1||xterm-256color\n"


async def test_a_configured_secret_reaches_the_command_and_nothing_else(tmp_path: Path, launcher: Runner) -> None:
    place = tmp_path / "token"
    place.write_text("s3cr3t-t0ken\n")
    place.chmod(0o600)
    environment = EnvironmentConfig(secrets={"ADMIN_TOKEN": f"file:{place}"})
    world = World(tmp_path / "state", launcher, {"stg": environment})
    session = await world.session()
    rb = runbook(command('echo "<$ADMIN_TOKEN>"; test ${#ADMIN_TOKEN} = 12', parameters=(TOKEN,)))
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))

    assert (await settled(session)).state is StepState.DONE
    assert "s3cr3t" not in output(session, run_id)
    assert not [path for path in world.state.rglob("*") if path.is_file() and b"s3cr3t" in path.read_bytes()]


async def test_everything_else_goes_on_while_a_secret_is_fetched(tmp_path: Path, launcher: Runner) -> None:
    fetch = f"command:sh -c 'while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; echo s3cr3t-t0ken'"
    environment = EnvironmentConfig(secrets={"ADMIN_TOKEN": fetch})
    session = await World(tmp_path / "state", launcher, {"stg": environment}).session()
    rb = runbook(command("test ${#ADMIN_TOKEN} = 12", parameters=(TOKEN,)))
    starting = asyncio.create_task(session.start_step(session.plan_step(rb, rb.steps[0])))
    await asyncio.sleep(0)
    await session.add_note("meanwhile")
    await session.refresh()
    assert not starting.done()
    (tmp_path / "go").touch()
    await starting

    assert (await settled(session)).state is StepState.DONE


async def test_a_typed_secret_reaches_the_command(stg: World) -> None:
    session = await stg.session()
    rb = runbook(command("test ${#ADMIN_TOKEN} = 12", parameters=(TOKEN,)))
    plan = session.plan_step(rb, rb.steps[0])
    assert [need.name for need in plan.secrets_to_type] == ["ADMIN_TOKEN"]
    with pytest.raises(SecretError):
        await session.start_step(plan)
    assert not record(session).attempts

    await session.start_step(plan, secrets={"ADMIN_TOKEN": "s3cr3t-t0ken"})
    assert (await settled(session)).state is StepState.DONE


async def test_a_step_without_its_confirmation_does_not_run(prod: World, tmp_path: Path) -> None:
    session = await prod.session()
    await session.take_control()
    rb = runbook(command(f"touch {tmp_path}/ran", risk=Risk.CHANGE))
    plan = session.plan_step(rb, rb.steps[0])
    with pytest.raises(RunError, match="not confirmed"):
        await session.start_step(plan, Answer("y"))
    assert not (tmp_path / "ran").exists()

    await session.start_step(plan, Answer("prod"))
    await settled(session)
    started = facts(session, StepStarted)[0]
    assert isinstance(started, StepStarted)
    assert (started.confirmation, started.environment, started.risk) == ("typed:prod", "prod", "change")


async def test_a_timeout_ends_the_command(stg: World) -> None:
    from datetime import timedelta

    session = await stg.session()
    rb = runbook(command("sleep 60", annotation=Annotation(timeout=timedelta(seconds=0.3))))
    await session.start_step(session.plan_step(rb, rb.steps[0]))

    assert (await settled(session)).state is StepState.TIMED_OUT


async def test_several_steps_run_at_once(stg: World, tmp_path: Path) -> None:
    session = await stg.session()
    first = runbook(command(f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done"), command(f"touch {tmp_path}/go"))
    other = runbook(command(f"touch {tmp_path}/go"))
    from dataclasses import replace

    other = replace(other, id="other")
    await session.start_step(session.plan_step(first, first.steps[0]))
    await session.start_step(session.plan_step(other, other.steps[0]))
    await until(session, lambda: not session.incident.running)

    assert session.incident.step("other", "mitigate.1").state is StepState.DONE
    assert record(session).state is StepState.TODO, "its second command has not been run"
