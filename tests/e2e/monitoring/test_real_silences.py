"""Our silences at a real Alertmanager: it takes them, holds the alert back, changes them and lets go again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from tests.e2e.monitoring.peers import alertmanager
from tests.e2e.monitoring.test_real_alerts import ALERTMANAGER, until

from eventa_cockpit.config import Alertmanager, EnvironmentConfig
from eventa_cockpit.domain.alert import AlertState
from eventa_cockpit.domain.silence import matchers_of
from eventa_cockpit.errors import UncertainError, UpstreamError
from eventa_cockpit.integrations.alert_managers import silences_for
from eventa_cockpit.integrations.registry import sources_for, utc_now
from eventa_cockpit.integrations.silences import Wanted

pytestmark = [
    pytest.mark.apt,
    pytest.mark.skipif(shutil.which("prometheus-alertmanager") is None, reason="needs prometheus-alertmanager"),
]

LABELS = {"alertname": "Payment", "service": "eventa", "path": 'C:\\x "y"', "title": "決済"}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with alertmanager(tmp_path, ALERTMANAGER) as address:
        httpx.post(f"{address}/api/v2/alerts", json=[{"labels": LABELS}]).raise_for_status()
        yield address


async def test_an_alert_is_silenced_extended_and_let_go(url: str) -> None:
    environment = EnvironmentConfig(alertmanager=Alertmanager(urls=[url]))
    (source,) = sources_for(environment)
    api = silences_for(environment, utc_now)["alerts"]
    firing = await until(source, lambda found: len(found.firing) == 1)
    end = datetime.now(UTC) + timedelta(hours=1)
    wanted = Wanted("cockpit-1", matchers_of(firing.firing[0]), end, "Hanako", "known")

    identifier = await api.set(wanted)
    held = await until(source, lambda found: not found.firing and len(found.silences) == 1)
    assert held.alerts[0].state is AlertState.SILENCED
    (silence,) = held.silences_of(held.alerts[0])
    assert (silence.id, silence.created_by, silence.comment) == (identifier, "Hanako", "known [cockpit-1]")
    assert set(silence.matchers) == set(wanted.matchers)

    later = replace(wanted, request="cockpit-2", silence=identifier, ends_at=end + timedelta(hours=1))
    extended = await api.set(later)
    (silence,) = [each for each in await api.standing() if each.id == extended]
    assert silence.ends_at > end + timedelta(minutes=59)

    await api.expire(extended)
    await until(source, lambda found: len(found.firing) == 1)
    await api.expire(extended)  # once more: it has ended, and that is what was wanted
    await source.close()
    await api.close()


async def test_a_silence_that_makes_no_sense_is_refused_in_its_own_words(url: str) -> None:
    api = silences_for(EnvironmentConfig(alertmanager=Alertmanager(urls=[url])), utc_now)["alerts"]
    past = Wanted("cockpit-3", (), datetime.now(UTC) - timedelta(hours=1), "Hanako", "known")
    with pytest.raises(UpstreamError) as caught:
        await api.set(past)
    assert not isinstance(caught.value, UncertainError)
    assert "It says:" in str(caught.value)
    assert await api.standing() == ()
    await api.close()
