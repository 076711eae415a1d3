from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.session.world import World, command, runbook

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.confirmation import ConfirmationKind
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.runbook import Annotation, Parameter, Risk, Step
from eventa_cockpit.domain.step_record import Attempt, StepState, summed_up
from eventa_cockpit.errors import RunbookError, RunError
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.leading import Leading
from eventa_cockpit.services.plan import SecretSource, Setting, ValueSource, plan
from eventa_cockpit.services.session import Session

POD = Parameter("POD")


def values(session: Session, **more: object) -> dict[str, tuple[str, ValueSource]]:
    rb = runbook(command('echo "$POD"', parameters=(POD,)), **more)  # type: ignore[arg-type]
    return {entry.name: (entry.value, entry.source) for entry in session.plan_step(rb, rb.steps[0]).values}


async def test_a_value_given_in_the_incident_wins_over_all_others(tmp_path: Path, launcher: Runner) -> None:
    world = World(tmp_path / "state", launcher, {"stg": EnvironmentConfig(parameters={"POD": "configured"})})
    session = await world.session()
    defaults = {"stg": {"POD": "of stg"}, "*": {"POD": "of all"}}

    assert values(session, parameters=defaults) == {"POD": ("configured", ValueSource.ENVIRONMENT)}
    await session.set_parameters({"POD": "given"})
    assert values(session, parameters=defaults) == {"POD": ("given", ValueSource.INCIDENT)}


async def test_a_runbooks_default_for_the_environment_wins_over_the_one_for_all(stg: World) -> None:
    session = await stg.session()

    assert values(session, parameters={"stg": {"POD": "of stg"}, "*": {"POD": "of all"}})["POD"][0] == "of stg"
    assert values(session, parameters={"prod": {"POD": "of prod"}, "*": {"POD": "of all"}})["POD"][0] == "of all"


async def test_a_default_in_the_command_is_the_last_resort(stg: World) -> None:
    session = await stg.session()
    rb = runbook(command('echo "${POD:-web}"', parameters=(replace(POD, default="web"),)))
    plan = session.plan_step(rb, rb.steps[0])

    assert [(entry.value, entry.source) for entry in plan.values] == [("web", ValueSource.COMMAND)]
    assert plan.is_ready


async def test_a_missing_parameter_is_asked_for_and_stops_the_start(stg: World) -> None:
    session = await stg.session()
    rb = runbook(command('echo "$POD"', parameters=(POD,)))
    plan = session.plan_step(rb, rb.steps[0])

    assert plan.missing == (POD,)
    assert not plan.is_ready
    with pytest.raises(RunError, match="POD"):
        await session.start_step(plan)
    await session.set_parameters({"POD": "web-1"})
    assert session.plan_step(rb, rb.steps[0]).is_ready
    assert "web-1" in session.plan_step(rb, rb.steps[0]).rendering.preview


async def test_only_the_secrets_that_a_command_names_are_needed(tmp_path: Path, launcher: Runner) -> None:
    places = {"ADMIN_TOKEN": "env:T", "WEBHOOK": "file:/w", "OTHER_TOKEN": "env:O", "TYPED_TOKEN": "prompt:"}
    world = World(tmp_path / "state", launcher, {"stg": EnvironmentConfig(secrets=places)})
    session = await world.session()
    names = ("ADMIN_TOKEN", "WEBHOOK", "TYPED_TOKEN", "UNKNOWN_TOKEN")
    parameters = tuple(Parameter(name, is_secret=name != "WEBHOOK") for name in names)
    rb = runbook(command(" ".join(f'"${name}"' for name in names), parameters=parameters))
    plan = session.plan_step(rb, rb.steps[0])

    assert {need.name: (need.source, need.place) for need in plan.secrets} == {
        "ADMIN_TOKEN": (SecretSource.CONFIGURED, "env:T"),
        "WEBHOOK": (SecretSource.CONFIGURED, "file:/w"),
        "TYPED_TOKEN": (SecretSource.TYPED, "prompt:"),
        "UNKNOWN_TOKEN": (SecretSource.TYPED, ""),
    }
    assert plan.missing == ()
    assert plan.values == ()


async def test_a_session_in_production_watches_until_it_takes_control(prod: World) -> None:
    session = await prod.session()
    read, change = runbook(command("true")), runbook(command("true", risk=Risk.CHANGE))
    assert session.is_read_only
    assert session.plan_step(read, read.steps[0]).is_ready
    assert "Take control" in session.plan_step(change, change.steps[0]).blocked_because

    await session.take_control()
    assert not session.is_read_only
    assert session.incident.participants[session.responder.session].has_control
    plan = session.plan_step(change, change.steps[0])
    assert plan.is_ready
    assert (plan.confirmation.kind, plan.confirmation.word) == (ConfirmationKind.TYPED, "prod")


@pytest.mark.parametrize("environment", [EnvironmentConfig(), EnvironmentConfig(production=True, drill=True)])
async def test_a_session_elsewhere_may_act_at_once(
    tmp_path: Path, launcher: Runner, environment: EnvironmentConfig
) -> None:
    session = await World(tmp_path / "state", launcher, {"stg": environment}).session()

    assert not session.is_read_only


async def test_a_step_of_another_environment_is_blocked(stg: World) -> None:
    session = await stg.session()
    only_prod = Annotation(environments=("prod",))
    by_fence = runbook(command("true", annotation=only_prod))
    by_step = runbook(command("true"), annotation=only_prod)

    for rb in (by_fence, by_step):
        assert "prod only" in session.plan_step(rb, rb.steps[0]).blocked_because


async def test_nothing_runs_in_a_closed_incident(stg: World) -> None:
    session = await stg.session()
    await Leading(session).close("mended")
    rb = runbook(command("true"))

    assert "closed" in session.plan_step(rb, rb.steps[0]).blocked_because


async def test_a_step_without_a_command_has_no_plan(stg: World) -> None:
    session = await stg.session()
    manual = Step("mitigate.1", "1", "call the vendor", 1)

    with pytest.raises(RunbookError, match="by hand"):
        session.plan_step(runbook(), manual)


async def test_a_text_that_may_not_be_what_it_looks_like_takes_a_yes(stg: World) -> None:
    session = await stg.session()
    rb = runbook(command("echo p\u0440od"))
    plan = session.plan_step(rb, rb.steps[0])

    assert plan.oddities == ("mixed-scripts:p\u0440od",)
    assert plan.confirmation.kind is ConfirmationKind.YES
    with pytest.raises(RunError, match="not confirmed"):
        await session.start_step(plan)


def test_a_step_whose_run_was_lost_takes_a_yes() -> None:
    environment = EnvironmentConfig()
    rb = runbook(command("true"))
    record = summed_up("rb", "mitigate.1", (Attempt("r", state=StepState.LOST),))
    incident = Incident("INC-1", steps={("rb", "mitigate.1"): record})
    setting = Setting(environment.described_as("stg"), environment, incident)

    assert plan(setting, rb, rb.steps[0]).confirmation.kind is ConfirmationKind.YES
