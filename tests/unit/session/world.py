"""A state folder with real runs and a real record, and runbooks made on the spot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.event import Fact
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.domain.runbook import (
    Annotation,
    Command,
    Parameter,
    Phase,
    PhaseKind,
    Risk,
    Runbook,
    Step,
)
from eventa_cockpit.domain.step_record import StepRecord
from eventa_cockpit.services.incidents import Incidents, new_responder
from eventa_cockpit.services.session import Session
from eventa_cockpit.services.starting import Launcher

DEADLINE_S = 20.0


def command(
    text: str,
    *,
    risk: Risk = Risk.READ,
    parameters: tuple[Parameter, ...] = (),
    annotation: Annotation | None = None,
) -> Command:
    return Command(text, "sh", 1, risk, "rule", parameters, annotation=annotation or Annotation())


def runbook(*commands: Command, annotation: Annotation | None = None, **more: object) -> Runbook:
    """One runbook of one step."""
    step = Step("mitigate.1", "1", "a step", 1, commands=commands, annotation=annotation or Annotation())
    phases = (Phase(PhaseKind.MITIGATE, "mitigate", 1, steps=(step,)),)
    return Runbook("rb", "a runbook", "rb.md", 1, phases=phases, **more)  # type: ignore[arg-type]


class World:
    """One machine: several responders may sit at it."""

    def __init__(self, state: Path, launcher: Launcher, environments: dict[str, EnvironmentConfig]) -> None:
        self.state = state
        self.launcher = launcher
        self.config = Config(environments=environments, environment=next(iter(environments)))

    def incidents(self, name: str = "aya", *, launcher: Launcher | None = None) -> Incidents:
        return Incidents(self.state, self.config, launcher or self.launcher, self.responder(name))

    def responder(self, name: str) -> Responder:
        return new_responder(name)

    async def session(self, name: str = "aya", *, launcher: Launcher | None = None) -> Session:
        """The open incident, or a new one."""
        incidents = self.incidents(name, launcher=launcher)
        return await incidents.resume() or await incidents.declare("something hurts")


async def until(session: Session, condition: Callable[[], bool]) -> None:
    """Refresh until the condition holds; fails after a while."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await session.refresh()
        await asyncio.sleep(0.01)


def record(session: Session) -> StepRecord:
    return session.incident.step("rb", "mitigate.1")


async def settled(session: Session) -> StepRecord:
    """The step's record once nothing of it runs any more."""
    await until(session, lambda: bool(record(session).attempts) and not record(session).running)
    return record(session)


def facts(session: Session, *kinds: type[Fact]) -> list[Fact]:
    return [event.fact for event in session.incident.timeline if not kinds or isinstance(event.fact, kinds)]
