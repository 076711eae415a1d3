"""The journal: how long an append takes while four sessions write, and how long a large incident takes to open.

Figures: p99 of a durable append <= 25 ms under four writers; 100,000 events read and folded in < 1 s.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

from eventa_cockpit.domain.event import NoteAdded, StepFinished, StepStarted
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.journal import files
from eventa_cockpit.journal.files import FileJournal
from eventa_cockpit.services.record import Record

WRITERS = 4
INCIDENT = "INC-20261123-1"


def journal(folder: Path, session: str) -> FileJournal:
    return FileJournal(folder, INCIDENT, Responder("bench", os.getuid(), "here", session))


def write(folder: Path, number: int, count: int, start: Barrier, sender: multiprocessing.connection.Connection) -> None:
    ours = journal(folder, f"writer{number}")
    took = []
    start.wait()
    for index in range(count):
        begun = time.perf_counter()
        ours.append(NoteAdded(f"note {index} of writer {number}"))
        took.append(time.perf_counter() - begun)
    sender.send(took)


def appends(folder: Path, count: int) -> list[float]:
    """Seconds of each append of four processes that write at the same time."""
    start = multiprocessing.Barrier(WRITERS)
    pipes = [multiprocessing.Pipe(duplex=False) for _ in range(WRITERS)]
    writers = [
        multiprocessing.Process(target=write, args=(folder, number, count, start, sender))
        for number, (_, sender) in enumerate(pipes)
    ]
    for writer in writers:
        writer.start()
    took = [seconds for receiver, _ in pipes for seconds in receiver.recv()]
    for writer in writers:
        writer.join()
    return sorted(took)


def fill(folder: Path, count: int) -> None:
    """Runs and notes of four sessions; not made durable one by one, which would take minutes."""
    files.os.fdatasync = lambda _fd: None
    sessions = [journal(folder, f"session{number}") for number in range(WRITERS)]
    for index in range(count // 4):
        ours = sessions[index % len(sessions)]
        runbook, step, run = "payment-outage", f"mitigate.{index % 9}", f"run-{index}"
        ours.append(StepStarted(runbook, step, run, "kubectl rollout undo deployment/eventa-frontend", attempt=index))
        ours.append(StepFinished(runbook, step, run, "succeeded", exit_code=0), key=run)
        ours.append(NoteAdded(f"error rate is falling ({index})", runbook, step))
        ours.append(NoteAdded("決済の失敗率が下がり始めた"))


def opening(folder: Path) -> tuple[float, Incident]:
    gc.collect()
    begun = time.perf_counter()
    record = Record(journal(folder, "reader"))
    record.catch_up()
    return time.perf_counter() - begun, record.incident


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appends", type=int, default=500, help="of each of the four writers")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--folder", help="where to write: the disk that is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        took = appends(Path(name), options.appends)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        fill(Path(name), options.events)
        tries = []
        for _ in range(5):
            seconds, incident = opening(Path(name))
            assert len(incident.timeline) == options.events // 4 * 4
            tries.append(seconds)
            del incident
    p50, p99 = statistics.median(took), took[int(len(took) * 0.99)]
    print(f"append, {WRITERS} writers: p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms, max {took[-1] * 1e3:.1f} ms")
    opened = min(tries)
    print(
        f"open {options.events:,} events: {opened:.2f} s (best of {', '.join(f'{seconds:.2f}' for seconds in tries)})"
    )
    print(f"FIGURE append p99 {p99 * 1e3:.1f} ms (<= 25), open {opened:.2f} s (< 1)")
    return 0 if p99 <= 0.025 and opened < 1.0 else 1


if __name__ == "__main__":
    sys.exit(main())
