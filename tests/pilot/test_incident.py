"""An incident led with keys on the real application: declared, judged, told, owed, closed, explained."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from cockpit_driver import Driver
from cockpit_driver import cockpit as opened

from eventa_cockpit.domain.message import MessageState
from eventa_cockpit.screens.choice import Choose
from eventa_cockpit.screens.draft import Draft
from eventa_cockpit.screens.question import AskText
from eventa_cockpit.screens.run_step import RunStep
from eventa_cockpit.services.steering import Steering
from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.launching import World


async def chosen(cockpit: Driver, words: str) -> None:
    """Open the incident's list, narrow it by typing, take what is left."""
    await cockpit.press("i")
    await picked(cockpit, words)


async def picked(cockpit: Driver, words: str) -> None:
    await cockpit.until(lambda: isinstance(cockpit.app.screen, Choose), "a list is open")
    await cockpit.type(words)
    await cockpit.press("enter")


async def said(cockpit: Driver, text: str) -> None:
    await cockpit.until(lambda: isinstance(cockpit.app.screen, AskText), "a question is open")
    await cockpit.type(text)
    await cockpit.press("enter")
    await cockpit.until(lambda: cockpit.app.screen is cockpit.cockpit, "the question is closed")


async def drafted(cockpit: Driver) -> str:
    """Take the draft as it is."""
    await cockpit.until(lambda: isinstance(cockpit.app.screen, Draft), "the draft is open")
    text = cockpit.text
    await cockpit.press("ctrl+s")
    await cockpit.until(lambda: cockpit.app.screen is cockpit.cockpit, "the draft is closed")
    return text


def steering(cockpit: Driver) -> Steering:
    found = cockpit.cockpit.desk.steering
    assert found is not None
    return found


def posted(world: World, channel: str) -> list[str]:
    token = (world.folder / sites.SLACK_TOKEN_FILE).read_text()
    answer = httpx.get(
        f"{world.url(sites.SLACK)}/api/conversations.history",
        params={"channel": channel},
        headers={"Authorization": f"Bearer {token}"},
    )
    return [message["text"] for message in answer.json()["messages"]]


async def test_an_incident_is_led_from_its_declaration_to_its_postmortem(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await chosen(cockpit, "look after")
        await cockpit.until(lambda: "acknowledged" in cockpit.text, "the header says who looks after it")

        await chosen(cockpit, "severity")
        await picked(cockpit, "SEV2")
        await said(cockpit, "checkout fails")
        await cockpit.shows("SEV2")

        await chosen(cockpit, "take a role")
        await picked(cockpit, "commander")
        await cockpit.until(lambda: steering(cockpit).session.incident.response.commander, "there is a commander")

        await chosen(cockpit, "tell people")
        await picked(cockpit, "declaration")
        assert "SEV2" in await drafted(cockpit)
        await cockpit.until(lambda: posted(world, "#incidents"), "the declaration is in the channel")
        assert steering(cockpit).outbox.messages[0].state is MessageState.SENT

        await chosen(cockpit, "close the incident")
        await said(cockpit, "the gateway is back")
        await cockpit.until(lambda: not steering(cockpit).session.incident.is_open, "it is closed")
        await cockpit.press("x")
        written = lambda: "".join(file.read_text() for file in tmp_path.glob("postmortem-*.md"))  # noqa: E731
        await cockpit.until(lambda: "SEV2: checkout fails" in written(), "the postmortem is written")


async def test_a_change_is_owed_until_it_is_undone_and_stands_in_the_way_of_the_end(
    world: World, tmp_path: Path
) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await cockpit.press("j", "enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
        await cockpit.type("prod")
        await cockpit.press("enter")
        ledger = lambda: steering(cockpit).session.incident.ledger  # noqa: E731
        await cockpit.until(lambda: ledger().obligations, "maintenance mode is owed")
        await cockpit.shows("undo 1")

        await chosen(cockpit, "close the incident")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, Choose), "what is owed is listed instead")
        await cockpit.press("enter")
        await picked(cockpit, "undo it now")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the inverse is shown before it runs")
        assert "false" in cockpit.text
        await cockpit.type("prod")
        await cockpit.press("enter")
        await cockpit.until(lambda: not ledger().due(cockpit.cockpit.desk.clock()), "nothing is owed any more")


async def test_an_incident_is_declared_by_hand_beside_an_open_one(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        first = steering(cockpit).session.incident.id
        await chosen(cockpit, "declare an")
        await said(cockpit, "tickets are sold twice")
        await cockpit.until(lambda: steering(cockpit).session.incident.id != first, "the desk turned to the new one")
        await cockpit.shows("tickets are sold twice")
        await chosen(cockpit, "another")
        await picked(cockpit, first)
        await cockpit.until(lambda: steering(cockpit).session.incident.id == first, "and back")


async def test_a_deadline_without_a_channel_is_told_by_hand(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await cockpit.press("1", "e")
        await picked(cockpit, "経営陣")
        await said(cockpit, "called the office")
        deadlines = lambda: [each for each in steering(cockpit).escalation.deadlines if each.target == "経営陣"]  # noqa: E731
        await cockpit.until(lambda: deadlines()[0].acted_by, "it is on record")


async def test_two_cockpits_see_each_other_and_hand_over(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as first:
        await first.open_runbook()
        await chosen(first, "take a role")
        await picked(first, "commander")
        await first.until(lambda: steering(first).session.incident.response.commander, "the first one leads")
        async with opened(world.config_path, tmp_path) as second:
            await second.until(lambda: second.cockpit.desk.session, "the second one joined")
            await second.until(lambda: "commander" in second.text, "it sees who leads")
            await first.until(lambda: len(steering(first).session.incident.participants) == 2, "both are seen")
            await chosen(first, "hand over")
            await first.until(lambda: isinstance(first.app.screen, Choose), "who is here is listed")
            await first.press("enter")
            assert "Known:" in await drafted(first)
            ours = steering(second).session.responder.session
            await second.until(
                lambda: (found := steering(second).session.incident.response.commander) and found.session == ours,
                "the second one leads",
            )
