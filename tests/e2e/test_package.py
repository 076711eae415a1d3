"""The distribution: built, installed into an empty environment from the pinned files alone, and started there."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from eventa_cockpit import __version__

ROOT = Path(__file__).parents[2]
PACKAGE = "eventa_cockpit/"


def call(*arguments: object, cwd: Path | None = None) -> str:
    variables = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(argument) for argument in arguments], cwd=cwd, capture_output=True, text=True, check=False, env=variables
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def hatchling(source: Path, kind: str, target: Path) -> Path:
    """Build with the pinned backend, which pip would only fetch again."""
    call(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target, cwd=source)
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hatchling(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"eventa_cockpit-{__version__}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hatchling(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name.removeprefix(PACKAGE) for name in archive.namelist() if name.startswith(PACKAGE)}


def expected_data() -> set[str]:
    """What the package has besides its own modules."""
    screens = {f"screens/{file.name}" for file in (ROOT / "screens").iterdir() if file.suffix in {".py", ".tcss"}}
    runbooks = {f"runbooks/{file.name}" for file in (ROOT / "runbooks").iterdir() if file.is_file()}
    source = ROOT / "src" / "eventa_cockpit"
    catalogues = {str(file.relative_to(source).with_suffix(".mo")) for file in source.glob("locale/*/*/*.po")}
    return screens | runbooks | catalogues | {"py.typed"}


def test_the_wheel_holds_screens_runbooks_and_catalogues(wheel: Path) -> None:
    names = names_in(wheel)

    assert expected_data() - names == set()
    assert any(name.endswith(".tcss") for name in names)
    assert any(name.startswith("runbooks/") and name.endswith(".md") for name in names)


def test_a_wheel_made_from_the_sdist_is_the_same(wheel: Path, unpacked: Path, tmp_path: Path) -> None:
    again = hatchling(unpacked, "wheel", tmp_path)

    assert names_in(again) == names_in(wheel)


@pytest.mark.package
def test_the_wheel_starts_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "empty"
    call(sys.executable, "-m", "venv", environment)
    install: Sequence[object] = (environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps")
    call(*install, "--require-hashes", "--no-compile", "-r", ROOT / "requirements" / "runtime.txt")
    call(*install, wheel)

    cockpit = environment / "bin" / "cockpit"
    assert call(cockpit, "--version", cwd=tmp_path) == f"cockpit, version {__version__}\n"
    assert "決済" in call(cockpit, "runbooks", "list", cwd=tmp_path)
    call(environment / "bin" / "python", "-m", "pip", "check")
    code = "import eventa_cockpit.screens as s, eventa_cockpit as p; print(s.__file__, p.__file__)"
    assert str(ROOT) not in call(environment / "bin" / "python", "-c", code, cwd=tmp_path)
