"""Two users of one group share a poller; who is not of the group sees nothing and is believed nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults.sharing.harness import Cockpit, Upstream, leader_of, until

GROUP = 48_100
AYA, BEN, EVE = 48_101, 48_102, 48_103

pytestmark = [pytest.mark.apt, pytest.mark.skipif(os.getuid() != 0, reason="only root can be two other users")]


@pytest.fixture
def shared() -> Iterator[Path]:
    """A team's state folder, as docs/configuration.md says that it is made."""
    top = Path(tempfile.mkdtemp(dir="/var/tmp"))
    top.chmod(0o755)
    state = top / "state"
    state.mkdir()
    os.chown(state, 0, GROUP)
    state.chmod(0o2770)
    yield state
    shutil.rmtree(top)


@pytest.fixture
def start_as(shared: Path, start: Callable[..., Cockpit]) -> Callable[..., Cockpit]:
    def started(uid: int, group: int = GROUP, **options: Any) -> Cockpit:
        return start(folder=shared, env={**os.environ, "AS_USER": f"{uid}:{group}"}, cwd="/", **options)

    return started


def test_a_colleague_reads_wishes_and_takes_over(start_as: Callable[..., Cockpit], upstream: Upstream) -> None:
    aya = start_as(AYA, every_s=30.0)
    until(lambda: aya.leads and bool(aya.now["count"]), "aya to lead")
    ben = start_as(BEN, every_s=30.0)
    assert leader_of([aya, ben]) is aya
    until(lambda: ben.now["count"] == aya.now["count"], "ben to know what aya knows")
    ben.signal(signal.SIGUSR1)
    until(lambda: ben.now["count"] == 2, "the answer to ben's wish")
    assert {pid for _at, pid in upstream.calls} == {aya.pid}
    aya.signal(signal.SIGKILL)
    until(lambda: ben.leads, "ben to lead")
    assert ben.now["count"] == 2
    back = start_as(AYA, every_s=30.0)
    assert leader_of([ben, back]) is ben
    until(lambda: back.now["count"] == 2, "aya to know what ben knows")


def test_who_is_not_of_the_group_asks_for_himself(start_as: Callable[..., Cockpit], upstream: Upstream) -> None:
    aya = start_as(AYA)
    until(lambda: aya.leads and bool(aya.now["count"]), "aya to lead")
    eve = start_as(EVE, group=EVE)
    until(lambda: bool(eve.now["count"]), "eve to have an answer of her own")
    assert "cannot be shared" in eve.now["trouble"]


def test_files_are_the_groups_to_read_and_their_owners_to_write(
    start_as: Callable[..., Cockpit], shared: Path, upstream: Upstream
) -> None:
    aya = start_as(AYA)
    until(lambda: aya.leads and bool(aya.now["count"]), "aya to lead")
    (folder,) = (shared / "boards").iterdir()
    modes = {path.name.split("-")[0]: path.stat().st_mode & 0o7777 for path in folder.iterdir() if path.name[0] != "."}
    assert modes == {"leader": 0o640, "board": 0o640, "wishes": 0o660}
    assert folder.stat().st_mode & 0o7777 == 0o3770
    for name in ("leader", "board"):
        (path,) = folder.glob(f"{name}-*")
        done = subprocess.run(["rm", "-f", path], user=BEN, group=GROUP, extra_groups=[], capture_output=True)
        assert done.returncode != 0
