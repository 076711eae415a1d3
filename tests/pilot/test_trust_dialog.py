"""The dialog before a text that nobody approved here: it says so, shows what changed, and takes no less than a y."""

from __future__ import annotations

from pathlib import Path

import pytest
from cockpit_driver import Driver
from cockpit_driver import cockpit as opened

from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.locale import use_language
from eventa_cockpit.screens.run_step import RunStep

BOOK = """\
# Restart

## Procedure

1. Restart it

   ```sh {{"expect":"restarted"}}
   echo {word}
   ```

2. Log in

   ```sh
   test -n "$ADMIN_TOKEN" && echo logged in
   ```
"""
CONFIG = 'runbooks = ["rb.md"]\n[environments.stg]\n'


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "cockpit.toml"
    path.write_text('language = "en"\n' + CONFIG)
    return path


async def open_dialog(cockpit: Driver, step: str = "procedure.1") -> None:
    """From the start to the dialog of a step."""
    await cockpit.until(lambda: cockpit.cockpit.desk.library, "the runbooks are read")
    if cockpit.cockpit.scene.checklist.runbook is None:
        await cockpit.press("b")
        await cockpit.shows("rb.md")
        await cockpit.press("enter")
    await cockpit.until(lambda: cockpit.cockpit.scene.checklist.runbook, "the runbook is open")
    await cockpit.until(lambda: cockpit.cockpit.checklist_pane.cursor, "a step is chosen")
    cockpit.cockpit.checklist_pane.choose(step)
    await cockpit.press("enter")
    await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")


async def test_a_new_text_then_the_changed_one_and_what_its_output_says(config: Path, tmp_path: Path) -> None:
    book = tmp_path / "rb.md"
    book.write_text(BOOK.format(word="restarted"))
    async with opened(config, tmp_path / "state") as cockpit:
        await open_dialog(cockpit)
        await cockpit.shows("first time on this machine")
        await cockpit.press("enter")
        await cockpit.shows("Press y to run it")
        await cockpit.press("y")
        await cockpit.until(lambda: cockpit.state("procedure.1") is StepState.DONE, "the step is done")
    book.write_text(BOOK.format(word="no such service"))
    async with opened(config, tmp_path / "state") as cockpit:
        await open_dialog(cockpit)
        await cockpit.shows("changed since")
        await cockpit.shows("-echo restarted")
        await cockpit.shows("+echo no such service")
        await cockpit.press("y")
        await cockpit.until(lambda: cockpit.state("procedure.1") is StepState.UNEXPECTED, "it is not as expected")
        await cockpit.shows("[✘] 1")
        await cockpit.shows("not as expected")
        await cockpit.shows("The output does not contain")


async def test_a_y_is_a_key_and_not_a_letter_once_the_secret_is_typed(config: Path, tmp_path: Path) -> None:
    (tmp_path / "rb.md").write_text(BOOK.format(word="restarted"))
    async with opened(config, tmp_path / "state") as cockpit:
        await open_dialog(cockpit, "procedure.2")
        await cockpit.type("s3cr3t-t0ken")
        await cockpit.press("enter")
        await cockpit.shows("Press y to run it")
        await cockpit.press("y")
        await cockpit.until(lambda: cockpit.state("procedure.2") is StepState.DONE, "the step is done")
