"""Real runs for the fault tests: a runner with its launcher, and cockpits in processes of their own to be killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.runs.harness import Cockpit, Runs

from eventa_cockpit.runner.launching import Runner


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    runner = Runner()
    runner.prefork()
    yield runner
    runner.close()


@pytest.fixture
def runs(runner: Runner, tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(runner, tmp_path / "runs")
    yield runs
    runs.end_all()


@pytest.fixture
def cockpit(tmp_path: Path) -> Iterator[Callable[..., Cockpit]]:
    """Starts a cockpit that starts one run."""
    opened: list[Cockpit] = []

    def open_cockpit(run_dir: Path, script: str, *, prefork: bool = True) -> Cockpit:
        opened.append(Cockpit(run_dir, script, prefork=prefork))
        return opened[-1]

    yield open_cockpit
    for each in opened:
        each.kill()
