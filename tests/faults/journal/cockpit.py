"""A cockpit without a screen, in a process of its own, to be killed: it joins the incident and starts its one step."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.runbook import Command, Phase, PhaseKind, Runbook, Step
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.incidents import Incidents, new_responder
from eventa_cockpit.services.session import Session

CONFIG = Config(environments={"stg": EnvironmentConfig()}, environment="stg")


def one_step(text: str) -> Runbook:
    step = Step("mitigate.1", "1", "a step", 1, commands=(Command(text, "sh", 1),))
    return Runbook("rb", "a runbook", "rb.md", 1, phases=(Phase(PhaseKind.MITIGATE, "", 1, steps=(step,)),))


async def join(state: Path, runner: Runner, name: str) -> Session:
    incidents = Incidents(state, CONFIG, runner, new_responder(name))
    return await incidents.resume() or await incidents.declare("something hurts")


async def main() -> None:
    """Arguments: state folder, command."""
    runner = Runner()
    runner.prefork()
    session = await join(Path(sys.argv[1]), runner, "doomed")
    runbook = one_step(sys.argv[2])
    plan = session.plan_step(runbook, runbook.steps[0])
    print("ready", flush=True)
    await session.start_step(plan)
    print("started", flush=True)
    while True:
        await session.refresh()
        await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(main())
