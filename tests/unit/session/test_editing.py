"""Running an edited text: what was typed and shown is what runs, once, and on record as edited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.session.test_trust import Desk
from tests.unit.session.world import World, command, facts, record, runbook, settled, until

from eventa_cockpit.domain.confirmation import Answer, ConfirmationKind
from eventa_cockpit.domain.event import StepDone, StepStarted
from eventa_cockpit.domain.runbook import Parameter, Phase, Risk, Runbook, Step
from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.errors import RunError
from eventa_cockpit.runbook.commands import make_command
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.approvals import Approvals
from eventa_cockpit.services.trust import TrustState

YES = Answer("y")


def output(session, run_id: str) -> str:
    return (session.run_folder(run_id) / "output.log").read_text()


async def test_what_was_typed_is_what_runs_and_what_is_on_record(stg: World) -> None:
    rb = runbook(make_command("exit 3\n"))
    session = await stg.session()
    plan = session.plan_step(rb, rb.steps[0], edited="echo mended\n")

    assert (plan.edited, plan.rendering.script) == ("echo mended\n", "echo mended\n")
    assert plan.confirmation.kind is ConfirmationKind.YES
    assert plan.trust.state is TrustState.EDITED
    assert [line for line in plan.trust.diff if line[0] in "+-"] == ["-exit 3", "+echo mended"]

    run_id = await session.start_step(plan, YES)
    assert (await settled(session)).state is StepState.DONE
    assert output(session, run_id) == "mended\n"
    (started,) = facts(session, StepStarted)
    assert isinstance(started, StepStarted)
    assert (started.edited, started.original, started.trust) == (
        "echo mended\n",
        rb.steps[0].commands[0].digest,
        "edited",
    )
    assert record(session).edited == "echo mended\n"


async def test_the_risk_and_what_is_needed_are_read_from_the_edited_text(stg: World) -> None:
    rb = runbook(make_command("kubectl get pods", info='sh {"timeout": "5s", "undo": "back"}'))
    session = await stg.session()
    plan = session.plan_step(rb, rb.steps[0], edited='kubectl delete pod "${POD}"')

    assert rb.steps[0].risk is Risk.READ
    assert (plan.risk, plan.confirmation.kind) == (Risk.DESTRUCTIVE, ConfirmationKind.TYPED)
    assert [parameter.name for parameter in plan.missing] == ["POD"]
    assert plan.command.annotation == rb.steps[0].commands[0].annotation


async def test_an_edit_is_never_run_by_enter_alone(stg: World) -> None:
    rb = runbook(make_command("true"))
    session = await stg.session()

    with pytest.raises(RunError):
        await session.start_step(session.plan_step(rb, rb.steps[0], edited="echo x"), Answer())
    assert not record(session).attempts


async def test_a_plan_whose_text_was_changed_after_it_was_shown_is_refused(stg: World) -> None:
    rb = runbook(make_command("true"))
    session = await stg.session()
    plan = session.plan_step(rb, rb.steps[0], edited="echo shown")
    other = session.plan_step(rb, rb.steps[0], edited="echo other")

    with pytest.raises(RunError, match="not what was shown"):
        await session.start_step(replace(plan, rendering=other.rendering), YES)


async def test_the_same_text_is_no_edit(stg: World) -> None:
    rb = runbook(make_command("true"))
    session = await stg.session()
    plan = session.plan_step(rb, rb.steps[0], edited="true")

    assert (plan.edited, plan.trust.state, plan.confirmation.kind) == ("", TrustState.UNASKED, ConfirmationKind.ENTER)


async def test_an_edit_is_approved_for_this_once_and_the_written_text_is_still_new(
    tmp_path: Path, launcher: Runner
) -> None:
    desk = Desk(tmp_path, launcher)
    desk.write("echo written")
    session = await desk.session()
    rb = desk.runbook

    plan = session.plan_step(rb, rb.steps[0], edited="echo typed")
    assert await desk.run(session, plan, YES) == "typed\n"

    assert not Approvals(desk.world.state).folder.exists()
    assert desk.plan(session).trust.state is TrustState.NEW
    assert session.plan_step(rb, rb.steps[0], edited="echo typed").confirmation.kind is ConfirmationKind.YES


async def test_a_secret_in_an_edited_text_stays_a_name(stg: World) -> None:
    secret = Parameter("ADMIN_TOKEN", is_secret=True)
    rb = runbook(command("true", parameters=(secret,)))
    session = await stg.session()
    plan = session.plan_step(rb, rb.steps[0], edited='echo "${ADMIN_TOKEN}"')

    run_id = await session.start_step(plan, YES, {"ADMIN_TOKEN": "a-secret-that-is-long"})
    await settled(session)
    (started,) = facts(session, StepStarted)
    assert "a-secret-that-is-long" not in repr(started)
    assert output(session, run_id) == "***\n"


def two_steps(first: str, second: str) -> Runbook:
    rb = runbook(make_command(first))
    steps = (*rb.steps, Step("mitigate.2", "2", "next", 2, commands=(make_command(second),)))
    return replace(rb, phases=(Phase(rb.phases[0].kind, "mitigate", 1, steps=steps),))


async def test_going_past_a_step_that_failed_takes_a_word_and_is_on_record(stg: World) -> None:
    rb = two_steps("exit 3", "echo second")
    session = await stg.session()
    assert session.plan_step(rb, rb.steps[1]).in_the_way is None
    await session.start_step(session.plan_step(rb, rb.steps[0]))
    await settled(session)

    plan = session.plan_step(rb, rb.steps[1])
    assert (plan.in_the_way, plan.confirmation.kind) == (rb.steps[0], ConfirmationKind.YES)
    await session.start_step(plan, YES)
    await until(session, lambda: session.incident.step("rb", "mitigate.2").state is StepState.DONE)
    assert [fact.went_past for fact in facts(session, StepStarted)] == ["", "mitigate.1"]  # type: ignore[union-attr]


async def test_what_went_wrong_after_one_looked_stops_the_next_step(stg: World) -> None:
    rb = two_steps("exit 3", "echo second")
    session = await stg.session()
    plan = session.plan_step(rb, rb.steps[1])
    await session.start_step(session.plan_step(rb, rb.steps[0]))
    await settled(session)

    with pytest.raises(RunError, match="1 a step has gone wrong"):
        await session.start_step(plan, YES)


async def test_a_skip_with_a_reason_lets_the_phase_go_on(stg: World) -> None:
    rb = two_steps("exit 3", "echo second")
    session = await stg.session()
    await session.start_step(session.plan_step(rb, rb.steps[0]))
    await settled(session)
    await session.skip("rb", "mitigate.1", "not needed")

    assert session.plan_step(rb, rb.steps[1]).in_the_way is None


async def test_a_done_mark_says_what_it_went_past(stg: World) -> None:
    session = await stg.session()
    await session.mark_done("rb", "mitigate.2", "by hand", went_past="mitigate.1")

    assert facts(session, StepDone) == [StepDone("rb", "mitigate.2", "by hand", "mitigate.1")]
