from __future__ import annotations

import asyncio
import multiprocessing
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.session.world import World

from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.alert import Alert, AlertState, Severity
from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.errors import ConfigError, JournalError
from eventa_cockpit.journal.store import FileStore
from eventa_cockpit.services.incidents import Incidents, list_incidents, new_responder
from eventa_cockpit.services.leading import Leading

LATE = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
"""Half past three in the morning of the 24th in Tokyo."""


class NoLauncher:
    def start(self, request: RunRequest) -> None:
        raise AssertionError(request)


def incidents(state: Path, **environments: EnvironmentConfig) -> Incidents:
    config = Config(
        environments=environments or {"prod": EnvironmentConfig()}, environment=next(iter(environments or ["prod"]))
    )
    return Incidents(state, config, NoLauncher(), new_responder("aya"), clock=lambda: LATE)


async def test_an_incident_is_named_after_the_teams_own_day(tmp_path: Path) -> None:
    session = await incidents(tmp_path).declare("slow")

    assert session.incident.id == "INC-20261124-1"
    assert (await incidents(tmp_path).declare("again")).incident.id == "INC-20261124-2"


async def test_an_incident_declared_for_an_alert_begins_with_the_alert(tmp_path: Path) -> None:
    alert = Alert("fp", "DatabaseLatencyHigh", Severity.CRITICAL, AlertState.FIRING, LATE)
    session = await incidents(tmp_path, prod=EnvironmentConfig(production=True, drill=True)).declare(
        "slow", alert=alert
    )

    assert (session.incident.alert_fingerprint, session.incident.began_at) == ("fp", LATE)
    assert session.incident.is_drill


async def test_the_newest_open_incident_of_the_environment_is_resumed(tmp_path: Path) -> None:
    prod, stg = EnvironmentConfig(), EnvironmentConfig()
    first = await incidents(tmp_path, prod=prod).declare("first")
    second = await incidents(tmp_path, prod=prod).declare("second")
    await incidents(tmp_path, stg=stg).declare("elsewhere")

    resumed = await incidents(tmp_path, prod=prod).resume()
    assert resumed is not None
    assert resumed.incident.id == second.incident.id
    await Leading(second).close("mended")
    resumed = await incidents(tmp_path, prod=prod).resume()
    assert resumed is not None
    assert resumed.incident.title == "first"
    await Leading(first).close("mended")
    assert await incidents(tmp_path, prod=prod).resume() is None


async def test_all_incidents_are_listed_the_newest_first(tmp_path: Path) -> None:
    for title in ("決済障害", "slow", 'a "kind":"IncidentClosed" in its title'):
        session = await incidents(tmp_path).declare(title)
        await session.add_note('"kind":"IncidentClosed"')
    listed = list_incidents(FileStore(tmp_path / "incidents"))

    assert [summary.title for summary in reversed(listed)] == ["決済障害", "slow", session.incident.title]
    assert all(summary.is_open and summary.declared_by == "aya" for summary in listed)


def test_without_a_state_folder_there_are_no_incidents(tmp_path: Path) -> None:
    assert list_incidents(FileStore(tmp_path / "nothing")) == ()


async def test_a_folder_whose_cockpit_died_before_its_first_word_is_not_an_incident(tmp_path: Path) -> None:
    (tmp_path / "incidents" / "INC-20261124-7").mkdir(parents=True)

    assert list_incidents(FileStore(tmp_path / "incidents")) == ()
    assert (await incidents(tmp_path).declare("slow")).incident.id == "INC-20261124-8"


async def test_an_incident_of_another_environment_is_not_opened(tmp_path: Path) -> None:
    declared = await incidents(tmp_path, stg=EnvironmentConfig()).declare("slow")

    with pytest.raises(ConfigError, match="cockpit --env stg"):
        await incidents(tmp_path).open(declared.incident.id)
    with pytest.raises(ConfigError, match="no incident INC-1 "):
        await incidents(tmp_path).open("INC-1")


async def test_a_state_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "incidents").write_text("in the way")

    with pytest.raises(JournalError, match=str(tmp_path)):
        await incidents(tmp_path).declare("slow")


def declare_one(state: Path, start: object, names: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    session = asyncio.run(incidents(state).declare("slow"))
    names.put(session.incident.id)  # type: ignore[attr-defined]


def test_incidents_declared_at_once_get_different_names(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    start, names = context.Barrier(6), context.Queue()
    processes = [context.Process(target=declare_one, args=(tmp_path, start, names)) for _ in range(6)]
    for process in processes:
        process.start()
    found = {names.get(timeout=30) for _ in processes}
    for process in processes:
        process.join()

    assert found == {f"INC-20261124-{number}" for number in range(1, 7)}


def test_a_responder_is_vouched_for_by_uid_and_has_a_session_of_their_own() -> None:
    one, other = new_responder("aya"), new_responder()

    assert one.uid == other.uid == os.getuid()
    assert one.session != other.session
    assert one.name == "aya"
    assert other.name


async def test_a_thousand_events_are_resumed_with_every_step(stg: World) -> None:
    session = await stg.session()
    for number in range(100):
        await session.mark_done("rb", f"mitigate.{number}")
    later = await stg.session("ken")

    assert len(later.incident.steps) == 100
