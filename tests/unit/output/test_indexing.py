"""The thread that indexes: until complete, several logs, and gone when closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from eventa_cockpit.runner.indexing import Indexer
from eventa_cockpit.runner.output import OutputLog


def wait_until(condition: Callable[[], bool], deadline_s: float = 10.0) -> None:
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        threading.Event().wait(0.002)


def test_every_watched_log_is_indexed_to_its_end(tmp_path: Path) -> None:
    indexer = Indexer()
    logs = [OutputLog(tmp_path / name) for name in ("one", "two")]
    for log in logs:
        log.path.write_bytes(b"line\n" * 300_000)
        indexer.watch(log)
    wait_until(lambda: all(log.is_complete for log in logs))
    assert [log.line_count for log in logs] == [300_000, 300_000]
    indexer.close()


def test_a_growing_log_is_followed(tmp_path: Path) -> None:
    indexer = Indexer()
    log = OutputLog(tmp_path / "output.log", is_final=lambda: False)
    indexer.watch(log)
    with log.path.open("ab", buffering=0) as file:
        for number in range(1, 4):
            file.write(b"line\n")
            wait_until(lambda number=number: log.line_count == number)
    assert not log.is_complete
    indexer.unwatch(log)
    indexer.close()


def test_there_is_no_thread_before_the_first_log_nor_after_the_end(tmp_path: Path) -> None:
    others = set(threading.enumerate())

    def is_running() -> bool:
        return any(thread.name == "output-index" for thread in set(threading.enumerate()) - others)

    indexer = Indexer()
    assert not is_running()
    indexer.watch(OutputLog(tmp_path / "output.log", is_final=lambda: False))
    assert is_running()
    indexer.close()
    assert not is_running()
