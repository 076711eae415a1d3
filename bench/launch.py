"""Launch: milliseconds from asking for a run to its command's first instruction, everything durable in between.

Run: python bench/launch.py [RUNS]
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.observing import status


def launch(runner: Runner, folder: Path, number: int) -> float:
    """Seconds until the command looked at the clock, which is the first thing it does."""
    run_dir = folder / f"run-{number:04d}"
    began = time.monotonic()
    runner.start(
        RunRequest(
            run_id=run_dir.name,
            directory=run_dir,
            script="echo $EPOCHREALTIME",
            environment={"PATH": "/usr/bin:/bin"},
            secrets={"TOKEN": "a-secret-of-the-usual-length"},
            cwd=folder,
        )
    )
    began_wall = time.time() - (time.monotonic() - began)
    while not status(run_dir).state.is_final:
        time.sleep(0.001)
    return float((run_dir / "output.log").read_text()) - began_wall


def median_ms(runner: Runner, folder: Path, count: int) -> float:
    seconds = []
    for number in range(count):
        seconds.append(launch(runner, folder, number))
        time.sleep(0.02)
    ordered = sorted(seconds)
    print(f"  median {statistics.median(ordered) * 1e3:.1f} ms, 90 % within {ordered[count * 9 // 10] * 1e3:.1f} ms")
    return statistics.median(ordered) * 1e3


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    folder = Path(tempfile.mkdtemp(dir=Path.home()))
    try:
        print("without the launcher (exec)")
        median_ms(Runner(), folder / "exec", count // 2)
        print("with the launcher")
        runner = Runner()
        runner.prefork()
        launch(runner, folder / "warm", 0)
        figure = median_ms(runner, folder / "forked", count)
        runner.close()
    finally:
        shutil.rmtree(folder)
    print(f"launch to first instruction: {figure:.1f} ms median (target: 25 or less)")


if __name__ == "__main__":
    main()
