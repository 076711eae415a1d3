"""An upstream that counts, and cockpits that end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.loopback import running
from tests.faults.sharing.harness import Cockpit, Upstream


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running() as loopback:
        yield Upstream(loopback)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "shared state"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def start(state: Path, upstream: Upstream) -> Iterator[Callable[..., Cockpit]]:
    cockpits: list[Cockpit] = []

    def started(**options: Any) -> Cockpit:
        cockpits.append(Cockpit(options.pop("folder", state), upstream, **options))
        return cockpits[-1]

    yield started
    for cockpit in cockpits:
        cockpit.end()
