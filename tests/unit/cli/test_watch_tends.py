"""`cockpit watch` in real processes: an alert that nobody answers reaches the next person, once, whoever looks."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.contract.loopback import Loopback, answer_json, by_path, running
from tests.contract.vendors import alert, stamp

from eventa_cockpit.config import load_config
from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.message import MessageState
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.incidents import Incidents, list_incidents, new_responder
from eventa_cockpit.services.opening import library_of
from eventa_cockpit.services.steering import Steering, steering_for
from eventa_cockpit.services.storing import store_for

PATIENCE_S = 40.0
POSTED = {"ok": True, "ts": "1.1"}


@pytest.fixture
def upstream() -> Iterator[Loopback]:
    with running() as loopback:
        now = datetime.now(UTC)
        firing = alert(
            startsAt=stamp(now - timedelta(minutes=16)),
            updatedAt=stamp(now),
            endsAt=stamp(now + timedelta(hours=1)),
        )
        loopback.behaviour = by_path(alerts=answer_json([firing]), chat_postMessage=answer_json(POSTED))
        yield loopback


@pytest.fixture
def config(tmp_path: Path, upstream: Loopback, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-1")
    file = tmp_path / "cockpit.toml"
    file.write_text(
        f"""
[environments.prod]
declare_unanswered = true
[environments.prod.alertmanager]
urls = ["{upstream.url}"]
watchdog = ""
every = 1
[environments.prod.slack]
token = "env:SLACK_TOKEN"
url = "{upstream.url}/api"
[environments.prod.escalation."二次担当"]
to = "#sre-oncall"
automatic = true
"""
    )
    return file


@pytest.fixture
def watch(config: Path) -> Iterator[Callable[[], None]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        program = "from eventa_cockpit.entry import main; main()"
        command = [sys.executable, "-c", program, "--config", str(config), "watch"]
        started.append(subprocess.Popen(command, env={**os.environ, "LC_ALL": "C.UTF-8"}, start_new_session=True))

    yield start
    for process in started:
        process.terminate()
    assert [process.wait(PATIENCE_S) for process in started] == [0] * len(started)


def posts(upstream: Loopback) -> int:
    return sum("chat.postMessage" in request.path for request in upstream.requests)


async def cockpit(config_path: Path, state: Path) -> Steering:
    config = load_config(config_path)
    incidents = Incidents(state, config, Runner(), new_responder("aya"), store=store_for(config, state))
    end = time.monotonic() + PATIENCE_S
    while (session := await incidents.resume()) is None:
        assert time.monotonic() < end, "nobody declared it"
        await asyncio.sleep(0.05)
    return steering_for(session, config.chosen, library_of(config, state), ZoneInfo(config.timezone), Board)


async def test_two_watches_and_a_cockpit_tell_the_next_person_once(
    watch: Callable[[], None], upstream: Loopback, config: Path, state_folder: Path
) -> None:
    watch()
    watch()
    steering = await cockpit(config, state_folder)
    session = steering.session

    def is_settled() -> bool:
        sent = [message for message in session.incident.messages if message.state is MessageState.SENT]
        return len(sent) == 1 and {entry.name for entry in session.incident.participants.values()} >= {"watch", "aya"}

    end = time.monotonic() + PATIENCE_S
    while not is_settled():
        assert time.monotonic() < end, session.incident.messages
        await session.refresh()
        assert not await steering.tend()
        await asyncio.sleep(0.02)
    looks = len(upstream.requests)
    while len(upstream.requests) < looks + 4:  # both go on looking meanwhile
        assert time.monotonic() < end, "the watches stopped"
        await asyncio.sleep(0.05)
    assert posts(upstream) == 1
    (found,) = list_incidents(store_for(load_config(config), state_folder))
    assert found.id == session.incident.id
    assert found.declared_by == "watch"
    session.close()
