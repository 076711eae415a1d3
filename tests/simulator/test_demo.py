"""The folders of drills."""

from __future__ import annotations

import os
from pathlib import Path

from eventa_cockpit.cli.demo import KEPT_DRILLS, new_drill_folder

NOBODY = 2**22 + 1
"""Above the highest process id that Linux gives."""


def made(drills: Path, day: int, pid: int) -> Path:
    folder = drills / f"202601{day:02}T000000Z-{pid}"
    (folder / "state").mkdir(parents=True)
    return folder


def test_a_drill_gets_a_folder_of_its_own_and_only_the_oldest_are_removed(tmp_path: Path) -> None:
    former = [made(tmp_path, day, NOBODY) for day in range(1, 9)]

    folder = new_drill_folder(tmp_path)

    assert folder.parent == tmp_path
    assert folder not in former
    assert sorted(tmp_path.iterdir()) == former[-KEPT_DRILLS + 1 :]


def test_a_drill_that_still_runs_and_what_is_not_a_drill_stay(tmp_path: Path) -> None:
    running = made(tmp_path, 1, os.getpid())
    for day in range(2, 12):
        made(tmp_path, day, NOBODY)
    (tmp_path / "notes").mkdir()

    new_drill_folder(tmp_path)

    assert running.exists()
    assert (tmp_path / "notes").exists()


def test_the_first_drill_needs_no_folder(tmp_path: Path) -> None:
    assert new_drill_folder(tmp_path / "none").parent == tmp_path / "none"
