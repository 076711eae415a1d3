"""Throughput: output through a run to its file, against `script -qc COMMAND /dev/null` for the same command.

Run: python bench/throughput.py [MEGABYTES]. Best of three each, interleaved; the files are on /dev/shm.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from eventa_cockpit.domain.run import RunRequest, RunState
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.observing import status

LINE = "2026-01-01T00:00:00Z INFO request served path=/api/v1/events status=200 dur=12ms"
ROUNDS = 3


def through_a_run(runner: Runner, folder: Path, command: str, *, uses_pty: bool = True, secret: bool = False) -> float:
    """Seconds until the verdict."""
    run_dir = folder / f"run-{time.monotonic_ns()}"
    began = time.monotonic()
    runner.start(
        RunRequest(
            run_id=run_dir.name,
            directory=run_dir,
            script=command,
            environment={"PATH": "/usr/bin:/bin"},
            secrets={"TOKEN": "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6"} if secret else {},
            cwd=folder,
            uses_pty=uses_pty,
            timeout=timedelta(minutes=10),
        )
    )
    while not status(run_dir).state.is_final:
        time.sleep(0.005)
    seconds = time.monotonic() - began
    assert status(run_dir).state is RunState.SUCCEEDED
    shutil.rmtree(run_dir, ignore_errors=True)
    return seconds


def through_script(command: str) -> float:
    """Seconds of `script`, whose own output goes nowhere, which is the hardest to be compared with."""
    began = time.monotonic()
    nothing = subprocess.DEVNULL
    subprocess.run(["script", "-qc", command, "/dev/null"], stdin=nothing, stdout=nothing, check=True)
    return time.monotonic() - began


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    command = f"yes '{LINE}' | head -c {megabytes}000000 || true"
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    runner = Runner()
    runner.prefork()
    seconds: dict[str, list[float]] = {}
    try:
        for _ in range(ROUNDS):
            seconds.setdefault("script", []).append(through_script(command))
            seconds.setdefault("run", []).append(through_a_run(runner, folder, command))
            seconds.setdefault("run, masked", []).append(through_a_run(runner, folder, command, secret=True))
            seconds.setdefault("run, pipe", []).append(through_a_run(runner, folder, command, uses_pty=False))
    finally:
        runner.close()
        shutil.rmtree(folder)
    for name, taken in seconds.items():
        print(f"{name:12} {megabytes / min(taken):7.0f} MB/s")
    share = min(seconds["script"]) / min(seconds["run"])
    print(f"output through a terminal: {share * 100:.0f} % of script's throughput (target: 60 or more)")


if __name__ == "__main__":
    main()
