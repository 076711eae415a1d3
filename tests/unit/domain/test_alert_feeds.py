"""Several sources of alerts on the board: one list, and no good news that nobody has told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.board import ALERTS, Board, Failure, FailureKind, Feed, Freshness
from eventa_cockpit.widgets.view import alerts as view
from eventa_cockpit.widgets.view import freshness

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MANAGER, CLOUD, GRAFANA = ALERTS, "alerts:cloudwatch", "alerts:grafana"
VENDORS = {MANAGER: "Alertmanager", CLOUD: "CloudWatch", GRAFANA: "Grafana"}


def alert(name: str, severity: Severity = Severity.CRITICAL, minutes: int = 5) -> Alert:
    return Alert(name, name, severity, AlertState.FIRING, NOW - timedelta(minutes=minutes))


def feed(key: str, *alerts: Alert, seconds: int = 10, every: int = 45) -> Feed[AlertList]:
    return Feed(key, timedelta(seconds=every), AlertList(alerts), NOW - timedelta(seconds=seconds), vendor=VENDORS[key])


def loading(key: str) -> Feed[AlertList]:
    return Feed(key, timedelta(seconds=45), vendor=VENDORS[key])


def failing(part: Feed[AlertList]) -> Feed[AlertList]:
    failure = Failure(FailureKind.TIMEOUT, "No answer.", NOW)
    return replace(part, failure=failure, next_try=NOW + timedelta(seconds=9))


def alerts_of(*parts: Feed[AlertList]) -> Feed[AlertList]:
    board = Board()
    for part in parts:
        board = board.with_feed(part)
    assert board.alerts is not None
    return board.alerts


def text(found: Feed[AlertList]) -> str:
    """What stands above the list."""
    return "\n".join(row.text for row in (*freshness.explanation(found, UTC, 100), *view.above(found, 100)))


def test_one_source_is_shown_as_it_is() -> None:
    only = feed(CLOUD, alert("a"))
    assert alerts_of(only) is only


def test_the_gravest_alert_comes_first_whoever_tells_it() -> None:
    found = alerts_of(feed(MANAGER, alert("w", Severity.WARNING, 60)), feed(CLOUD, alert("c")))
    assert found.value is not None
    assert [one.name for one in found.value.alerts] == ["c", "w"]
    assert found.freshness(NOW) is Freshness.FRESH
    assert found.value.is_whole


def test_the_list_is_as_old_as_the_part_that_goes_stale_first() -> None:
    slow, quick = feed(CLOUD, seconds=100, every=150), feed(MANAGER, seconds=40, every=45)
    found = alerts_of(quick, slow)
    assert (found.at, found.stale_after) == (quick.at, quick.stale_after)
    assert found.freshness(NOW) is Freshness.FRESH
    assert found.freshness(NOW + timedelta(seconds=6)) is Freshness.STALE


def test_a_dead_part_is_named_and_its_last_alerts_stay() -> None:
    found = alerts_of(feed(MANAGER), failing(feed(CLOUD, alert("a"), seconds=90)))
    assert found.value is not None
    assert [one.name for one in found.value.firing] == ["a"]
    assert found.freshness(NOW) is Freshness.STALE
    assert found.vendor == "CloudWatch"
    assert "CloudWatch: no answer in time. Data of 02:58:30." in text(found)


def test_a_second_dead_part_is_named_as_well() -> None:
    found = alerts_of(feed(MANAGER), failing(feed(CLOUD)), failing(loading(GRAFANA)))
    assert found.value is not None
    assert found.value.unreachable == ("Grafana: No answer.",)
    assert "⚠ Grafana: No answer." in text(found)


def test_nothing_is_firing_is_only_said_when_everybody_has_answered() -> None:
    assert "✓ Nothing is firing." in text(alerts_of(feed(MANAGER), feed(CLOUD)))
    for other in (loading(CLOUD), failing(feed(CLOUD)), failing(loading(CLOUD))):
        said = text(alerts_of(feed(MANAGER), other))
        assert "✓" not in said
        assert "as far as is known" in said
        assert "CloudWatch" in said


def test_when_no_part_has_ever_answered_nothing_is_known() -> None:
    found = alerts_of(loading(MANAGER), failing(loading(CLOUD)))
    assert found.freshness(NOW) is Freshness.UNKNOWN
    assert found.failure is not None
    assert "CloudWatch" in text(found)
