"""A payment outage, walked through with keys on the real application, runner, journal and simulated world."""

from __future__ import annotations

from pathlib import Path

from cockpit_driver import cockpit as opened

from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.screens.question import AskText, YesNo
from eventa_cockpit.screens.run_step import RunStep
from eventa_cockpit.simulator.launching import World

MADE = {StepState.DONE, StepState.UNVERIFIED}
"""The command succeeded; whether the failure rate has come down shows a little later."""


async def test_the_alert_opens_its_runbook_as_a_checklist(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        assert cockpit.cockpit.scene.incident.startswith("INC-")
        await cockpit.shows("決済サービス障害 0/9")
        assert cockpit.cockpit.scene.began_at is not None


async def test_a_step_that_reads_runs_after_one_look_and_shows_its_output(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await cockpit.press("enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
        assert "READ" in cockpit.text
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.state("mitigate.1") is StepState.DONE, "the step succeeded")
        await cockpit.shows('"indicator":"major"')


async def test_a_change_in_production_needs_the_environments_name(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await cockpit.press("j", "enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
        assert "${ADMIN_TOKEN}" in cockpit.text
        assert "https://api.eventa.app" in cockpit.text
        await cockpit.type("stg")
        await cockpit.press("enter")
        await cockpit.shows("That is not prod.")
        assert cockpit.state("mitigate.2") is StepState.TODO
        await cockpit.press("backspace", "backspace", "backspace")
        await cockpit.type("prod")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.state("mitigate.2") in MADE, "the change was made")
        await cockpit.shows('"enabled"')
        assert world.admin_token not in cockpit.text


async def test_leaving_the_dialog_runs_nothing(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await cockpit.press("enter", "escape")
        await cockpit.until(lambda: cockpit.app.screen is cockpit.cockpit, "the dialog is closed")
        assert cockpit.cockpit.scene.checklist.statuses == {}


async def test_a_step_is_skipped_with_a_reason_and_the_mark_is_taken_back(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await cockpit.press("s")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, AskText), "it asks why")
        await cockpit.press("enter")
        await cockpit.shows("Write a few words first.")
        await cockpit.type("known")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.state("mitigate.1") is StepState.SKIPPED, "the step is skipped")
        await cockpit.press("k", "u")
        await cockpit.until(lambda: cockpit.state("mitigate.1") is StepState.TODO, "the mark is taken back")


async def test_a_step_without_a_command_is_marked_done_with_a_note(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await cockpit.press("j", "j", "j", "enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, AskText), "it asks what was done")
        await cockpit.type("done in #incidents")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.state("mitigate.4") is StepState.DONE, "the step is done")
        assert cockpit.cockpit.scene.checklist.status("mitigate.4").reason == "done in #incidents"


async def test_starting_again_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        incident = cockpit.cockpit.scene.incident
        await cockpit.press("enter", "enter")
        await cockpit.until(lambda: cockpit.state("mitigate.1") is StepState.DONE, "the step succeeded")
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.until(lambda: cockpit.cockpit.scene.incident == incident, "the incident is resumed")
        assert cockpit.state("mitigate.1") is StepState.DONE
        await cockpit.until(lambda: cockpit.cockpit.checklist_pane.cursor == "mitigate.2", "the next step is chosen")


SLOW = """\
# Slow

## Procedure

1. Wait for a long time

   ```sh
   echo begun; sleep 600
   ```
"""


async def test_a_running_step_survives_the_screen_and_is_cancelled_later(world: World, tmp_path: Path) -> None:
    book = tmp_path / "slow.md"
    book.write_text(SLOW)
    config = world.config_path.read_text()
    slow_world = tmp_path / "cockpit.toml"
    slow_world.write_text(f'runbooks = ["{book}"]\n{config}')
    async with opened(slow_world, tmp_path / "state") as cockpit:
        await cockpit.press("b")
        await cockpit.shows("slow.md")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.cockpit.checklist_pane.step, "the runbook is open")
        await cockpit.press("enter")
        await cockpit.shows("first time on this machine")
        await cockpit.press("enter")
        await cockpit.shows("Press y to run it")
        await cockpit.press("y")
        await cockpit.until(lambda: cockpit.state("procedure.1") is StepState.RUNNING, "the step runs")
        await cockpit.shows("begun")
        await cockpit.press("q")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, YesNo), "it says what goes on")
        await cockpit.shows("Still running: 1 Wait for a long time.")
        await cockpit.press("y")
    async with opened(slow_world, tmp_path / "state") as cockpit:
        await cockpit.until(lambda: cockpit.state("procedure.1") is StepState.RUNNING, "it still runs")
        await cockpit.shows("begun")
        await cockpit.press("c")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, YesNo), "it asks first")
        await cockpit.press("y")
        await cockpit.until(lambda: cockpit.state("procedure.1") is StepState.CANCELLED, "the run is cancelled")
        await cockpit.shows("cancelled")
