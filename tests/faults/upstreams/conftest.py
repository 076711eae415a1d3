"""Every HTTP integration against one upstream that can be made to misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.contract.loopback import Loopback, running
from tests.contract.vendors import (
    TOKENS,
    IdentitySource,
    alarms,
    alertmanager,
    calendar,
    cloudfront,
    cloudwatch,
    healthy,
    kubernetes,
    loki,
    objectives,
    on_call,
    pages,
    prometheus,
    rds_state,
    sentry,
    slow_queries,
    status_page,
)

from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError

PATIENT_S = 5.0
"""Deadline where something else is to be told: a busy machine must not turn it into a time-out."""
IMPATIENT_S = 0.6
"""Deadline where it is the deadline that is to be told."""

MAKERS: dict[str, Callable[[str, Path, float], Source[Any]]] = {
    "Alertmanager": lambda url, _folder, deadline: alertmanager(url, deadline=deadline),
    "Sentry": lambda url, _folder, deadline: sentry(url, deadline=deadline),
    "status page": lambda url, _folder, deadline: status_page(url, deadline=deadline),
    "Prometheus": lambda url, _folder, deadline: prometheus(url, deadline=deadline),
    "objectives": lambda url, folder, deadline: objectives(url, folder, deadline=deadline),
    "CloudWatch": lambda url, _folder, deadline: cloudwatch(url, deadline=deadline),
    "CloudWatch alarms": lambda url, _folder, deadline: alarms(url, deadline=deadline),
    "CloudFront": lambda url, _folder, deadline: cloudfront(url, deadline=deadline),
    "RDS slow-query log": lambda url, _folder, deadline: slow_queries(url, deadline=deadline),
    "RDS": lambda url, _folder, deadline: rds_state(url, deadline=deadline),
    "Loki": lambda url, _folder, deadline: loki(url, deadline=deadline),
    "PagerDuty's pages": lambda url, _folder, deadline: pages(url, deadline=deadline),
    "PagerDuty's on-calls": lambda url, _folder, deadline: on_call(url, deadline=deadline),
    "on-call calendar": lambda url, _folder, deadline: calendar(url, deadline=deadline),
    "AWS identity": lambda url, _folder, deadline: IdentitySource(url, deadline),
    "Kubernetes": lambda url, folder, deadline: kubernetes(url, folder, deadline=deadline),
}


FORMS = {"on-call calendar": "text/calendar"}
"""Media types of those that do not send JSON."""
AWS = frozenset({"AWS identity", "CloudFront", "CloudWatch", "CloudWatch alarms", "RDS", "RDS slow-query log"})
"""Those whose errors are AWS' own."""


@pytest.fixture
def upstream() -> Iterator[Loopback]:
    with running() as loopback:
        yield loopback


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session", autouse=True)
def libraries(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Loaded before the clock runs: the first read of each takes seconds on a busy machine."""

    async def read_all(url: str, folder: Path) -> None:
        for make in MAKERS.values():
            source = make(url, folder, PATIENT_S)
            with suppress(UpstreamError):
                await source.read()
            await source.close()

    with running() as upstream, pytest.MonkeyPatch.context() as patch:
        for name, value in TOKENS.items():
            patch.setenv(name, value)
        upstream.behaviour = healthy()
        asyncio.run(read_all(upstream.url, tmp_path_factory.mktemp("libraries")))
        asyncio.run(read_all(upstream.url, tmp_path_factory.mktemp("libraries")))
