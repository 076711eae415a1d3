"""What a responder does with a run that goes on, with keys on the real application, and no simulated world."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from cockpit_driver import Driver
from cockpit_driver import cockpit as opened

from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.runner import control
from eventa_cockpit.runner.observing import status
from eventa_cockpit.runner.supervisor.processes import marked
from eventa_cockpit.screens.question import YesNo
from eventa_cockpit.screens.run_step import RunStep
from eventa_cockpit.widgets.reply_bar import ReplyBar

ASKS = "read -rp 'Apply? ' answer; echo \"answer=$answer\""
SIZE = "trap 'stty size' WINCH; echo begun; while :; do sleep 0.05; done"
STUBBORN = "trap 'echo no' INT TERM; echo begun; while :; do sleep 0.05; done"
LEAVES = "(trap '' HUP; exec sleep 600) </dev/null >/dev/null 2>&1 & sleep 0.1; echo left it"


@asynccontextmanager
async def running(
    folder: Path, script: str, fence: str = "", size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Driver]:
    """The cockpit with one step of this script, started; whatever is left of it is ended afterwards."""
    (folder / "books").mkdir()
    text = f"# Book\n\n## Procedure\n\n1. Talk to it\n\n   ```sh {fence}\n   {script}\n   ```\n"
    (folder / "books" / "book.md").write_text(text)
    config = folder / "cockpit.toml"
    config.write_text('runbooks = ["books"]\nlanguage = "en"\n[environments.stg]\n')
    try:
        async with opened(config, folder / "state", size) as cockpit:
            await cockpit.press("b")
            await cockpit.shows("book.md")
            await cockpit.press("enter")
            await cockpit.until(lambda: cockpit.cockpit.checklist_pane.step, "the runbook is open")
            await start(cockpit)
            yield cockpit
    finally:
        for run in runs_in(folder):
            if status(run).is_supervised:
                control.cancel(run, "the test", immediately=True)


def runs_in(folder: Path) -> list[Path]:
    return list(folder.glob("state/incidents/*/runs/[!.]*"))


def journal_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("state/incidents/*/journal/*"))


async def start(cockpit: Driver) -> None:
    """Through the dialog, whatever it asks for below a typed name."""
    await cockpit.press("enter")
    await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
    await cockpit.press("y")
    if isinstance(cockpit.app.screen, RunStep):
        await cockpit.press("enter")
    await cockpit.until(lambda: state(cockpit) is not StepState.TODO, "the step has started")


def state(cockpit: Driver) -> StepState:
    return cockpit.state("procedure.1")


async def to_output(cockpit: Driver) -> None:
    await cockpit.press("5")
    await cockpit.until(lambda: cockpit.cockpit.front == "output", "the output is in front")


async def test_a_short_reply_is_typed_in_the_output_pane_and_kept_out_of_the_record(tmp_path: Path) -> None:
    async with running(tmp_path, ASKS) as cockpit:
        await cockpit.shows("Apply?")
        await to_output(cockpit)
        await cockpit.press("i")
        await cockpit.until(lambda: isinstance(cockpit.app.focused, ReplyBar), "it asks for the reply")
        await cockpit.type("only-yes")
        await cockpit.press("enter")
        await cockpit.until(lambda: not cockpit.cockpit.scene.checklist.running_steps, "the command has ended")
        await cockpit.shows("answer=only-yes")
    assert b"only-yes" not in journal_of(tmp_path)


async def test_leaving_the_reply_sends_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, ASKS) as cockpit:
        await cockpit.shows("Apply?")
        await to_output(cockpit)
        await cockpit.press("i", "n", "o", "escape")
        assert not isinstance(cockpit.app.focused, ReplyBar)
        assert state(cockpit) is StepState.RUNNING
        assert "Apply? no" not in cockpit.text


@pytest.mark.parametrize("key", ["i", "a"])
async def test_a_run_without_a_terminal_says_so(tmp_path: Path, key: str) -> None:
    async with running(tmp_path, "echo begun; sleep 600", json.dumps({"pty": False})) as cockpit:
        await cockpit.shows("begun")
        await to_output(cockpit)
        assert "a attach" not in cockpit.text
        await cockpit.press(key)
        await cockpit.shows("It has no terminal to type into")


async def test_the_command_learns_how_much_room_its_output_has(tmp_path: Path) -> None:
    async with running(tmp_path, SIZE) as cockpit:
        await cockpit.shows("begun")
        await to_output(cockpit)
        await cockpit.press("z")
        await cockpit.until(lambda: cockpit.cockpit.output_pane.room[0] > 100, "the pane is large")
        columns, rows = cockpit.cockpit.output_pane.room
        await cockpit.shows(f"{rows} {columns}")


async def test_the_ladder_is_shown_and_a_second_cancel_kills_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, STUBBORN) as cockpit:
        await cockpit.shows("begun")
        await cockpit.press("c")
        await cockpit.shows("Cancel this run?")
        await cockpit.press("y")
        await cockpit.shows("INT › TERM in")
        await cockpit.press("c")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, YesNo), "it asks again")
        await cockpit.shows("Kill this run now?")
        await cockpit.press("y")
        await cockpit.until(lambda: state(cockpit) is StepState.CANCELLED, "the run is cancelled")


async def test_what_a_run_left_is_said_and_ended_on_request(tmp_path: Path) -> None:
    async with running(tmp_path, LEAVES) as cockpit:
        await cockpit.shows("1 process left")
        (run,) = runs_in(tmp_path)
        assert marked(status(run).run_id)
        await cockpit.press("c")
        await cockpit.shows("End what is left?")
        await cockpit.press("y")
        await cockpit.until(lambda: not marked(status(run).run_id), "nothing is left")
        await cockpit.until(lambda: "1 process left" not in cockpit.text, "nothing is said to be left")
        assert state(cockpit) is StepState.DONE


async def test_a_lost_run_says_what_to_do_and_is_not_run_again_without_a_word(tmp_path: Path) -> None:
    async with running(tmp_path, "echo begun; sleep 600") as cockpit:
        await cockpit.shows("begun")
        (run,) = runs_in(tmp_path)
        os.kill(supervisor_of(run), signal.SIGKILL)
        await cockpit.until(lambda: state(cockpit) is StepState.LOST, "the run is lost")
        await cockpit.shows("How it ended is not known.")
        await cockpit.press("r")
        await cockpit.until(lambda: isinstance(cockpit.app.screen, RunStep), "the dialog is open")
        await cockpit.shows("Its last run did not come to its end.")
        await cockpit.press("enter")
        await cockpit.shows("Press y to run it")
        assert runs_in(tmp_path) == [run]


def supervisor_of(run: Path) -> int:
    """The process that holds the run's lock open."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            with suppress(OSError):
                if run / "lock" in [link.readlink() for link in (entry / "fd").iterdir()]:
                    return int(entry.name)
    raise AssertionError("there is no supervisor")
