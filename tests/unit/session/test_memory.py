"""An incident whose record is kept in memory says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.session.world import World, facts

from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.event import NoteAdded
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.incidents import Incidents
from eventa_cockpit.services.memory import is_in_memory, note_about


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    """A machine with a disk, and memory at two places."""
    file = tmp_path / "mountinfo"
    file.write_text(
        "22 1 0:1 / / rw - ext4 /dev/sda rw\n"
        f"23 22 0:2 / {tmp_path}/shm rw,nosuid shared:4 - tmpfs tmpfs rw\n"
        f"24 23 0:3 / {tmp_path}/shm/disk rw - xfs /dev/sdb rw\n"
        f"25 22 0:4 / {tmp_path}/with\\040blank rw - ramfs none rw\n"
    )
    return file


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("shm/state", True), ("shm", True), ("with blank/state", True), ("shm/disk/state", False), ("shm-not", False)],
)
def test_the_innermost_mount_decides(tmp_path: Path, mounts: Path, folder: str, expected: bool) -> None:
    assert is_in_memory(tmp_path / folder, mounts) is expected


def test_the_note_names_the_folder_and_why_the_usual_one_is_not_used(tmp_path: Path, mounts: Path) -> None:
    (tmp_path / "file").write_text("")
    config = Config(environments={}, environment="", state=tmp_path / "file" / "state")
    note = note_about(tmp_path / "shm" / "state", config, mounts)
    assert f"recorded in memory, in {tmp_path}/shm/state" in note
    assert "Not a directory" in note
    assert note_about(tmp_path / "state", config, mounts) == ""


async def test_a_new_incident_begins_with_it(tmp_path: Path, launcher: Runner) -> None:
    world = World(tmp_path / "state", launcher, {"stg": EnvironmentConfig()})
    incidents = Incidents(world.state, world.config, launcher, world.responder("aya"), note="in memory")
    session = await incidents.declare("the disk is full")
    assert facts(session, NoteAdded) == [NoteAdded("in memory")]
    session.close()
