"""Where the work has stopped, with keys on the real application: retry, edit, skip, roll back, or go on knowingly."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cockpit_driver import Driver
from cockpit_driver import cockpit as opened
from textual.widgets import TextArea

from eventa_cockpit.domain.event import StepDone, StepSkipped, StepStarted
from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.screens.edit_command import EditCommand
from eventa_cockpit.screens.menu import Menu
from eventa_cockpit.screens.run_step import RunStep

BOOK = """# Book

## Mitigate

1. Try it

   ```sh {fence}
   {script}
   ```

1. Go on

   ```sh
   echo went-on
   ```

1. By hand

## Rollback

1. Put it back

   ```sh {{"name": "back"}}
   echo put-back
   ```
"""


@asynccontextmanager
async def stopped(folder: Path, script: str = "test -e mended", fence: str = "") -> AsyncIterator[Driver]:
    """The cockpit where the first step has just failed."""
    (folder / "books").mkdir()
    (folder / "books" / "book.md").write_text(BOOK.format(script=script, fence=fence))
    config = folder / "cockpit.toml"
    config.write_text('runbooks = ["books"]\nlanguage = "en"\n[environments.stg]\n')
    async with opened(config, folder / "state") as cockpit:
        await cockpit.press("b")
        await cockpit.shows("book.md")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.cockpit.checklist_pane.step, "the runbook is open")
        await cockpit.press("enter")
        await confirmed(cockpit)
        await cockpit.until(lambda: cockpit.state("mitigate.1") is StepState.FAILED, "the first step has failed")
        yield cockpit


async def confirmed(cockpit: Driver) -> str:
    """Through the dialog before a run; what it showed."""
    await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
    shown = cockpit.text
    await cockpit.press("y")
    await cockpit.until(lambda: not isinstance(cockpit.app.screen, RunStep), "it was confirmed")
    return shown


async def menu(cockpit: Driver, *keys: str) -> str:
    await cockpit.press("enter")
    await cockpit.until(lambda: isinstance(cockpit.app.screen, Menu), "it asks what now")
    shown = cockpit.text
    await cockpit.press(*keys)
    return shown


def facts(cockpit: Driver, kind: type) -> list:
    return [event.fact for event in cockpit.cockpit.scene.events if isinstance(event.fact, kind)]


def starts(cockpit: Driver) -> list[StepStarted]:
    return facts(cockpit, StepStarted)


async def test_the_screen_says_where_the_work_stopped_and_what_waits(tmp_path: Path) -> None:
    async with stopped(tmp_path) as cockpit:
        await cockpit.shows("stopped at: 1 Try it")
        await cockpit.shows("waits")
        assert "▸ next" not in cockpit.text
        assert "Enter what now" in cockpit.text
        shown = await menu(cockpit, "escape")
        assert all(words in shown for words in ("Run it again", "Edit it and run that", "Skip it", "Roll back"))
        assert "Rollback 1 Put it back" in shown


async def test_running_it_again_from_the_menu_goes_through_the_same_dialog(tmp_path: Path) -> None:
    async with stopped(tmp_path) as cockpit:
        await menu(cockpit, "enter")
        shown = await confirmed(cockpit)
        assert "test -e mended" in shown
        await cockpit.until(lambda: len(starts(cockpit)) == 2, "it was started again")


async def test_an_edited_text_is_shown_as_a_diff_and_then_run_and_called_edited(tmp_path: Path) -> None:
    async with stopped(tmp_path) as cockpit:
        await menu(cockpit, "2")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, EditCommand), "the editor is open")
        assert cockpit.app.screen.query_one(TextArea).text == "test -e mended"
        await cockpit.type(" || echo edited-it")
        await cockpit.press("ctrl+s")
        shown = await confirmed(cockpit)
        assert "What is different from the runbook:" in shown
        assert "-test -e mended" in shown
        assert "+test -e mended || echo edited-it" in shown
        await cockpit.until(lambda: cockpit.state("mitigate.1") is StepState.DONE, "it succeeded")
        await cockpit.shows("edited-it")
        assert [fact.edited for fact in starts(cockpit)] == ["", "test -e mended || echo edited-it"]
        await cockpit.shows("done edited")
        await cockpit.press("k", "k", "k")
        await cockpit.shows("ran an edited text")
        await cockpit.press("7")
        await cockpit.shows("started 1 Try it with an edited text")


async def test_a_left_edit_is_there_again_and_the_runbooks_text_is_a_key_away(tmp_path: Path) -> None:
    async with stopped(tmp_path) as cockpit:
        await cockpit.press("e")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, EditCommand), "the editor is open")
        await cockpit.type(" draft")
        await cockpit.press("escape", "e")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, EditCommand), "the editor is open again")
        assert cockpit.app.screen.query_one(TextArea).text == "test -e mended draft"
        await cockpit.press("ctrl+r")
        assert cockpit.app.screen.query_one(TextArea).text == "test -e mended"
        await cockpit.press("ctrl+a", "delete")
        cockpit.app.screen.query_one(TextArea).clear()
        await cockpit.press("ctrl+s")
        await cockpit.shows("There is nothing to run.")
        assert len(starts(cockpit)) == 1


async def test_a_skip_with_a_reason_lets_the_next_step_invite_again(tmp_path: Path) -> None:
    async with stopped(tmp_path) as cockpit:
        await menu(cockpit, "down", "down", "enter")
        await cockpit.shows("Why is this step not needed?")
        await cockpit.type("no need")
        await cockpit.press("enter")
        await cockpit.shows("▸ next")
        assert facts(cockpit, StepSkipped) == [StepSkipped("book", "mitigate.1", "no need")]
        assert cockpit.cockpit.checklist_pane.step.id == "mitigate.2"


async def test_rolling_back_runs_the_undo_that_the_command_names(tmp_path: Path) -> None:
    async with stopped(tmp_path, fence=json.dumps({"undo": "back"})) as cockpit:
        await menu(cockpit, "up", "enter")
        assert "echo put-back" in await confirmed(cockpit)
        await cockpit.until(lambda: cockpit.state("rollback.1") is StepState.DONE, "it was put back")
        assert cockpit.cockpit.checklist_pane.step.id == "rollback.1"


async def test_a_later_step_says_what_stands_in_the_way_and_goes_on_only_knowingly(tmp_path: Path) -> None:
    async with stopped(tmp_path) as cockpit:
        await cockpit.press("j")
        shown = await menu(cockpit, "enter")
        assert "1 Try it: failed(1)" in shown
        assert cockpit.cockpit.checklist_pane.step.id == "mitigate.1"
        await cockpit.press("j")
        await menu(cockpit, "2")
        assert "goes past it, and the record says so" in await confirmed(cockpit)
        await cockpit.until(lambda: cockpit.state("mitigate.2") is StepState.DONE, "it ran all the same")
        assert [fact.went_past for fact in starts(cockpit)] == ["", "mitigate.1"]
        await cockpit.press("7")
        await cockpit.shows("(went past 1 Try it)")


async def test_a_manual_step_is_done_past_a_failed_one_only_knowingly(tmp_path: Path) -> None:
    async with stopped(tmp_path) as cockpit:
        await cockpit.press("j", "j")
        await menu(cockpit, "2")
        await cockpit.shows("What did you do or see?")
        await cockpit.press("enter")
        await cockpit.until(lambda: facts(cockpit, StepDone), "it is done")
        assert facts(cockpit, StepDone) == [StepDone("book", "mitigate.3", "", "mitigate.1")]
