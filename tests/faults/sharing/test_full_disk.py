"""No room for a snapshot: everybody asks for themselves, says why, and shares again once there is room."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.sharing.harness import Cockpit, Upstream, leader_of, until

pytestmark = pytest.mark.apt


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no right to mount here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> Path:
    path = folder / "fill"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return path


def test_a_disk_that_fills_up_costs_the_sharing_and_not_the_board(
    start: Callable[..., Cockpit], upstream: Upstream, small_disk: Path
) -> None:
    cockpits = [start(folder=small_disk) for _ in range(3)]
    leader_of(cockpits)
    filling = fill(small_disk)
    until(lambda: all("cannot be shared" in one.now["trouble"] for one in cockpits), "everybody to say so")
    assert all(os.strerror(28) in one.now["trouble"] for one in cockpits)
    count = len(upstream.calls)
    until(lambda: {pid for _at, pid in upstream.calls[count:]} == {one.pid for one in cockpits}, "calls of their own")
    assert all(None not in [board["count"] for board in one.boards[3:]] for one in cockpits)
    filling.unlink()
    leader_of(cockpits)


def test_a_leader_that_dies_on_a_full_disk_leaves_nobody_blind(
    start: Callable[..., Cockpit], upstream: Upstream, small_disk: Path
) -> None:
    cockpits = [start(folder=small_disk, every_s=30.0) for _ in range(3)]
    leader = leader_of(cockpits)
    until(lambda: all(one.now["count"] for one in cockpits), "a first answer")
    fill(small_disk)
    leader.signal(signal.SIGKILL)
    others = [one for one in cockpits if one is not leader]
    until(lambda: all(one.now["is_us"] for one in others), "everybody to ask for themselves")
    assert all(one.now["count"] for one in others)
