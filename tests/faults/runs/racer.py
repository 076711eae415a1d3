"""One responder of a race: for each name read from the input, starts a run in that folder and says who won it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.errors import StepTakenError
from eventa_cockpit.runner.launching import Runner


def main() -> None:
    folder, name = Path(sys.argv[1]), sys.argv[2]
    runner = Runner()
    runner.prefork()
    print("ready", flush=True)
    for line in sys.stdin:
        run_id = line.strip()
        request = RunRequest(
            run_id=run_id,
            directory=folder / run_id,
            script=f"echo {name} >> {run_id}.ran",
            environment={"PATH": os.environ["PATH"]},
            cwd=folder.parent,
            responder=name,
        )
        try:
            runner.start(request)
            print("won", flush=True)
        except StepTakenError as error:
            print(str(error), flush=True)
    runner.close()


if __name__ == "__main__":
    main()
