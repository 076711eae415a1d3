from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.session.world import World

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.runner.launching import Runner


@pytest.fixture(scope="package")
def launcher() -> Iterator[Runner]:
    runner = Runner()
    runner.prefork()
    yield runner
    runner.close()


@pytest.fixture
def stg(tmp_path: Path, launcher: Runner) -> World:
    return World(tmp_path / "state", launcher, {"stg": EnvironmentConfig()})


@pytest.fixture
def prod(tmp_path: Path, launcher: Runner) -> World:
    return World(tmp_path / "state", launcher, {"prod": EnvironmentConfig(production=True)})
