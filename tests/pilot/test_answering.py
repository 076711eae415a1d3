"""A page is answered with keys: in the real application, at the simulated PagerDuty, on the real record."""

from __future__ import annotations

from pathlib import Path

from cockpit_driver import Driver
from cockpit_driver import cockpit as opened

from eventa_cockpit.domain.page import PageStatus
from eventa_cockpit.domain.page_action import PageActionAsked, PageActionEnded
from eventa_cockpit.screens.menu import Menu
from eventa_cockpit.screens.question import AskText, YesNo
from eventa_cockpit.simulator.launching import World


def status(cockpit: Driver) -> PageStatus | None:
    feed = cockpit.cockpit.scene.board.pages
    pages = feed.value.pages if feed is not None and feed.value is not None else ()
    return pages[0].status if pages else None


def level(cockpit: Driver) -> int | None:
    feed = cockpit.cockpit.scene.board.pages
    return feed.value.pages[0].level if feed is not None and feed.value is not None and feed.value.pages else None


def has_read(cockpit: Driver) -> bool:
    feed = cockpit.cockpit.scene.board.pages
    return feed is not None and feed.value is not None


async def at_the_pages(cockpit: Driver) -> None:
    await cockpit.until(lambda: status(cockpit) is not None, "the page has been read")
    await cockpit.press("0")
    await cockpit.shows("#4711")


async def test_a_page_is_acknowledged_escalated_noted_and_resolved(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await at_the_pages(cockpit)
        await cockpit.shows("PagerDuty escalates in")

        await cockpit.press("a")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, YesNo), "it asks")
        assert "stops the escalation of PagerDuty" in cockpit.text
        await cockpit.press("y")
        await cockpit.until(lambda: status(cockpit) is PageStatus.ACKNOWLEDGED, "PagerDuty knows it")
        await cockpit.shows("#4711 is acknowledged.")

        await cockpit.press("e")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, Menu), "it asks for the level")
        assert "1  secondary" in cockpit.text
        await cockpit.press("enter")
        await cockpit.until(lambda: level(cockpit) == 2, "the secondary has it")

        await cockpit.press("m")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, AskText), "it asks for the note")
        await cockpit.type("stripe")
        await cockpit.press("enter")
        await cockpit.shows("the note is on #4711.")

        await cockpit.press("d")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, AskText), "it asks how")
        assert "Still firing: PaymentFailureRateHigh" in cockpit.text
        await cockpit.press("enter")
        await cockpit.until(lambda: status(cockpit) is None, "the page is gone")

        session = cockpit.cockpit.desk.session
        assert session is not None
        told = [event.fact for event in session.incident.timeline]
        asked = [fact.action for fact in told if isinstance(fact, PageActionAsked)]
        assert asked == ["acknowledge", "escalate", "note", "resolve"]
        assert {fact.outcome for fact in told if isinstance(fact, PageActionEnded)} == {"done"}


async def test_with_nothing_to_answer_a_key_says_so(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.until(lambda: has_read(cockpit), "the pages have been read")
        await cockpit.press("0")
        await cockpit.shows("Nobody is being paged.")
        await cockpit.press("a")
        await cockpit.shows("There is no page to answer.")
