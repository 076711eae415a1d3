"""What a status page has to say, below its name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from eventa_cockpit.domain.board import Board, Feed
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.service_status import ServiceIncident, ServiceState, ServiceStatus
from eventa_cockpit.widgets.view import services, upstreams
from eventa_cockpit.widgets.view.lines import cell_len, fit
from eventa_cockpit.widgets.view.scene import Scene

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
WORKS = ServiceIncident(
    "カード決済の停止", "scheduled", NOW + timedelta(hours=2), is_maintenance=True, until=NOW + timedelta(hours=4)
)
TROUBLE = ServiceIncident("Elevated errors", "investigating", NOW - timedelta(minutes=17), "We look into it.")


def text(*incidents: ServiceIncident, width: int = 60) -> str:
    status = ServiceStatus("Pay", ServiceState.DEGRADED, incidents=incidents, shape="statuspage")
    rows = services.rows(status, NOW, TOKYO, width)
    assert all(sum(cell_len(item.text) for item in fit(row, width)) == width for row in rows)
    return "\n".join(row.text for row in rows)


def test_an_open_incident_says_how_far_it_is_and_since_when() -> None:
    shown = text(TROUBLE)
    assert "✗ Elevated errors" in shown
    assert "investigating  for 17m" in shown
    assert "We look into it." in shown


def test_a_maintenance_is_told_in_the_zone_of_the_screen() -> None:
    assert "planned  11-24 05:00–07:00" in text(WORKS)


def test_a_maintenance_that_is_far_away_is_no_news() -> None:
    far = ServiceIncident("Works", "scheduled", NOW + timedelta(days=9), is_maintenance=True)
    assert text(far) == ""


def test_many_incidents_leave_room_for_the_other_pages() -> None:
    assert "4 more on the page" in text(*[TROUBLE] * 7, width=30)


def test_the_pane_says_which_format_was_understood() -> None:
    status = ServiceStatus("Pay", ServiceState.OPERATIONAL, shape="atom")
    board = Board().with_feed(Feed("status:pay", timedelta(minutes=1), status, NOW, vendor="pay"))
    scene = Scene(Environment("prod", is_production=True), "eventa", TOKYO, NOW, board)
    (feed,) = board.feeds.values()
    assert "operational  Atom" in "\n".join(row.text for row in upstreams.brief(feed, scene, 80))
