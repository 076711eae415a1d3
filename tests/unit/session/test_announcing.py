"""What people are told: every text in both languages, with nothing left out and nothing left in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventa_cockpit.domain.deadline import Deadline, DeadlineKind
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.response import Response, SeverityChange, StatusUpdate
from eventa_cockpit.services.announcing import Announcer, next_update_in

BEGAN = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(minutes=31)
JST = ZoneInfo("Asia/Tokyo")


def incident(severity: str = "SEV1", **more: object) -> Incident:
    response = Response(
        severities=(SeverityChange(severity, "checkout", BEGAN, "sato"),),
        updates=(StatusUpdate("looking at Stripe", BEGAN, "sato", NOW + timedelta(minutes=20)),),
    )
    base = Incident(
        "INC-1", "決済が失敗している", "prod", "eventa", declared_at=BEGAN, began_at=BEGAN, response=response
    )
    return replace(base, began_at=BEGAN, **more)  # type: ignore[arg-type]


def announcer(language: str, **more: object) -> Announcer:
    return Announcer(incident(**more), JST, NOW, language)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_text_is_filled_in(language: str) -> None:
    closed = announcer(language, closed_at=NOW, close_reason="gateway is back")
    deadline = Deadline("k", DeadlineKind.POLICY, NOW, "技術責任者", "30 分以内に…")
    told = announcer(language)
    texts = [
        told.declaration(),
        told.update("found it", NOW + timedelta(minutes=15)),
        told.escalation(deadline),
        told.page(),
        told.for_customers(),
        told.for_support(),
        closed.closing(),
        closed.for_customers(),
    ]
    for text in texts:
        assert "{" not in text
        assert "None" not in text
    assert len(set(texts)) == len(texts)


def test_times_are_the_teams() -> None:
    assert "03:00 JST" in announcer("ja").declaration()


def test_customers_are_told_no_cause_and_no_names() -> None:
    text = announcer("en").for_customers()
    assert "Stripe" not in text
    assert "sato" not in text


def test_the_languages_differ() -> None:
    assert announcer("en").declaration() != announcer("ja").declaration()


@pytest.mark.parametrize(("severity", "minutes"), [("SEV1", 15), ("SEV2", 30), ("SEV3", 60), ("SEV4", 240), ("?", 30)])
def test_the_worse_it_is_the_sooner_the_next_word(severity: str, minutes: int) -> None:
    assert next_update_in(incident(severity)) == timedelta(minutes=minutes)
