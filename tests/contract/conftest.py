"""Upstreams on loopback for the contract tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.contract.loopback import Loopback, running
from tests.contract.vendors import TOKENS

collect_ignore = [] if os.environ.get("VENDOR_SPECS") else ["test_vendor_specs.py"]


@pytest.fixture
def upstream() -> Iterator[Loopback]:
    with running() as loopback:
        yield loopback


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)
