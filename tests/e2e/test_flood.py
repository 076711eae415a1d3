"""`cockpit bench flood`, as a measurement from outside drives it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.e2e.terminal import COCKPIT, environment, in_pty


@pytest.mark.parametrize("options", [(), ("--pipe",)])
def test_a_flood_answers_keys_and_says_when_its_end_is_painted(tmp_path: Path, options: tuple[str, ...]) -> None:
    command = [COCKPIT, "bench", "flood", *options, "--folder", str(tmp_path), "--", "seq", "300000"]
    with in_pty(command, columns=120, rows=40) as terminal:
        terminal.wait_for("KEY=000000 FLOOD-READY")
        terminal.send("g")
        terminal.wait_for("FLOOD-RUNNING")
        terminal.send("k")
        terminal.wait_for("KEY=000001")
        terminal.send("kk")
        terminal.wait_for("KEY=000003")
        terminal.wait_for("FLOOD-DONE")
        assert "300,000 lines" in terminal.text
        terminal.send("q")
        assert terminal.exit_status() == 0
    assert list(tmp_path.iterdir()) == []


def test_leaving_ends_the_run_as_well(tmp_path: Path) -> None:
    with in_pty([COCKPIT, "bench", "flood", "--folder", str(tmp_path), "--", "sleep", "1000.25"]) as terminal:
        terminal.wait_for("FLOOD-READY")
        terminal.send("g")
        terminal.wait_for("lines")
        terminal.send("q")
        assert terminal.exit_status() == 0
        assert "fault" not in terminal.said[-300:]
    assert list(tmp_path.iterdir()) == []
    processes = subprocess.run(["pgrep", "-f", "^sleep 1000[.]25"], capture_output=True, check=False)
    assert processes.stdout == b""


def test_without_a_terminal_it_says_so() -> None:
    done = subprocess.run(
        [COCKPIT, "bench", "flood", "--", "true"], capture_output=True, text=True, check=False, env=environment()
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
