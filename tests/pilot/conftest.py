"""A simulated world for the tests of a module."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventa_cockpit.simulator.launching import World, start_world

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A payment outage that is happening now, shared by the tests of a module."""
    with start_world(tmp_path_factory.mktemp("world"), fault="payment") as running:
        yield running
