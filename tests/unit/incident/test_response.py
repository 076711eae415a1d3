"""Who leads, how bad it is, who was told: the response as its events make it."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.incident.events import BEGAN, Writing

from eventa_cockpit.domain.event import IncidentClosed, IncidentDeclared
from eventa_cockpit.domain.incident import Incident, fold
from eventa_cockpit.domain.response import (
    Acknowledged,
    IncidentMerged,
    IncidentReopened,
    Response,
    Role,
    RoleHandedOver,
    RoleLaidDown,
    RoleTaken,
    SeverityChanged,
    StatusUpdated,
)

DECLARED = IncidentDeclared("payments fail", "prod", began_at=BEGAN)


def told(writing: Writing) -> Incident:
    return fold(writing.events)


def response(writing: Writing) -> Response:
    return told(writing).response


def test_the_first_acknowledgement_counts() -> None:
    writing = Writing()
    first = writing.by("sato", Acknowledged())
    writing.by("suzuki", Acknowledged())
    assert (response(writing).acknowledged_at, response(writing).acknowledged_by) == (first.at, "sato")


def test_severity_is_the_newest_word_and_every_change_keeps_its_reason() -> None:
    writing = Writing()
    writing.by("sato", SeverityChanged("SEV3", "one shop"), SeverityChanged("SEV1", "all of them"))
    assert response(writing).severity == "SEV1"
    assert [change.reason for change in response(writing).severities] == ["one shop", "all of them"]


def test_there_is_one_commander_and_taking_over_is_explicit() -> None:
    writing = Writing()
    writing.by("sato", RoleTaken(Role.COMMANDER))
    writing.by("suzuki", RoleTaken(Role.COMMANDER, "sato sleeps"))
    commander = response(writing).commander
    assert commander is not None
    assert commander.name == "suzuki"
    assert response(writing).roles_of("session-sato") == (Role.OBSERVER,)


def test_only_the_holder_of_a_role_can_hand_it_over() -> None:
    writing = Writing()
    writing.by("sato", RoleTaken(Role.COMMANDER))
    writing.by("tanaka", RoleHandedOver(Role.COMMANDER, "session-tanaka", "tanaka"))
    assert response(writing).roles_of("session-sato") == (Role.COMMANDER,)
    writing.by("sato", RoleHandedOver(Role.COMMANDER, "session-suzuki", "suzuki", "db is slow"))
    assert response(writing).roles_of("session-suzuki") == (Role.COMMANDER,)


def test_a_role_that_was_laid_down_is_nobodys() -> None:
    writing = Writing()
    writing.by("sato", RoleTaken(Role.SCRIBE))
    writing.by("suzuki", RoleLaidDown(Role.SCRIBE))
    assert Role.SCRIBE in response(writing).holders
    writing.by("sato", RoleLaidDown(Role.SCRIBE))
    assert response(writing).holders == {}


def test_becoming_an_observer_lays_down_every_role_of_that_session() -> None:
    writing = Writing()
    writing.by("sato", RoleTaken(Role.COMMANDER), RoleTaken(Role.SCRIBE))
    writing.by("suzuki", RoleTaken(Role.COMMUNICATIONS))
    writing.by("sato", RoleTaken(Role.OBSERVER))
    assert set(response(writing).holders) == {Role.COMMUNICATIONS}


def test_the_next_update_is_due_when_the_newest_one_promised() -> None:
    writing, due = Writing(), BEGAN + timedelta(hours=1)
    writing.by("sato", StatusUpdated("looking", BEGAN + timedelta(minutes=30)), StatusUpdated("found it", due))
    assert response(writing).next_update_due == due


def test_a_merged_incident_is_closed_and_says_where_it_went_until_it_is_opened_again() -> None:
    writing = Writing()
    writing.by("sato", DECLARED, IncidentMerged("INC-2", "same cause"))
    merged = told(writing)
    assert (merged.is_open, merged.response.merged_into, merged.close_reason) == (False, "INC-2", "same cause")
    writing.by("sato", IncidentReopened("not the same"))
    assert (told(writing).is_open, response(writing).merged_into) == (True, "")


def test_an_incident_can_be_closed_again_after_it_was_opened_again() -> None:
    writing = Writing()
    writing.by("sato", DECLARED, IncidentClosed("done"), IncidentReopened("it is back"), IncidentClosed("done now"))
    assert (told(writing).is_open, told(writing).close_reason) == (False, "done now")
