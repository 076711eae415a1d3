"""Leading an incident through a real record: severity, roles, debts and the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.session.world import World, command, facts, runbook, settled

from eventa_cockpit.domain.confirmation import Answer
from eventa_cockpit.domain.obligation import ObligationState
from eventa_cockpit.domain.response import Acknowledged, IncidentSeverity, Role
from eventa_cockpit.domain.runbook import Annotation, Risk
from eventa_cockpit.errors import IncidentError, ObligationsDueError
from eventa_cockpit.services.leading import Leading
from eventa_cockpit.services.session import Session

SWITCH = runbook(command("true", risk=Risk.CHANGE, annotation=Annotation(name="on", undo="off")))


async def switched(world: World) -> Session:
    session = await world.session()
    await session.start_step(session.plan_step(SWITCH, SWITCH.steps[0]), Answer("y"))
    await settled(session)
    return session


async def test_a_second_acknowledgement_writes_nothing(stg: World) -> None:
    session = await stg.session()
    await Leading(session).acknowledge()
    await Leading(session).acknowledge("me too")
    assert len(facts(session, Acknowledged)) == 1


async def test_severity_needs_a_reason_and_a_difference(stg: World) -> None:
    session = await stg.session()
    leading = Leading(session)
    with pytest.raises(IncidentError):
        await leading.set_severity(IncidentSeverity.SEV2, " ")
    await leading.set_severity(IncidentSeverity.SEV2, "checkout fails")
    with pytest.raises(IncidentError):
        await leading.set_severity(IncidentSeverity.SEV2, "checkout fails")
    assert session.incident.response.severity == "SEV2"


async def test_the_role_of_somebody_who_is_here_is_taken_with_a_reason_only(stg: World) -> None:
    first = await stg.session("aya")
    second = await stg.session("ken")
    await Leading(first).take_role(Role.COMMANDER)
    await second.refresh()
    with pytest.raises(IncidentError, match="aya"):
        await Leading(second).take_role(Role.COMMANDER)
    await Leading(second).take_role(Role.COMMANDER, "aya goes to the data centre")
    assert second.incident.response.roles_of(second.responder.session) == (Role.COMMANDER,)


async def test_the_role_of_somebody_who_left_is_free(stg: World) -> None:
    first = await stg.session("aya")
    second = await stg.session("ken")
    await Leading(first).take_role(Role.COMMANDER)
    first.close()
    await second.refresh()
    await Leading(second).take_role(Role.COMMANDER)
    assert second.incident.response.roles_of(second.responder.session) == (Role.COMMANDER,)


async def test_a_role_is_handed_over_to_somebody_who_is_here(stg: World) -> None:
    first = await stg.session("aya")
    second = await stg.session("ken")
    await first.refresh()
    await Leading(first).take_role(Role.COMMANDER)
    await Leading(first).hand_over(Role.COMMANDER, second.responder.session, "the index is missing")
    await second.refresh()
    assert second.incident.response.roles_of(second.responder.session) == (Role.COMMANDER,)
    with pytest.raises(IncidentError):
        await Leading(first).hand_over(Role.COMMANDER, second.responder.session)


async def test_an_incident_does_not_close_over_what_must_be_undone(stg: World) -> None:
    session = await switched(stg)
    with pytest.raises(ObligationsDueError) as refusal:
        await Leading(session).close("all well")
    assert session.incident.is_open
    (owed,) = refusal.value.obligations
    await Leading(session).waive(owed, "it stays on for the sale")
    await Leading(session).close("all well")
    assert not session.incident.is_open
    assert session.incident.ledger.obligations[0].state is ObligationState.WAIVED


async def test_waiving_takes_a_reason_and_settling_a_note(stg: World) -> None:
    session = await switched(stg)
    (owed,) = session.incident.ledger.obligations
    for intent in (Leading(session).waive, Leading(session).settle):
        with pytest.raises(IncidentError):
            await intent(owed.id, "")
    assert session.incident.ledger.obligations[0].state is ObligationState.OPEN


async def test_what_is_owed_by_hand_stands_in_the_way_too(stg: World) -> None:
    session = await stg.session()
    await Leading(session).open_obligation("the load balancer points to one zone")
    with pytest.raises(ObligationsDueError, match="load balancer"):
        await Leading(session).close("all well")


async def test_a_closed_incident_is_opened_again_with_a_reason(stg: World) -> None:
    session = await stg.session()
    await Leading(session).close("all well")
    with pytest.raises(IncidentError):
        await Leading(session).close("again")
    await Leading(session).reopen("it came back")
    assert session.incident.is_open


async def test_a_status_update_promises_the_next_one(stg: World) -> None:
    session = await stg.session()
    await Leading(session).update_status("looking at the database", timedelta(minutes=30))
    (update,) = session.incident.response.updates
    assert update.next_due is not None
    assert timedelta(minutes=29) < update.next_due - update.at < timedelta(minutes=31)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", "ftp://x"])
async def test_a_link_that_is_none_is_refused(stg: World, url: str) -> None:
    with pytest.raises(IncidentError):
        await Leading(await stg.session()).add_link(url)
