"""Sharing: what many cockpits of one machine cost their upstreams, in calls of a single one; and how late news are.

Run: python bench/sharing.py [COCKPITS] [SECONDS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.contract.loopback import running  # noqa: E402
from tests.faults.sharing.harness import Cockpit, Upstream, leader_of, until  # noqa: E402

COCKPITS = 30
SECONDS = 40.0
EVERY_S = 2.0


def processor_seconds(cockpit: Cockpit) -> float:
    """User and system time that it has used so far."""
    fields = Path(f"/proc/{cockpit.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COCKPITS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        alone, shared = (Upstream(stack.enter_context(running())) for _ in range(2))
        for name in ("alone", "shared"):
            (folder / name / "state").mkdir(parents=True)
        one = Cockpit(folder / "alone" / "state", alone, EVERY_S)
        stack.callback(one.end)
        many = []
        for _ in range(count):
            many.append(Cockpit(folder / "shared" / "state", shared, EVERY_S))
            stack.callback(many[-1].end)
        leader = leader_of(many)
        until(lambda: bool(one.now["count"]), "the first answer of the one that is alone")
        follower = next(cockpit for cockpit in many if cockpit is not leader)
        # From a call of each to a call of each, so that no part of a pause counts.
        began, used = time.monotonic(), processor_seconds(follower)
        time.sleep(seconds)
        ended, used = time.monotonic(), processor_seconds(follower) - used
        time.sleep(EVERY_S)
        rates = [rate(upstream, began, ended) for upstream in (alone, shared)]
    askers = {pid for at, pid in shared.calls if began <= at <= ended}
    print(f"{count} cockpits: {len(askers)} asked; a follower used {used / (ended - began):.2%} of a processor")
    print(f"calls: {rates[1] / rates[0]:.2f} x of one cockpit")


def rate(upstream: Upstream, began: float, ended: float) -> float:
    """Calls a second between the first and the last call of that time."""
    moments = [at for at, _pid in upstream.calls if began <= at <= ended]
    return (len(moments) - 1) / (moments[-1] - moments[0])


if __name__ == "__main__":
    main()
