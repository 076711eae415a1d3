"""A responder's walk in a real terminal: the real command, the simulated world, real keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.e2e.terminal import COCKPIT, PtyTerminal, environment, in_pty, in_tmux

pytestmark = [pytest.mark.apt, pytest.mark.timeout(300)]

START_S = 60.0
ALERT = "PaymentFailureRateHigh"
SLOW_RUNBOOK = """\
# Slow drain

## Mitigation

1. Drain the queue

   ```bash
   for number in $(seq 60); do echo "tick $number"; sleep 0.1; done; exit 3
   ```
"""


@pytest.fixture
def slow_config(tmp_path: Path) -> Path:
    """An environment without upstreams, and one step that takes six seconds and fails with 3."""
    books = tmp_path / "books"
    books.mkdir()
    (books / "slow.md").write_text(SLOW_RUNBOOK, "utf-8")
    file = tmp_path / "cockpit.toml"
    file.write_text('runbooks = ["books"]\n[environments.stg]\n', "utf-8")
    return file


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (200, 60)])
def test_the_demo_opens_on_an_outage_that_is_happening_now(columns: int, rows: int) -> None:
    with in_tmux([COCKPIT, "demo"], columns=columns, rows=rows) as terminal:
        screen = terminal.wait_for(ALERT, "PROD", "DRILL", "firing", deadline_s=START_S)

        assert "Traceback" not in screen
        terminal.press("q")
        terminal.wait_for("ended:0")


def test_a_step_shows_what_will_run_runs_and_keeps_its_result() -> None:
    with in_tmux([COCKPIT, "demo"]) as terminal:
        terminal.wait_for(ALERT, "決済サービス障害", deadline_s=START_S)

        terminal.press("Enter")
        terminal.wait_for("[ ] 1")
        terminal.press("Enter")
        terminal.wait_for("Run this step?", "$ curl", "READ", "PROD")
        terminal.press("Enter")

        screen = terminal.wait_for("[✓] 1", "1/9", deadline_s=START_S)
        assert "failed" not in screen


def test_the_wrong_word_does_not_confirm_a_change_in_production() -> None:
    with in_tmux([COCKPIT, "demo"]) as terminal:
        terminal.wait_for(ALERT, "決済サービス障害", deadline_s=START_S)
        terminal.press("Enter")
        terminal.wait_for("[ ] 2")
        terminal.press("Down", "Enter")
        terminal.wait_for("CHANGE", "prod", "maintenance")

        terminal.type("stg")
        terminal.press("Enter", "Escape")

        screen = terminal.wait_until(lambda shown: "Run this step?" not in shown, "the dialog to be gone")
        assert "[ ] 2" in screen


def test_a_run_survives_the_terminal_and_its_true_result_is_there_afterwards(slow_config: Path) -> None:
    command = [COCKPIT, "--config", str(slow_config)]
    with in_tmux(command) as terminal:
        terminal.wait_for("No runbook is open", deadline_s=START_S)
        terminal.press("b")
        terminal.wait_for("Slow drain")
        terminal.press("Enter")
        terminal.wait_for("[ ] 1")
        terminal.press("Enter")
        terminal.wait_for("Run this step?", "first time on this machine")
        terminal.press("y")
        terminal.wait_for("tick 3")
        terminal.kill()

    with in_tmux(command) as terminal:
        screen = terminal.wait_for("Slow drain", "tick 60", "failed(3)", deadline_s=START_S)
        assert "[✓]" not in screen
        assert "every step is done" not in screen


def test_a_resized_terminal_is_drawn_anew(slow_config: Path) -> None:
    with in_tmux([COCKPIT, "--config", str(slow_config)], columns=120, rows=40) as terminal:
        terminal.wait_for("1 Alerts", "6 Roll-outs", deadline_s=START_S)

        terminal.resize(80, 24)
        terminal.wait_for("[1 Alert", "6 K8s")
        terminal.resize(120, 40)
        terminal.wait_for("1 Alerts", "6 Roll-outs")


def first_byte_of(terminal: PtyTerminal, pattern: str) -> int:
    match = re.search(pattern, terminal.text)
    return match.start() if match else -1


def test_the_second_start_shows_the_last_known_screen_first_and_its_age(slow_config: Path) -> None:
    command = [COCKPIT, "--config", str(slow_config)]
    with in_tmux(command) as terminal:
        terminal.wait_for("No runbook is open", deadline_s=START_S)
        terminal.press("q")
        terminal.wait_for("ended:0")

    with in_pty(command, variables=environment(), columns=120, rows=40) as again:
        again.wait_for("last known")
        assert "No runbook is open" in again.text
        assert first_byte_of(again, "No runbook") < first_byte_of(again, "last known")
