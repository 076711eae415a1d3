"""Settling an obligation with a real run: by the runbook's undo, or by the inverse of what was run."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.session.world import World, command, runbook, until

from eventa_cockpit.domain.confirmation import Answer
from eventa_cockpit.domain.obligation import ObligationState
from eventa_cockpit.domain.runbook import Annotation, Library, Risk, Runbook
from eventa_cockpit.services.owing import undoing
from eventa_cockpit.services.session import Session

YES = Answer("y")


async def owing(world: World, rb: Runbook) -> Session:
    session = await world.session()
    await session.start_step(session.plan_step(rb, rb.steps[0]), YES)
    await until(session, lambda: bool(session.incident.ledger.obligations))
    return session


async def undone(session: Session, library: Library) -> None:
    (owed,) = session.incident.ledger.obligations
    found = undoing(owed, library)
    assert found is not None
    plan = session.plan_step(found.runbook, found.step, found.command_index)
    await session.start_step(replace(plan, settles=found.settles), YES)
    await until(session, lambda: session.incident.ledger.obligations[0].state is ObligationState.SETTLED)


async def test_the_runbooks_own_undo_settles_it(stg: World) -> None:
    on = command("true", risk=Risk.CHANGE, annotation=Annotation(name="on", undo="off"))
    off = command("true", risk=Risk.CHANGE, annotation=Annotation(name="off", undo="on"))
    rb = runbook(on, off)
    session = await owing(stg, rb)
    await undone(session, Library((rb,)))
    assert len(session.incident.ledger.obligations) == 1


async def test_what_no_runbook_undoes_is_undone_by_its_own_inverse(stg: World) -> None:
    rb = runbook(command("systemctl() { echo $*; }; systemctl stop web", risk=Risk.CHANGE))
    session = await owing(stg, rb)
    assert session.incident.ledger.obligations[0].inverse.endswith("systemctl start web")
    await undone(session, Library((rb,)))
    newest = next(
        attempt for record in session.incident.steps.values() for attempt in record.attempts if attempt.settles
    )
    assert (session.run_folder(newest.run_id) / "output.log").read_text().strip() == "start web"


async def test_what_nobody_knows_how_to_undo_is_left_to_a_person(stg: World) -> None:
    rb = runbook(command("true", risk=Risk.CHANGE, annotation=Annotation(name="on", undo="gone")))
    session = await owing(stg, rb)
    assert undoing(session.incident.ledger.obligations[0], Library((rb,))) is None
