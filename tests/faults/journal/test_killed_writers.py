"""Writers killed at any moment: what was acknowledged is there, once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.faults.journal.writer import journal
from tests.faults.repeats import repeats

from eventa_cockpit.domain.event import NoteAdded

WRITER = Path(__file__).with_name("writer.py")


def start(folder: Path, session: str, text: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITER), str(folder), session, text, "0", "0"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def acknowledged(writer: subprocess.Popen[str]) -> list[str]:
    """After it was killed. The last line may have been cut off in the pipe; then nobody was told."""
    assert writer.stdout is not None
    said = writer.stdout.read()
    writer.wait()
    return [line.split(" ", 2)[2] for line in said[: said.rfind("\n") + 1].splitlines()]


def kill_writers(folder: Path, rounds: int, writers: int, seed: int, longest_s: float = 0.05) -> int:
    """Kill them over and over, and check all that was ever acknowledged; returns how much that was."""
    chance = random.Random(seed)
    promised: list[str] = []
    for number in range(rounds):
        # half of the sessions are new, the others go on in the file that a kill has left behind
        running = [start(folder, f"s{writer}-{number // 2}", f"{number}.{writer}.") for writer in range(writers)]
        for writer in running:
            assert writer.stdout is not None
            promised.append(writer.stdout.readline().split(" ", 2)[2].strip())
        time.sleep(chance.uniform(0.0, longest_s))
        for writer in running:
            writer.kill()
        for writer in running:
            promised += acknowledged(writer)
    reader = journal(folder, "reader")
    found = [event.fact.text for event in reader.read() if isinstance(event.fact, NoteAdded)]
    assert len(found) == len(set(found)), "something is there twice"
    assert set(promised) <= set(found), "something acknowledged is gone"
    assert len(found) - len(promised) <= rounds * writers, "more than the one in flight was never acknowledged"
    assert [finding for finding in reader.verify() if finding.is_damage] == []
    return len(promised)


def test_killed_writers_lose_and_double_nothing(tmp_path: Path) -> None:
    assert kill_writers(tmp_path, repeats(4, 40), writers=3, seed=1) > 0


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_events_under_kill_lose_and_double_nothing(tmp_path: Path) -> None:
    total = 0
    incident = 0
    while total < 100_000:
        incident += 1
        total += kill_writers(tmp_path / str(incident), 20, writers=4, seed=incident, longest_s=3.0)


def test_a_killed_session_is_not_open_any_more(tmp_path: Path) -> None:
    writer = start(tmp_path, "doomed", "x")
    assert writer.stdout is not None
    writer.stdout.readline()
    reader = journal(tmp_path, "reader")
    assert reader.is_open("doomed")

    writer.kill()
    acknowledged(writer)
    assert not reader.is_open("doomed")
