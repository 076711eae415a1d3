from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace

import pytest
from tests.unit.session.world import World, command, facts, record, runbook, settled

from eventa_cockpit.domain.event import ParameterSet
from eventa_cockpit.domain.incident import Incident, StepState
from eventa_cockpit.errors import RunError
from eventa_cockpit.services.session import Session


async def test_a_skip_a_mark_and_their_undoing_are_on_record(stg: World) -> None:
    session = await stg.session()
    await session.skip("rb", "mitigate.1", "no replica")
    assert (record(session).state, record(session).reason) == (StepState.SKIPPED, "no replica")
    await session.mark_done("rb", "mitigate.1", "did it by hand")
    assert record(session).state is StepState.DONE
    await session.undo_mark("rb", "mitigate.1")
    await session.undo_mark("rb", "mitigate.1")

    assert record(session).state is StepState.TODO
    assert len(session.incident.timeline) == 6
    with pytest.raises(RunError, match="no mark"):
        await session.undo_mark("rb", "mitigate.1")


async def test_a_running_step_cannot_be_marked(stg: World) -> None:
    session = await stg.session()
    rb = runbook(command("sleep 60"))
    run_id = await session.start_step(session.plan_step(rb, rb.steps[0]))

    with pytest.raises(RunError, match="running"):
        await session.mark_done("rb", "mitigate.1")
    await session.cancel_step(run_id, immediately=True)
    assert (await settled(session)).state is StepState.CANCELLED


async def test_a_parameter_that_has_this_value_already_is_not_recorded_again(stg: World) -> None:
    session = await stg.session()
    await session.set_parameters({"POD": "a", "NS": "b"})
    await session.set_parameters({"POD": "a", "NS": "c"})

    assert facts(session, ParameterSet) == [
        ParameterSet("POD", "a"),
        ParameterSet("NS", "b"),
        ParameterSet("NS", "c"),
    ]


async def test_notes_and_opened_runbooks_are_seen_by_the_others(stg: World) -> None:
    session = await stg.session()
    other = await stg.session("ken")
    file = stg.state / "rb.md"
    file.write_text("# 決済障害\n")
    await session.open_runbook(replace(runbook(), file=str(file)))
    await session.add_note("P95 is falling", "rb", "mitigate.1")
    await other.refresh()

    assert other.incident.active_runbook == "rb"
    assert other.incident.runbooks[0].digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [note.text for note in other.incident.notes] == ["P95 is falling"]
    assert other.incident == session.incident


async def test_subscribers_get_each_new_incident_until_they_leave(stg: World) -> None:
    session = await stg.session()
    seen: list[Incident] = []
    leave = session.subscribe(seen.append)
    await session.add_note("1")
    await asyncio.sleep(0)
    leave()
    await session.add_note("2")
    await asyncio.sleep(0)

    assert [len(incident.notes) for incident in seen] == [1]


async def test_a_subscriber_that_raises_fails_no_intent(stg: World) -> None:
    session = await stg.session()
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))

    def broken(_incident: Incident) -> None:
        raise ValueError

    session.subscribe(broken)
    await session.add_note("1")
    await asyncio.sleep(0)

    assert len(session.incident.notes) == 1
    assert complaints


async def test_intents_of_one_session_at_once_are_all_recorded(stg: World) -> None:
    session = await stg.session()
    await asyncio.gather(*(session.add_note(str(number)) for number in range(20)))

    assert sorted(note.text for note in session.incident.notes) == sorted(str(number) for number in range(20))


async def test_the_loop_goes_on_while_the_disk_is_slow(stg: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from eventa_cockpit.journal import files

    session: Session = await stg.session()
    may_go = threading.Event()
    monkeypatch.setattr(files.os, "fdatasync", lambda _fd: may_go.wait(10))
    writing = asyncio.create_task(session.add_note("slow"))
    await asyncio.sleep(0)
    ticks = 0
    while ticks < 50:
        await asyncio.sleep(0)
        ticks += 1
    assert not writing.done()
    may_go.set()
    await writing

    assert session.incident.notes[0].text == "slow"
