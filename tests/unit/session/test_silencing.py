"""Silencing an alert: on record first, owed until it ends, and nothing without a person's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from tests.unit.session.world import World, facts

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.alert import Alert, AlertState, Severity
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.confirmation import Answer
from eventa_cockpit.domain.obligation import ObligationKind, ObligationState
from eventa_cockpit.domain.silence import (
    AlertSilenced,
    Silence,
    SilenceExpired,
    SilenceExpiryRequested,
    SilenceFailed,
    SilenceRequested,
)
from eventa_cockpit.errors import IncidentError, UncertainError, UpstreamError
from eventa_cockpit.integrations.silences import Wanted
from eventa_cockpit.services.session import Session
from eventa_cockpit.services.silencing import Silencing

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LABELS = MappingProxyType({"alertname": "Payment", "service": "eventa"})
ALERT = Alert("f1", "Payment", Severity.CRITICAL, AlertState.FIRING, NOW, labels=LABELS, source="alerts")
YES = Answer("prod", "known")
KINDS = (SilenceRequested, AlertSilenced, SilenceExpiryRequested, SilenceExpired, SilenceFailed)


class Alertmanager:
    """One that does as it is told, and remembers what was on record when it was."""

    def __init__(self, session: Session, fails: UpstreamError | None = None) -> None:
        self._session = session
        self._fails = fails
        self.seen: list[list[str]] = []
        self.wanted: list[Wanted] = []

    async def set(self, wanted: Wanted) -> str:
        self.wanted.append(wanted)
        self._act()
        return wanted.silence or f"s{len(self.wanted)}"

    async def expire(self, silence: str) -> None:
        self._act()

    def _act(self) -> None:
        self.seen.append([type(fact).__name__ for fact in facts(self._session, *KINDS)])
        if self._fails is not None:
            raise self._fails


@pytest.fixture
async def session(prod: World) -> Session:
    return await drill(prod).session()


def drill(world: World) -> World:
    return World(world.state, world.launcher, {"prod": EnvironmentConfig(production=True, drill=True)})


def silencing(session: Session, place: Alertmanager) -> Silencing:
    return Silencing(session, {"alerts": place}, clock=lambda: NOW)


def names(session: Session) -> list[str]:
    return [type(fact).__name__ for fact in facts(session, *KINDS)]


async def test_what_is_wanted_is_on_record_before_it_is_asked_for(session: Session) -> None:
    place = Alertmanager(session)
    until = await silencing(session, place).silence(ALERT, HOUR, YES)
    assert place.seen == [["SilenceRequested"]]
    assert names(session) == ["SilenceRequested", "AlertSilenced"]
    assert until == NOW + HOUR
    (wanted,) = place.wanted
    assert [matcher.text for matcher in wanted.matchers] == ['alertname="Payment"', 'service="eventa"']
    assert wanted.comment.startswith("known [cockpit-")


async def test_a_silence_is_owed_until_it_ends_by_itself_or_by_our_word(session: Session) -> None:
    place = Alertmanager(session)
    service = silencing(session, place)
    await service.silence(ALERT, HOUR, YES)
    (owed,) = session.incident.ledger.obligations
    assert (owed.kind, owed.expires_at) == (ObligationKind.SILENCE, NOW + HOUR)
    assert owed.is_due(NOW)
    assert not owed.is_due(NOW + HOUR)
    silence = Silence("s1", place.wanted[0].matchers, "aya", "known", NOW, NOW + HOUR)
    await service.extend(ALERT, silence, 2 * HOUR, YES)
    (owed,) = session.incident.ledger.obligations
    assert owed.expires_at == NOW + 2 * HOUR
    await service.expire(ALERT, silence, YES)
    (owed,) = session.incident.ledger.obligations
    assert owed.state is ObligationState.SETTLED
    assert names(session)[-2:] == ["SilenceExpiryRequested", "SilenceExpired"]


async def test_what_was_refused_is_on_record_and_owes_nothing(session: Session) -> None:
    place = Alertmanager(session, UpstreamError(FailureKind.REFUSED, "No."))
    with pytest.raises(UpstreamError):
        await silencing(session, place).silence(ALERT, HOUR, YES)
    assert names(session) == ["SilenceRequested", "SilenceFailed"]
    assert session.incident.ledger.obligations == ()


async def test_what_nobody_knows_has_to_be_looked_at(session: Session) -> None:
    place = Alertmanager(session, UncertainError(FailureKind.TIMEOUT, "No answer."))
    with pytest.raises(UncertainError):
        await silencing(session, place).silence(ALERT, HOUR, YES)
    (failed,) = facts(session, SilenceFailed)
    assert isinstance(failed, SilenceFailed)
    assert not failed.is_certain
    assert len(session.incident.ledger.due(NOW)) == 1


@pytest.mark.parametrize("answer", [Answer("stg", "known"), Answer("", "known"), Answer("prod", " ")])
async def test_without_the_environments_name_and_a_reason_nothing_is_asked(session: Session, answer: Answer) -> None:
    place = Alertmanager(session)
    with pytest.raises(IncidentError):
        await silencing(session, place).silence(ALERT, HOUR, answer)
    assert (place.wanted, names(session)) == ([], [])


async def test_who_only_watches_silences_nothing(prod: World) -> None:
    session = await prod.session()
    with pytest.raises(IncidentError):
        await silencing(session, Alertmanager(session)).silence(ALERT, HOUR, YES)


@pytest.mark.parametrize(
    "changes", [{"is_altered": True}, {"labels": MappingProxyType({})}, {"source": "alerts:cloudwatch"}]
)
async def test_what_cannot_be_named_exactly_or_silenced_there_is_left_alone(
    session: Session, changes: dict[str, Any]
) -> None:
    place = Alertmanager(session)
    with pytest.raises(IncidentError):
        await silencing(session, place).silence(replace(ALERT, **changes), HOUR, YES)
    assert place.wanted == []


@pytest.mark.parametrize("duration", [timedelta(), timedelta(days=2)])
async def test_a_silence_lasts_a_day_at_most(session: Session, duration: timedelta) -> None:
    place = Alertmanager(session)
    with pytest.raises(IncidentError):
        await silencing(session, place).silence(ALERT, duration, YES)
    assert (place.wanted, names(session)) == ([], [])
