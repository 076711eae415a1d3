"""The simulated upstreams answer as their vendors do: Alertmanager, Sentry, Statuspage, eventa's own API."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.simulator.conftest import Drill

from eventa_cockpit.simulator.apis.alertmanager import fingerprint

SENTRY = "/api/0/organizations/eventa"


@pytest.fixture(scope="module")
def drill(make_drill: Callable[..., Drill]) -> Drill:
    return make_drill("payment", seed=3)


def alertmanager(drill: Drill, path: str, **query: Any) -> Any:
    answer = httpx.get(drill.world.url("alertmanager") + path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def sentry(drill: Drill, path: str, **query: Any) -> httpx.Response:
    token = (drill.world.folder / "sentry-token").read_text()
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{drill.world.url('sentry')}{SENTRY}{path}", params=query, headers=headers)


def site(drill: Drill, method: str, url: str, token: str | None = None, **options: Any) -> httpx.Response:
    """One request to a simulated site by its real name, its certificate checked."""
    context = ssl.create_default_context(cafile=str(drill.world.folder / "ca.pem"))
    asked = httpx.URL(url)
    headers = {"Host": asked.host} | ({"Authorization": f"Bearer {token}"} if token else {})
    near = asked.copy_with(host="127.0.0.1", port=drill.world.ports["tls"])
    with httpx.Client(verify=context) as client:
        return client.request(method, near, headers=headers, extensions={"sni_hostname": asked.host}, **options)


def test_an_alert_has_all_fields_of_alertmanager_and_the_team_labels(drill: Drill) -> None:
    (alert,) = alertmanager(drill, "/api/v2/alerts", filter='alertname="PaymentFailureRateHigh"')

    fields = "annotations endsAt fingerprint generatorURL labels receivers startsAt status updatedAt"
    assert set(alert) == set(fields.split())
    assert alert["labels"]["severity"] == "critical"
    assert alert["labels"]["service"] == "eventa"
    assert "決済失敗率" in alert["annotations"]["summary"]
    assert alert["status"] == {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
    age = datetime.now(UTC) - datetime.fromisoformat(alert["startsAt"])
    assert timedelta(minutes=3) < age < timedelta(minutes=6)


def test_a_fingerprint_is_prometheus_own_and_stays() -> None:
    # From prometheus/common: the fingerprint of the empty label set is FNV-1a's offset.
    assert fingerprint({}) == "cbf29ce484222325"
    assert fingerprint({"a": "b", "c": "d"}) == fingerprint({"c": "d", "a": "b"})


def test_the_watchdog_always_fires_and_is_renewed(drill: Drill) -> None:
    (alert,) = alertmanager(drill, "/api/v2/alerts", filter='alertname="Watchdog"')

    assert datetime.now(UTC) - datetime.fromisoformat(alert["updatedAt"]) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("matcher", "names"),
    [
        ("severity=critical", {"PaymentFailureRateHigh"}),
        ('severity!="critical"', {"Watchdog"}),
        ('alertname=~"Pay.*"', {"PaymentFailureRateHigh"}),
        ('alertname!~"Pay.*|Watchdog"', set()),
    ],
)
def test_filters_are_matchers(drill: Drill, matcher: str, names: set[str]) -> None:
    found = alertmanager(drill, "/api/v2/alerts", filter=matcher)

    assert {alert["labels"]["alertname"] for alert in found} == names


def test_a_bad_filter_is_refused(drill: Drill) -> None:
    answer = httpx.get(drill.world.url("alertmanager") + "/api/v2/alerts", params={"filter": "no matcher"})

    assert answer.status_code == 400


def test_a_silence_is_made_applies_and_expires(drill: Drill) -> None:
    base = drill.world.url("alertmanager")
    now = datetime.now(UTC)
    silence = {
        "matchers": [{"name": "alertname", "value": "Pay.*", "isRegex": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "yamada",
        "comment": "known",
    }
    made = httpx.post(f"{base}/api/v2/silences", json=silence).json()["silenceID"]
    (alert,) = alertmanager(drill, "/api/v2/alerts", filter='alertname="PaymentFailureRateHigh"')
    assert (alert["status"]["state"], alert["status"]["silencedBy"]) == ("suppressed", [made])
    assert alertmanager(drill, "/api/v2/alerts", silenced="false", filter='alertname="PaymentFailureRateHigh"') == []

    assert httpx.delete(f"{base}/api/v2/silence/{made}").status_code == 200
    assert alertmanager(drill, f"/api/v2/silence/{made}")["status"]["state"] == "expired"
    (alert,) = alertmanager(drill, "/api/v2/alerts", filter='alertname="PaymentFailureRateHigh"')
    assert alert["status"]["state"] == "active"


def test_a_silence_without_matchers_is_refused(drill: Drill) -> None:
    answer = httpx.post(drill.world.url("alertmanager") + "/api/v2/silences", json={"matchers": []})

    assert answer.status_code == 400


def prometheus(drill: Drill, call: str, **query: Any) -> httpx.Response:
    return httpx.get(f"{drill.world.url('prometheus')}/api/v1/{call}", params=query)


def test_a_query_is_answered_by_get_and_by_form(drill: Drill) -> None:
    query = 'sum(rate(payments_total{result="failed"}[5m])) / sum(rate(payments_total[5m]))'
    got = prometheus(drill, "query", query=query).json()
    sent = httpx.post(f"{drill.world.url('prometheus')}/api/v1/query", data={"query": query}).json()
    for answer in (got, sent):
        assert answer["status"] == "success"
        ((moment, value),) = (each["value"] for each in answer["data"]["result"])
        assert isinstance(moment, float)
        assert 0.05 < float(value) < 0.7


def test_a_range_is_a_matrix_over_days_that_nobody_simulated(drill: Drill) -> None:
    now = datetime.now(UTC).timestamp()
    query = "sum(increase(http_requests_total[1h]))"
    answer = prometheus(drill, "query_range", query=query, start=now - 3 * 86400, end=now, step="1h").json()
    ((series),) = answer["data"]["result"]
    assert answer["data"]["resultType"] == "matrix"
    assert len(series["values"]) == 73
    assert all(200_000 < float(value) < 700_000 for _at, value in series["values"])


@pytest.mark.parametrize(
    ("query", "words"),
    [("sum(", "parse error"), ("topk(1, up)", "not evaluated here"), ('up{job=~"["}', "parse error")],
)
def test_a_query_that_is_none_is_bad_data(drill: Drill, query: str, words: str) -> None:
    answer = prometheus(drill, "query", query=query)
    assert answer.status_code == 400
    assert answer.json()["errorType"] == "bad_data"
    assert words in answer.json()["error"]


def test_a_duration_with_a_fraction_is_refused_as_prometheus_does(drill: Drill) -> None:
    answer = prometheus(drill, "query", query="up", timeout="8.0s")
    assert answer.json()["error"] == 'invalid parameter "timeout": cannot parse "8.0s" to a valid duration'
    assert prometheus(drill, "query", query="up", timeout="8000ms").status_code == 200


def test_more_points_than_prometheus_gives_are_refused(drill: Drill) -> None:
    answer = prometheus(drill, "query_range", query="up", start=0, end=11_001, step=1)
    assert answer.status_code == 400
    assert "11,000" in answer.json()["error"]


def test_groups_status_and_readiness_answer(drill: Drill) -> None:
    groups = alertmanager(drill, "/api/v2/alerts/groups")

    assert {group["labels"]["alertname"] for group in groups} == {"PaymentFailureRateHigh", "Watchdog"}
    assert alertmanager(drill, "/api/v2/status")["versionInfo"]["version"]
    assert httpx.get(drill.world.url("alertmanager") + "/-/ready").text == "OK"


def test_sentry_lists_issues_with_counts_as_strings_most_frequent_first(drill: Drill) -> None:
    found = sentry(drill, "/issues/", statsPeriod="15m", sort="freq", project="4506001", environment="prod").json()

    counts = [int(issue["count"]) for issue in found]
    assert counts == sorted(counts, reverse=True)
    assert all(isinstance(issue["count"], str) for issue in found)
    assert found[0]["title"].startswith("PaymentError")
    assert found[0]["substatus"] == "escalating"
    assert found[0]["userCount"] > 0


def test_sentry_pages_by_the_link_header(drill: Drill) -> None:
    first = sentry(drill, "/issues/", statsPeriod="1h", limit=1)
    links = dict(re.findall(r'rel="(\w+)"; results="(\w+)"', first.headers["link"]))
    assert links == {"previous": "false", "next": "true"}

    cursor = re.findall(r'cursor="([\d:]+)"', first.headers["link"])[1]
    second = sentry(drill, "/issues/", statsPeriod="1h", limit=1, cursor=cursor)
    assert second.json()[0]["id"] != first.json()[0]["id"]


def test_sentry_counts_errors_a_minute_and_the_onset_shows(drill: Drill) -> None:
    answer = sentry(drill, "/events-timeseries/", dataset="errors", yAxis="count()", interval="1m", statsPeriod="30m")
    (series,) = answer.json()["timeSeries"]
    values = [point["value"] for point in series["values"]]

    assert series["meta"]["interval"] == 60_000
    assert len(values) in (30, 31)
    assert series["values"][-1]["incomplete"] is True
    assert sum(values[:15]) * 2 < sum(values[15:])


def test_another_project_or_environment_has_no_errors(drill: Drill) -> None:
    assert sentry(drill, "/issues/", project="999").json() == []
    assert sentry(drill, "/issues/", environment="stg").json() == []


@pytest.mark.parametrize(
    ("path", "query"),
    [("/issues/", {"statsPeriod": "soon"}), ("/issues/", {"cursor": "x"}), ("/events-timeseries/", {"interval": "0m"})],
)
def test_sentry_refuses_what_it_does_not_understand(drill: Drill, path: str, query: dict[str, str]) -> None:
    answer = sentry(drill, path, **query)

    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_sentry_wants_its_token(drill: Drill, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{drill.world.url('sentry')}{SENTRY}/issues/", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["detail"]


def test_the_status_page_shows_the_outage_in_statuspage_shape(drill: Drill) -> None:
    summary = site(drill, "GET", "https://www.stripestatus.com/api/v2/summary.json").json()

    assert set(summary) == {"page", "components", "incidents", "scheduled_maintenances", "status"}
    assert summary["status"]["indicator"] == "major"
    assert summary["incidents"][0]["impact"] == "major"
    assert {found["status"] for found in summary["components"]} == {"operational", "partial_outage"}


def test_the_admin_api_wants_its_token(drill: Drill) -> None:
    for token in (None, "wrong"):
        answer = site(drill, "POST", "https://api.eventa.app/admin/maintenance", token, json={"enabled": True})
        assert answer.status_code == 401
        assert answer.json()["error"] == "unauthorized"
        assert "Bearer" in answer.headers["www-authenticate"]
    assert drill.state()["maintenance"]["enabled"] is False


@pytest.mark.parametrize(
    "content", ["", "no json", "[]", '{"enabled": "yes"}', '{"enabled": true, "affected_components": ["x"]}']
)
def test_maintenance_mode_refuses_a_body_that_says_nothing_clear(drill: Drill, content: str) -> None:
    token = drill.world.admin_token
    answer = site(drill, "POST", "https://api.eventa.app/admin/maintenance", token, content=content)

    assert answer.status_code == 400
    assert drill.state()["maintenance"]["enabled"] is False


def test_maintenance_mode_refuses_orders_politely_and_shows_its_message(drill: Drill) -> None:
    token = drill.world.admin_token
    url = "https://api.eventa.app/admin/maintenance"
    body = {"enabled": True, "message": "決済を止めています <b>", "affected_components": ["payment"]}
    assert site(drill, "POST", url, token, json=body).json()["enabled"] is True

    order = site(drill, "POST", "https://api.eventa.app/orders")
    assert (order.status_code, order.json()["error"]) == (503, "maintenance")
    assert order.headers["retry-after"]
    assert site(drill, "GET", "https://api.eventa.app/events").status_code == 200
    assert "決済を止めています &lt;b>" in site(drill, "GET", "https://eventa.app/").text

    assert site(drill, "POST", url, token, json={"enabled": False}).json()["enabled"] is False
    assert site(drill, "GET", url, token).json()["affected_components"] == []


def test_the_public_health_needs_no_token(drill: Drill) -> None:
    assert site(drill, "GET", "https://api.eventa.app/healthz").json()["status"] == "ok"


def test_control_refuses_what_it_does_not_understand(drill: Drill) -> None:
    base = drill.world.control_url
    assert httpx.post(f"{base}/fault", json={"fault": "aliens"}).status_code == 400
    assert httpx.post(f"{base}/speed", json={"speed": 0}).status_code == 400
    assert httpx.post(f"{base}/speed", content=b"?").status_code == 400
