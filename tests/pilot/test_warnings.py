"""What the dialog warns of before a step runs."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from cockpit_driver import Driver
from cockpit_driver import cockpit as opened

from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.runner.logind import LogoutFate
from eventa_cockpit.screens.run_step import RunStep
from eventa_cockpit.services import opening


@asynccontextmanager
async def asked(folder: Path, script: str) -> AsyncIterator[Driver]:
    """The dialog of the only step, whose text was approved before."""
    (folder / "books").mkdir()
    (folder / "books" / "book.md").write_text(f"# Book\n\n## Procedure\n\n1. Look\n\n   ```sh\n   {script}\n   ```\n")
    config = folder / "cockpit.toml"
    config.write_text('runbooks = ["books"]\nlanguage = "en"\n[environments.stg]\n')
    async with opened(config, folder / "state") as cockpit:
        await cockpit.press("b")
        await cockpit.shows("book.md")
        await cockpit.press("enter")
        await cockpit.until(lambda: cockpit.cockpit.checklist_pane.step, "the runbook is open")
        await cockpit.press("enter")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
        yield cockpit


async def test_a_text_that_hides_something_is_said_to_and_takes_more_than_enter(tmp_path: Path) -> None:
    async with asked(tmp_path, "echo p\u0440od\u202e") as cockpit:
        await cockpit.shows("This text may not be what it looks like")
        await cockpit.press("enter")
        await cockpit.shows("Press y to run it")
        assert cockpit.state("procedure.1") is StepState.TODO


async def test_a_secret_on_the_command_line_is_said_to_be_visible_with_the_rewrite(tmp_path: Path) -> None:
    script = 'curl -s -H "Authorization: Bearer ${ADMIN_TOKEN}" http://127.0.0.1:9/'
    async with asked(tmp_path, script) as cockpit:
        await cockpit.shows("`ADMIN_TOKEN` is visible to everyone on the machine")
        await cockpit.shows("-H @<(printf")


async def test_a_log_out_that_would_end_the_run_is_said_with_the_command_that_changes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fate = LogoutFate(survives=False, warning="A log-out ends it. To let it go on: loginctl enable-linger aya")
    monkeypatch.setattr(opening, "logout_fate", lambda: fate)
    async with asked(tmp_path, "true") as cockpit:
        await cockpit.shows("loginctl enable-linger aya")


@pytest.mark.parametrize(("prefix", "is_warned"), [(("false",), True), (("env",), False), (("no-such-program",), True)])
async def test_a_scope_that_turns_out_not_to_be_had_is_said_before_the_step_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: tuple[str, ...], is_warned: bool
) -> None:
    fate = LogoutFate(survives=True, prefix=prefix, warning="Your own systemd manager does not answer.")
    monkeypatch.setattr(opening, "logout_fate", lambda: fate)
    async with asked(tmp_path, "true") as cockpit:
        assert ("systemd manager does not answer" in cockpit.text) is is_warned
        assert cockpit.state("procedure.1") is StepState.TODO


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process grows meanwhile: writes fail as on a full disk. Over before pytest itself writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_what_cannot_be_recorded_is_refused_with_another_place_for_the_record(tmp_path: Path) -> None:
    async with asked(tmp_path, "true") as cockpit:
        with full_disk():
            await cockpit.press("y")
            await cockpit.shows("It was not run")
        await cockpit.shows("cockpit --state /dev/shm/eventa-cockpit-")
        await cockpit.press("escape")
        assert cockpit.state("procedure.1") is StepState.TODO
