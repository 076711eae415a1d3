"""What a responder sits at may go away: the step goes on, the cockpit leaves, and the next one knows everything."""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.survival.seen import SeenPty
from tests.e2e.survival.walk import desk_in, settle, start_step
from tests.e2e.terminal import DEADLINE_S, TmuxTerminal, in_tmux
from tests.faults.repeats import repeats
from tests.faults.runs.harness import Report

pytestmark = [pytest.mark.apt, pytest.mark.timeout(180)]

TRIES = repeats(3, 20)
MODES_OFF = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?1004l", b"\x1b[<u")


def closed(terminal: SeenPty) -> None:
    terminal.hang_up()
    assert terminal.exit_status() == 128 + signal.SIGHUP


def killed(terminal: SeenPty) -> None:
    os.kill(terminal.pid, signal.SIGKILL)
    terminal.exit_status()


def told(number: signal.Signals) -> Callable[[SeenPty], None]:
    def tell(terminal: SeenPty) -> None:
        os.kill(terminal.pid, number)
        assert terminal.exit_status() == 128 + number
        last = terminal.written[-4096:]
        assert [mode for mode in MODES_OFF if mode not in last] == []
        local_modes = termios.tcgetattr(terminal.keys)[3]
        assert local_modes & termios.ECHO
        assert local_modes & termios.ICANON

    return tell


ENDINGS = {
    "terminal closed": closed,
    "cockpit killed": killed,
    "SIGHUP": told(signal.SIGHUP),
    "SIGTERM": told(signal.SIGTERM),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_step_goes_on_and_the_cockpit_leaves(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(f"cockpit, {ending}")
    for number in range(TRIES):
        with desk_in(tmp_path / str(number)) as desk:
            terminal = SeenPty(desk.arguments, variables=desk.variables)
            try:
                start_step(terminal)
                ENDINGS[ending](terminal)
            finally:
                terminal.close()
            settle(desk, report)
    report.conclude(capsys)


def test_a_cockpit_that_no_signal_reaches_sees_that_its_terminal_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kernel signals only the session whose terminal it is; this cockpit has a session of its own."""
    report = Report("cockpit, terminal closed without a signal")
    for number in range(TRIES):
        with desk_in(tmp_path / str(number)) as desk:
            terminal = SeenPty(["setsid", "--wait", *desk.arguments], variables=desk.variables)
            try:
                start_step(terminal)
                terminal.hang_up()
                terminal.exit_status()
            finally:
                terminal.close()
            settle(desk, report)
    report.conclude(capsys)


class Pane:
    """A tmux pane as a terminal to walk in."""

    def __init__(self, pane: TmuxTerminal) -> None:
        self._pane = pane

    def send(self, keys: str) -> None:
        self._pane.type(keys)

    def wait_for(self, text: str, deadline_s: float = DEADLINE_S) -> None:
        self._pane.wait_for(text, deadline_s=deadline_s)

    def close(self) -> None:
        self._pane.kill()


def test_the_step_goes_on_when_tmux_is_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("cockpit in tmux, kill-server")
    for number in range(TRIES):
        with desk_in(tmp_path / str(number)) as desk:
            with in_tmux(desk.arguments, variables=desk.variables) as terminal:
                start_step(Pane(terminal))
                terminal.kill()
            settle(desk, report)
    report.conclude(capsys)
