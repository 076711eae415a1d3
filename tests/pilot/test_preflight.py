"""The preflight, on the real application: filled in by itself, shown by its key, in the way of the wrong account."""

from __future__ import annotations

from pathlib import Path

from cockpit_driver import Driver
from cockpit_driver import cockpit as opened

from eventa_cockpit.screens.preflight import PreflightDialog
from eventa_cockpit.screens.run_step import RunStep
from eventa_cockpit.simulator.launching import World

BOOK = """\
# Look at the buckets

## Procedure

1. List them

   ```sh
   aws s3 ls
   ```
"""


async def complete(cockpit: Driver) -> None:
    def is_complete() -> bool:
        report = cockpit.cockpit.scene.preflight
        return report is not None and report.is_complete

    await cockpit.until(is_complete, "the preflight is complete")


async def test_in_a_drill_everything_is_there_and_leads_to_the_drill(world: World, tmp_path: Path) -> None:
    async with opened(world.config_path, tmp_path) as cockpit:
        await cockpit.open_runbook()
        await complete(cockpit)
        assert cockpit.cockpit.scene.preflight is not None
        assert cockpit.cockpit.scene.preflight.is_clear, cockpit.cockpit.scene.preflight.troubles
        await cockpit.press("p")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, PreflightDialog), "the dialog is open")
        await cockpit.shows("✓ curl: curl ")
        await cockpit.shows("ADMIN_TOKEN")
        assert world.admin_token not in cockpit.text
        await cockpit.press("escape")
        await cockpit.until(lambda: cockpit.app.screen is cockpit.cockpit, "the dialog is closed")


async def test_a_step_in_the_wrong_account_is_blocked_with_the_reason(world: World, tmp_path: Path) -> None:
    book = tmp_path / "buckets.md"
    book.write_text(BOOK)
    config = world.config_path.read_text().replace('aws_account = "123456789012"', 'aws_account = "999999999999"')
    wrong = tmp_path / "cockpit.toml"
    wrong.write_text(f'runbooks = ["{book}"]\n{config}')
    async with opened(wrong, tmp_path / "state") as cockpit:
        await cockpit.press("b")
        await cockpit.shows("buckets.md")
        await cockpit.press("enter")
        await complete(cockpit)
        await cockpit.shows("✗ AWS: AWS takes us for 123456789012")
        await cockpit.press("enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
        await cockpit.shows("and prod is 999999999999.")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.app.screen is cockpit.cockpit, "the dialog is closed")
        assert cockpit.cockpit.scene.checklist.statuses == {}
