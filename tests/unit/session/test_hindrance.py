"""What is known of the machine and of other environments keeps a step from running, with its reason in the plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.session.world import command, facts, runbook

from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.event import StepStarted
from eventa_cockpit.errors import RunError
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.incidents import Incidents, new_responder
from eventa_cockpit.services.preflight.remembering import Preflights
from eventa_cockpit.services.session import Session


async def session_of(folder: Path, launcher: Runner, preflights: Preflights, config: Config) -> Session:
    incidents = Incidents(folder, config, launcher, new_responder("aya"), hindrance=preflights.hindrance)
    return await incidents.declare("something hurts")


async def test_a_step_whose_program_is_missing_is_blocked_once_that_is_known(tmp_path: Path, launcher: Runner) -> None:
    config = Config(environments={"stg": EnvironmentConfig()}, environment="stg")
    preflights = Preflights(config, tmp_path)
    session = await session_of(tmp_path / "state", launcher, preflights, config)
    book = runbook(command("no-such-tool"), command("true"))
    plan = session.plan_step(book, book.steps[0])
    assert plan.is_ready

    preflights.begin(book, {})
    await preflights.finished(book.id)
    assert session.plan_step(book, book.steps[0]).blocked_because == "no-such-tool is not found on this machine."
    assert session.plan_step(book, book.steps[0], 1).is_ready
    with pytest.raises(RunError, match="no-such-tool is not found"):
        await session.start_step(plan)
    assert facts(session, StepStarted) == []


async def test_a_command_for_another_environment_is_blocked_without_any_preflight(
    tmp_path: Path, launcher: Runner
) -> None:
    environments = {"stg": EnvironmentConfig(), "prod": EnvironmentConfig(parameters={"DB": "eventa-db-1"})}
    config = Config(environments=environments, environment="stg")
    session = await session_of(tmp_path / "state", launcher, Preflights(config, tmp_path), config)
    book = runbook(command("echo eventa-db-1"))
    assert session.plan_step(book, book.steps[0]).blocked_because == (
        "It names eventa-db-1, which belongs to prod; this is stg. Open it with: cockpit --env prod"
    )
