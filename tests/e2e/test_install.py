"""What `make` does before anything is installed: the machine's gaps get one sentence each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of the project as the installation looks at."""
    folder = tmp_path / "clone"
    (folder / "requirements").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "hatch_build.py", "requirements/install.sh", "requirements/demo.txt"):
        shutil.copy2(ROOT / name, folder / name)
    return folder


def python_that(folder: Path, refuses: str) -> Path:
    """This Python, but for imports of `refuses`, as on a Debian machine that lacks a package."""
    script = folder / "python3"
    script.write_text(f'#!/bin/sh\ncase "$*" in *{refuses}*) exit 1 ;; esac\nexec {sys.executable} "$@"\n', "utf-8")
    script.chmod(0o755)
    return script


def make(clone: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    outer = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(
        ["make", *arguments], cwd=clone, env={**outer, **variables}, capture_output=True, text=True, check=False
    )


def test_a_python_that_is_too_old_is_named_with_the_way_out(clone: Path, tmp_path: Path) -> None:
    done = make(clone, "demo", PYTHON=str(python_that(tmp_path, "version_info")))

    assert done.returncode == 2
    assert done.stderr.startswith("No Python 3.11 or newer was found.")


def test_a_python_without_venv_says_which_package_to_install(clone: Path, tmp_path: Path) -> None:
    done = make(clone, "demo", PYTHON=str(python_that(tmp_path, "ensurepip")))

    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr.splitlines()[0]
    assert not (clone / ".venv").exists()


def test_an_installation_that_fails_is_tried_again_the_next_time(clone: Path) -> None:
    (clone / "requirements" / "demo.txt").write_text("none-of-that-name==1.0 --hash=sha256:00\n", "utf-8")
    (clone / ".venv" / "bin").mkdir(parents=True)
    python_that(clone / ".venv" / "bin", "nothing").rename(clone / ".venv" / "bin" / "python")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PYTHON": sys.executable}

    first = make(clone, "demo", **offline)
    second = make(clone, "demo", **offline)

    assert first.returncode == second.returncode == 2
    assert "pip could not install requirements/demo.txt" in second.stderr


def test_nothing_is_installed_twice(clone: Path) -> None:
    stamps = clone / ".venv" / ".stamps"
    stamps.mkdir(parents=True)
    for name in ("demo", "messages"):
        (stamps / name).touch()

    assert "install.sh" not in make(clone, "--dry-run", "demo").stdout
    (clone / "requirements" / "demo.txt").touch()
    os.utime(stamps / "demo", (0, 0))
    assert "install.sh" in make(clone, "--dry-run", "demo").stdout
