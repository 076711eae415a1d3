"""A run can have the whole terminal, and gives it back without noticing."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.runs.harness import finished, output, wait_for

from eventa_cockpit.domain.run import RunState
from eventa_cockpit.errors import RunError
from eventa_cockpit.runner.attaching import attach
from eventa_cockpit.runner.observing import status

ASKS = 'while read -rp \'name: \' name; do echo "hello $name ($(stty size))"; [ "$name" = last ] && exit 5; done'


class Window:
    """A terminal with an attached process in it."""

    def __init__(self, run_dir: Path, rows: int = 30, columns: int = 100) -> None:
        self.ours, theirs = pty.openpty()
        self.resize(rows, columns)
        self.settings = termios.tcgetattr(theirs)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.runs.attacher", str(run_dir)],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=Path(__file__).parents[3],
            preexec_fn=_own_terminal,
        )  # fmt: skip
        self.theirs = theirs
        self.shown = b""

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    def shows(self, text: bytes) -> bool:
        while select.select([self.ours], [], [], 0)[0]:
            self.shown += os.read(self.ours, 65536)
        return text in self.shown

    def wait_for(self, text: bytes) -> None:
        wait_for(lambda: self.shows(text), f"{text!r} in the window, which shows {self.shown[-500:]!r}")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def run_dir(runs) -> Path:
    return runs.start(ASKS, secrets={"TOKEN": "a-secret-value"})


@pytest.fixture
def window(run_dir: Path) -> Iterator[Window]:
    window = Window(run_dir)
    yield window
    window.close()


def test_one_can_talk_to_the_command_and_give_the_terminal_back(run_dir, window):
    window.wait_for(b"Ctrl+]")
    window.type(b"aya\r")
    window.wait_for(b"hello aya (30 100)\r\n")
    window.type(b"\x1d")
    window.wait_for(b"END=detached")

    assert termios.tcgetattr(window.theirs) == window.settings
    assert status(run_dir).state is RunState.RUNNING


def test_attached_again_the_earlier_output_is_shown_first(run_dir, window):
    window.type(b"aya\r\x1d")
    window.wait_for(b"END=detached")
    again = Window(run_dir)
    again.wait_for(b"hello aya")
    again.type(b"last\r")
    again.wait_for(b"END=ended")
    again.close()

    assert finished(run_dir).exit_code == 5


def test_the_window_size_follows(run_dir, window):
    window.wait_for(b"name: ")
    window.resize(44, 155)
    window.type(b"ben\r")

    def follows() -> bool:
        window.type(b"again\r")
        return window.shows(b"(44 155)")

    wait_for(follows, "the new size")


def test_a_secret_is_masked_in_the_window_as_well(runs):
    run_dir = runs.start('read -r go; echo "$TOKEN"; read -r go', secrets={"TOKEN": "a-secret-value"})
    window = Window(run_dir)
    window.wait_for(b"Ctrl+]")
    window.type(b"\r")
    window.wait_for(b"***")
    window.close()

    assert b"a-secret" not in window.shown


def test_a_window_that_is_closed_leaves_the_run_as_it_was(run_dir, window):
    window.wait_for(b"name: ")
    window.process.kill()
    window.process.wait()

    assert status(run_dir).state is RunState.RUNNING
    other = Window(run_dir)
    other.type(b"last\r")
    other.wait_for(b"END=ended")
    other.close()
    assert finished(run_dir).exit_code == 5


def test_line_ends_in_the_file_are_the_commands_own_again_after_detaching(run_dir, window):
    window.wait_for(b"name: ")
    window.type(b"\x1d")
    window.wait_for(b"END=detached")
    before = output(run_dir)
    from eventa_cockpit.runner.control import send_input

    def plain() -> bool:
        send_input(run_dir, b"x\n")
        return b"hello x (30 100)\n" in output(run_dir)[len(before) :]

    wait_for(plain, "a line without a carriage return")


def test_a_run_that_has_ended_or_has_no_terminal_cannot_be_attached(runs):
    runs.run("true", name="ended")
    with pytest.raises(RunError):
        attach(runs.folder / "ended")
    run_dir = runs.start("sleep 300", uses_pty=False)
    with pytest.raises(RunError, match="no terminal"):
        attach(run_dir)
