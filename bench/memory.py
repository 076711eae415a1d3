"""Memory: what one more run costs, as the unique set size (USS) of its supervisor while its command runs.

Run: python bench/memory.py
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.runner import control
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.supervisor.record import newest

RUNS = 10


def uss_bytes(pid: int) -> int:
    """Pages that nobody else has, from /proc/PID/smaps_rollup."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def main() -> None:
    folder = Path(tempfile.mkdtemp(dir=Path.home()))
    runner = Runner()
    runner.prefork()
    sizes = []
    try:
        for number in range(RUNS):
            run_dir = folder / f"run-{number}"
            runner.start(
                RunRequest(
                    run_id=run_dir.name,
                    directory=run_dir,
                    script="seq 100000; read -r line",
                    environment={"PATH": "/usr/bin:/bin"},
                    secrets={"TOKEN": "a-secret-of-the-usual-length"},
                    cwd=folder,
                )
            )
            log = run_dir / "output.log"
            while not log.read_bytes().endswith(b"100000\n"):
                continue
            pid = newest((run_dir / "status").read_bytes())[1]["supervisor"]
            sizes.append(uss_bytes(pid))
        for number in range(RUNS):
            control.cancel(folder / f"run-{number}", "bench", immediately=True)
    finally:
        runner.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"largest of {RUNS}: {max(sizes) / 1e6:.2f} MB")
    print(f"memory of a run: {statistics.median(sizes) / 1e6:.2f} MB USS (target: 2 or less)")


if __name__ == "__main__":
    main()
