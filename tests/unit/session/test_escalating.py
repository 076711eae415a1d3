"""Deadlines in a real record: each is acted on once, whatever the number of cockpits and whatever their clocks do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.session.test_outbox import Post
from tests.unit.session.world import World, facts

from eventa_cockpit.domain.deadline import Deadline, DeadlineKind
from eventa_cockpit.domain.event import DeadlineActed
from eventa_cockpit.domain.runbook import EscalationRule
from eventa_cockpit.errors import IncidentError
from eventa_cockpit.services.escalating import Channel, Escalation, Outside
from eventa_cockpit.services.leading import Leading
from eventa_cockpit.services.outbox import Outbox
from eventa_cockpit.services.session import Session

SECONDARY = EscalationRule(timedelta(minutes=15), "二次担当", "", "unacknowledged")
LEAD = EscalationRule(timedelta(minutes=30), "技術責任者", "", "unresolved")
CHANNELS = {"二次担当": Channel("slack", "#sre-oncall", is_automatic=True), "技術責任者": Channel("slack", "#lead")}


SILENT = Outside()


class Cockpit:
    """One session with its own idea of the time."""

    def __init__(self, session: Session, post: Post, outside: Outside = SILENT) -> None:
        self.session = session
        self.ahead = timedelta()
        self.outbox = Outbox(session, {"slack": post})
        self.escalation = Escalation(
            session,
            self.outbox,
            (SECONDARY, LEAD),
            CHANNELS,
            lambda deadline: f"help, {deadline.target}",
            outside=lambda: outside,
            clock=lambda: datetime.now(UTC) + self.ahead,
        )

    async def look(self) -> None:
        await self.session.refresh()
        await self.escalation.act_on_overdue()
        await self.outbox.deliver()


async def cockpit(world: World, post: Post, name: str = "aya") -> Cockpit:
    return Cockpit(await world.session(name), post)


async def test_nothing_is_done_before_its_moment(stg: World) -> None:
    post = Post()
    one = await cockpit(stg, post)
    one.ahead = timedelta(minutes=14)
    await one.look()
    assert post.sent == []
    assert one.escalation.next is not None
    assert one.escalation.next.target == "二次担当"


async def test_an_overdue_rule_with_an_automatic_channel_tells_its_target_once(stg: World) -> None:
    post = Post()
    cockpits = [await cockpit(stg, post, name) for name in ("aya", "ken", "rin")]
    for each in cockpits:
        each.ahead = timedelta(minutes=16)
    await asyncio.gather(*(each.look() for each in cockpits))
    for each in cockpits:
        await each.look()
    assert post.sent == [("#sre-oncall", "help, 二次担当", "")]
    assert {deadline.acted_at is not None for deadline in cockpits[0].escalation.deadlines[:1]} == {True}


async def test_an_acknowledgement_in_time_tells_nobody(stg: World) -> None:
    post = Post()
    one = await cockpit(stg, post)
    await Leading(one.session).acknowledge()
    one.ahead = timedelta(minutes=16)
    await one.look()
    assert post.sent == []


async def test_a_rule_without_an_automatic_channel_waits_for_a_key(stg: World) -> None:
    post = Post()
    one = await cockpit(stg, post)
    await Leading(one.session).acknowledge()
    one.ahead = timedelta(minutes=31)
    await one.look()
    assert post.sent == []
    lead = one.escalation.deadlines[1]
    await one.escalation.act(lead, one.escalation.draft(lead))
    await one.outbox.deliver()
    assert post.sent == [("#lead", "help, 技術責任者", "")]
    with pytest.raises(IncidentError):
        await one.escalation.act(one.escalation.deadlines[1], "again")


async def test_a_target_that_was_called_is_put_on_record_with_how(stg: World) -> None:
    one = await cockpit(stg, Post())
    with pytest.raises(IncidentError):
        await one.escalation.acted_elsewhere(one.escalation.deadlines[1], "")
    await one.escalation.acted_elsewhere(one.escalation.deadlines[1], "called her")
    assert one.escalation.deadlines[1].acted_by == "aya"


async def test_other_clocks_are_counted_down_and_not_acted_on(stg: World) -> None:
    post = Post()
    soon = Deadline("paging/1", DeadlineKind.PAGING, datetime.now(UTC) - timedelta(minutes=1), "二次担当")
    one = Cockpit(await stg.session(), post, Outside((soon,), timedelta(minutes=20)))
    await one.look()
    kinds = {deadline.kind for deadline in one.escalation.deadlines}
    assert {DeadlineKind.PAGING, DeadlineKind.BUDGET} <= kinds
    assert post.sent == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jumps=st.lists(st.tuples(st.integers(0, 2), st.integers(-60, 120)), min_size=3, max_size=10))
async def test_clocks_that_jump_never_tell_anybody_twice(stg: World, jumps: list[tuple[int, int]]) -> None:
    post = Post()
    incidents = stg.incidents("aya")
    first = Cockpit(await incidents.declare("it hurts"), post)
    others = [Cockpit(await stg.incidents(name).open(first.session.incident.id), post) for name in ("ken", "rin")]
    for who, minutes in jumps:
        each = (first, *others)[who]
        each.ahead = timedelta(minutes=minutes)
        await each.look()
    expected = 1 if any(minutes >= 15 for _who, minutes in jumps) else 0
    assert len(post.sent) == expected
    assert len(facts(first.session, DeadlineActed)) <= expected
    for each in (first, *others):
        each.session.close()
