"""A secret that is typed: shown nowhere, kept nowhere, and in the command all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cockpit_driver import Driver
from cockpit_driver import cockpit as opened
from textual.widgets import Input

from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.screens.run_step import RunStep

VALUE = "correct-horse-battery"
SCRIPT = 'echo "it has ${#ADMIN_TOKEN} characters"; echo "${ADMIN_TOKEN}"; test -z "${OTHER_TOKEN:-}"'


@asynccontextmanager
async def asked(folder: Path) -> AsyncIterator[Driver]:
    """The dialog of a step that wants a secret."""
    (folder / "books").mkdir()
    (folder / "books" / "book.md").write_text(f"# Book\n\n## Procedure\n\n1. Use it\n\n   ```sh\n   {SCRIPT}\n   ```\n")
    config = folder / "cockpit.toml"
    secrets = 'ADMIN_TOKEN = "prompt:"\n'
    config.write_text(f'runbooks = ["books"]\nlanguage = "en"\n[environments.stg.secrets]\n{secrets}')
    async with opened(config, folder / "state") as cockpit:
        await cockpit.press("b")
        await cockpit.shows("book.md")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.cockpit.checklist_pane.step, "the runbook is open")
        await cockpit.press("enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
        yield cockpit


def holders(folder: Path, value: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and value.encode() in path.read_bytes()]


def outputs(folder: Path) -> list[Path]:
    return list(folder.glob("state/incidents/*/runs/*/output.log"))


async def test_what_is_typed_is_seen_by_nobody_and_used_by_the_command(tmp_path: Path) -> None:
    async with asked(tmp_path) as cockpit:
        await cockpit.shows("ADMIN_TOKEN (not shown, not kept):")
        assert isinstance(cockpit.app.focused, Input)
        await cockpit.type(VALUE)
        assert cockpit.app.focused.value == VALUE
        assert VALUE not in cockpit.text
        await cockpit.press("enter", "y")
        await cockpit.until(lambda: cockpit.state("procedure.1") is StepState.DONE, "it has run")
        await cockpit.shows(f"it has {len(VALUE)} characters")
        await cockpit.shows("***")
        assert VALUE not in cockpit.text
    assert holders(tmp_path, VALUE) == []


async def test_an_empty_secret_is_asked_for_again(tmp_path: Path) -> None:
    async with asked(tmp_path) as cockpit:
        await cockpit.press("enter")
        await cockpit.shows("ADMIN_TOKEN is empty.")
        assert isinstance(cockpit.app.screen, RunStep)


async def test_one_that_could_not_be_masked_is_refused_and_nothing_runs(tmp_path: Path) -> None:
    async with asked(tmp_path) as cockpit:
        await cockpit.type("short")
        await cockpit.press("enter", "y")
        await cockpit.shows("ADMIN_TOKEN has fewer than 6 characters")
        assert cockpit.state("procedure.1") is StepState.TODO
    assert outputs(tmp_path) == []
