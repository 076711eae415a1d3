"""Ten million lines are nothing: no memory, no time."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventa_cockpit.runner.output import OutputLog

BLOCK = b"".join(b"%07d\n" % number for number in range(100_000))


@pytest.fixture
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is some: 80 MB on a slow disk would be the test."""
    if not os.access("/dev/shm", os.W_OK) or shutil.disk_usage("/dev/shm").free < 1 << 30:
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_ten_million_lines_cost_no_memory_and_no_time(fast_folder: Path) -> None:
    path = fast_folder / "output.log"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(BLOCK)
    before = resident_bytes()
    log = OutputLog(path)
    while log.poll():
        pass
    assert log.line_count == 10_000_000

    began = time.perf_counter()
    for first in range(0, 10_000_000, 100_003):
        assert log.lines(first, 40)[0] == b"%07d" % (first % 100_000)
    assert time.perf_counter() - began < 2.0, "about 0.1 ms for each of 100 windows, with room for a busy machine"
    assert log.tail(1) == [b"0099999"]
    assert log.count(b"0099999") == 100
    assert log.find(b"0000000", 10_000_000, backwards=True) == 9_900_000
    assert resident_bytes() - before < 20e6
