"""A stand-in for the cockpit in a process of its own: starts one run as the services do, says so, and waits."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.runner.launching import Runner


def main() -> None:
    settings = json.loads(sys.argv[1])
    run_dir = Path(settings["run_dir"])
    runner = Runner()
    launcher = 0
    if settings["prefork"]:
        runner.prefork()
        launcher = runner._process.pid if runner._process else 0
    runner.start(
        RunRequest(
            run_id=run_dir.name,
            directory=run_dir,
            script=settings["script"],
            environment={"PATH": os.environ["PATH"]},
            cwd=run_dir.parent,
            responder="aya",
        )
    )
    print("started", launcher, flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
