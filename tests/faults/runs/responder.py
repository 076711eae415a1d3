"""One command of a responder who is another Unix user: start, status or cancel. Needs the standard library only."""

from __future__ import annotations

import sys
from pathlib import Path

from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.errors import RunError
from eventa_cockpit.runner import control
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.observing import status


def main(verb: str, run_dir: Path, name: str, script: str = "") -> str:
    if verb == "start":
        Runner().start(
            RunRequest(
                run_id=run_dir.name,
                directory=run_dir,
                script=script,
                environment={"PATH": "/usr/bin:/bin"},
                cwd=Path("/"),
                responder=name,
            )
        )
    if verb == "cancel":
        try:
            control.cancel(run_dir, name)
        except RunError as error:
            return f"refused: {error}"
    if verb == "output":
        return (run_dir / "output.log").read_text()
    seen = status(run_dir)
    return f"{seen.state} {seen.exit_code} by={seen.claimed_by} cancelled={seen.cancelled_by}"


if __name__ == "__main__":
    print(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
