"""Every integration against the simulated world, from the world's own configuration file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from eventa_cockpit.config import EnvironmentConfig, load_config
from eventa_cockpit.domain.alert import Severity
from eventa_cockpit.domain.log_stream import LogLevel
from eventa_cockpit.domain.objective import Weighting
from eventa_cockpit.domain.on_call import OnCallAuthority
from eventa_cockpit.domain.page import LogKind, PendingKind
from eventa_cockpit.domain.reading import Level
from eventa_cockpit.domain.rollout import RolloutState
from eventa_cockpit.domain.service_status import ServiceState
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.registry import sources_for
from eventa_cockpit.simulator.launching import World, start_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with start_world(tmp_path_factory.mktemp("world"), fault="payment") as world:
        yield world


@pytest.fixture
def sources(world: World) -> dict[str, Source[Any]]:
    environment = load_config(world.config_path).environments["prod"]
    return {source.key: source for source in sources_for(environment)}


async def answer_of(source: Source[Any], deadline_s: float = 20) -> Any:
    """The first answer: AWS's part of the world is up a little later than the rest."""
    async with asyncio.timeout(deadline_s):
        while True:
            try:
                return await source.read()
            except UpstreamError:
                await asyncio.sleep(0.2)
            finally:
                await source.close()


async def test_the_outage_that_is_going_on_is_among_the_alerts(sources: dict[str, Source[Any]]) -> None:
    alerts = await answer_of(sources["alerts"])
    assert any("Payment" in alert.name and alert.severity is Severity.CRITICAL for alert in alerts.firing)
    assert alerts.watchdog_at is not None


async def test_every_database_metric_has_points_and_last_week_beside_it(sources: dict[str, Source[Any]]) -> None:
    readings = await answer_of(sources["database"])
    assert {reading.metric for reading in readings.readings} >= {"CPUUtilization", "ReplicaLag", "DBLoad"}
    assert all(reading.points and reading.last_week is not None for reading in readings.readings)
    assert not readings.is_partial


async def test_the_log_tells_of_the_failing_payments_as_one(sources: dict[str, Source[Any]]) -> None:
    window = await answer_of(sources["logs"])
    failed = [group for group in window.groups if "gateway did not answer" in group.newest.text]
    assert failed
    assert all(group.newest.level is LogLevel.ERROR and group.newest.source == "worker" for group in failed)
    assert sum(group.count for group in failed) > 20 * len(failed)
    assert window.count >= sum(group.count for group in window.groups)


async def test_sentry_tells_counts_and_issues(sources: dict[str, Source[Any]]) -> None:
    report = await answer_of(sources["errors"])
    assert report.project == "eventa-fe"
    assert report.stack is not None
    assert report.stack.frames[0].is_ours
    assert report.notes == ()
    assert [change.title for change in report.changes] == ["eventa-frontend@4.18.2"]
    assert report.count > 0
    assert report.points


async def test_the_deployments_are_complete(sources: dict[str, Source[Any]]) -> None:
    rollouts = await answer_of(sources["rollouts"])
    assert {deployment.state for deployment in rollouts.deployments} == {RolloutState.COMPLETE}
    assert all(deployment.changed_at and deployment.image for deployment in rollouts.deployments)


async def test_the_teams_queries_have_values_with_an_hour_before_them(sources: dict[str, Source[Any]]) -> None:
    metrics = await answer_of(sources["metrics"])
    assert [reading.problem for reading in metrics.readings] == [""] * 5
    assert metrics.reading("payment_failure_rate").level is Level.CRITICAL
    assert all(len(reading.points) > 55 for reading in metrics.readings)


async def test_the_objectives_have_their_budgets_and_all_their_windows(sources: dict[str, Source[Any]]) -> None:
    report = await answer_of(sources["slo"])
    availability, latency = report.objectives
    assert (availability.target, latency.target) == (0.999, 0.95)
    for status in report.objectives:
        assert [budget.weighting for budget in status.budgets] == list(Weighting)
        assert all(0.1 < budget.remaining < 1 for budget in status.budgets)
        assert all(burn.requests is not None and burn.minutes is not None for burn in status.burns)
        assert status.problem == ""
    assert availability.burn(timedelta(minutes=5)) > 1


async def test_status_pages_are_read_where_they_are_configured(sources: dict[str, Source[Any]]) -> None:
    for key in (key for key in sources if key.startswith("status:")):
        assert (await answer_of(sources[key])).state is not ServiceState.UNKNOWN


async def test_payjps_page_is_japanese_and_announces_a_maintenance(sources: dict[str, Source[Any]]) -> None:
    status = await answer_of(sources["status:PAY.JP"])
    assert (status.state, status.shape) == (ServiceState.OPERATIONAL, "statuspage")
    (planned,) = status.incidents
    assert planned.is_maintenance
    assert planned.until is not None
    assert "カード" in planned.title


async def test_the_outage_has_paged_the_primary_and_pagerduty_says_when_it_escalates(
    sources: dict[str, Source[Any]],
) -> None:
    found = await answer_of(sources["pages"])
    (page,) = found.waiting
    assert "PaymentFailureRateHigh" in page.title
    assert (page.level, page.next_action.kind) == (1, PendingKind.ESCALATE)
    assert {entry.kind for entry in page.log} >= {LogKind.TRIGGERED, LogKind.NOTIFIED}
    assert found.unread == ()


async def test_both_levels_are_on_call_and_somebody_follows(sources: dict[str, Source[Any]]) -> None:
    found = await answer_of(sources["on_call"])
    assert [rotation.name for rotation in found.rotations] == ["events-primary", "events-secondary"]
    assert all(rotation.current and rotation.following for rotation in found.rotations)


async def test_the_calendar_knows_the_same_people(world: World, sources: dict[str, Source[Any]]) -> None:
    environment = load_config(world.config_path).environments["prod"]
    (alone,) = sources_for(EnvironmentConfig(calendar=environment.calendar))
    told, written = await answer_of(sources["on_call"]), await answer_of(alone)
    assert written.authority is OnCallAuthority.CALENDAR
    assert [one.current for one in written.rotations] == [one.current for one in told.rotations]
    assert [one.following for one in written.rotations] == [one.following for one in told.rotations]


def test_making_sources_imports_nothing_heavy(world: World, tmp_path: Path) -> None:
    import subprocess
    import sys

    code = f"""
import sys
from pathlib import Path
from eventa_cockpit.config import EnvironmentConfig, load_config
from eventa_cockpit.integrations.registry import sources_for
from eventa_cockpit.services.board import BoardService
BoardService(sources_for(load_config(Path({str(world.config_path)!r})).environments["prod"])).board
print(sorted({{"boto3", "botocore", "httpx", "kubernetes", "urllib3", "textual", "websockets"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
