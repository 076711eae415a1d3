"""However many press the key at once, one run of the step starts, and the others hear who was first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.repeats import repeats
from tests.faults.runs.harness import Report, finished

from eventa_cockpit.errors import RunError, StepTakenError
from eventa_cockpit.runner.launching import run_name

RESPONDERS = 8


def race(count: int, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    folder = tmp_path / "runs"
    responders = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.runs.racer", str(folder), f"r{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=Path(__file__).parents[3],
        )
        for number in range(RESPONDERS)
    ]
    for responder in responders:
        assert responder.stdout.readline() == "ready\n"
    report = Report(f"races of {RESPONDERS}")
    for number in range(count):
        name = run_name("決済障害", "mitigate.2", number + 1)
        for responder in responders:
            responder.stdin.write(f"{name}\n")
        answers = [responder.stdout.readline().strip() for responder in responders]
        finished(folder / name)
        ran = (tmp_path / f"{name}.ran").read_text().split()
        winners = [f"r{at}" for at, answer in enumerate(answers) if answer == "won"]
        told = sum(answer.startswith(f"{winners[0]} (uid ") for answer in answers) if winners else 0
        report.note(
            lost=len(ran) == 0, wrong=ran != winners or told != RESPONDERS - 1, detail=f"{name} {ran} {answers}"
        )
    for responder in responders:
        responder.stdin.close()
        responder.wait(10)
        responder.stdout.close()
    leftovers = [path.name for path in folder.iterdir() if path.name.startswith(".")]
    assert leftovers == []
    report.conclude(capsys)


def test_one_of_eight_wins(tmp_path, capsys):
    race(repeats(25, 25), tmp_path, capsys)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_one_of_eight_wins_a_thousand_times(tmp_path, capsys):
    race(1000, tmp_path, capsys)


def test_the_same_attempt_of_a_step_has_one_name_for_all_and_the_next_attempt_another():
    assert run_name("決済障害", "mitigate.2", 1) == run_name("決済障害", "mitigate.2", 1)
    names = {
        run_name(runbook, step, attempt)
        for runbook in ("決済障害", "決済障碍")
        for step in ("mitigate.2", "mitigate.1.2", "../../etc", "")
        for attempt in (1, 2)
    }
    assert len(names) == 16
    assert all("/" not in name and not name.startswith(".") for name in names)


def test_a_claim_outlives_the_run_it_was_for(runs):
    runs.run("true", name="step-001")

    with pytest.raises(StepTakenError, match="aya") as caught:
        runs.start("true", name="step-001")
    assert caught.value.run_dir == runs.folder / "step-001"


@pytest.mark.parametrize("squatter", ["file", "link"])
def test_something_else_in_the_place_of_a_run_is_not_followed(squatter, runs, tmp_path):
    runs.folder.mkdir()
    place = runs.folder / "step-001"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place.touch() if squatter == "file" else place.symlink_to(elsewhere)

    with pytest.raises(RunError):
        runs.start("true", name="step-001")
    assert list(elsewhere.iterdir()) == []
