"""Attaching from the screen: the command gets the whole of a real terminal, and the screen comes back as it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.e2e.terminal import COCKPIT, TmuxTerminal, environment, in_tmux

from eventa_cockpit.domain.run import RunState
from eventa_cockpit.runner import control
from eventa_cockpit.runner.observing import status

pytestmark = [pytest.mark.apt, pytest.mark.timeout(180)]

START_S = 60.0
RUNBOOK = """\
# Ask

## Mitigation

1. Apply the plan

   ```bash
   while read -rp 'Apply? ' answer; do echo "answer=$answer size=$(stty size)"; [ "$answer" = yes ] && exit 7; done
   ```
"""
BANNER = "Attached. Ctrl+] gives the screen back"
FRAME = "4 Checklist"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[TmuxTerminal]:
    """The cockpit with the step running and attached to."""
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "ask.md").write_text(RUNBOOK, "utf-8")
    config = tmp_path / "cockpit.toml"
    config.write_text('language = "en"\nrunbooks = ["books"]\nstate = "state"\n[environments.stg]\n', "utf-8")
    variables = environment(EVENTA_COCKPIT_STATE=None, XDG_STATE_HOME=str(tmp_path / "home"))
    with in_tmux([COCKPIT, "--config", str(config)], variables=variables) as terminal:
        try:
            terminal.wait_for("not configured", deadline_s=START_S)
            terminal.press("b")
            terminal.wait_for("ask.md")
            terminal.press("Enter")
            terminal.wait_for("[ ] 1")
            terminal.press("Enter")
            terminal.wait_for("Run this step?")
            terminal.press("y")
            terminal.wait_for("[>] 1", "Apply?")
            terminal.press("a")
            terminal.wait_for(BANNER, "Apply?")
            yield terminal
        finally:
            if status(run_folder(tmp_path)).is_supervised:
                control.cancel(run_folder(tmp_path), "the test", immediately=True)


def cockpit_of(folder: Path) -> int:
    """The process that was started on this configuration."""
    words = [os.fsencode(COCKPIT), b"--config", os.fsencode(folder / "cockpit.toml")]
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                if (entry / "cmdline").read_bytes().split(b"\0")[1:4] == words:
                    return int(entry.name)
    raise AssertionError("there is no cockpit")


def run_folder(folder: Path) -> Path:
    (found,) = folder.glob("state/incidents/*/runs/[!.]*")
    return found


def test_an_answer_given_while_attached_ends_the_run_and_the_screen_comes_back(terminal: TmuxTerminal) -> None:
    assert FRAME not in terminal.text

    terminal.type("no")
    terminal.press("Enter")
    terminal.wait_for("answer=no size=40 120")
    terminal.type("yes")
    terminal.press("Enter")

    screen = terminal.wait_for("The command has ended.", "failed(7)", FRAME, "answer=yes")
    assert BANNER not in screen


def test_detaching_leaves_the_run_going_and_every_key_works_again(terminal: TmuxTerminal, tmp_path: Path) -> None:
    terminal.press("C-]")
    terminal.wait_for("Detached. The command goes on.", FRAME, "[>] 1")
    assert status(run_folder(tmp_path)).state is RunState.RUNNING

    terminal.press("a")
    terminal.wait_for(BANNER)
    terminal.type("yes")
    terminal.press("Enter")
    terminal.wait_for("The command has ended.", "failed(7)")
    terminal.press("q")
    terminal.wait_for("ended:0")


def test_the_commands_window_follows_the_terminals(terminal: TmuxTerminal) -> None:
    terminal.resize(90, 30)
    terminal.type("once")
    terminal.press("Enter")
    terminal.wait_until(lambda screen: _asked(terminal, screen), "the new size")


def _asked(terminal: TmuxTerminal, screen: str) -> bool:
    """Asks again until the command knows."""
    if "size=30 90" in screen:
        return True
    terminal.type("again")
    terminal.press("Enter")
    return False


def test_an_end_from_outside_while_attached_gives_the_terminal_back(terminal: TmuxTerminal, tmp_path: Path) -> None:
    os.kill(cockpit_of(tmp_path), signal.SIGTERM)
    terminal.wait_for("ended:143")
    assert status(run_folder(tmp_path)).state is RunState.RUNNING
    terminal.type("echoed")  # by the `cat` that follows, in a terminal that is cooked again
    terminal.press("Enter")
    terminal.wait_until(lambda screen: screen.count("echoed") == 2, "the line, typed and repeated")
