"""Alertmanager's API v2, as it is asked and as its answers are understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.contract.loopback import Loopback, Request, answer, answer_json, by_path, running
from tests.contract.vendors import NOW, alert, alertmanager, grafana_alerts, stamp, suppressed

from eventa_cockpit.domain.alert import AlertState, Severity
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError


async def test_an_alert_keeps_what_the_upstream_says_of_it(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([alert()])
    (found,) = (await alertmanager(upstream.url).read()).alerts
    assert (found.name, found.severity, found.state) == (
        "PaymentFailureRateHigh",
        Severity.CRITICAL,
        AlertState.FIRING,
    )
    assert found.since == NOW - timedelta(minutes=5)
    assert found.labels["service"] == "eventa"
    assert found.link == "https://prometheus/graph?g0.expr=x"
    assert found.runbook_url == "https://wiki/pay"


async def test_silenced_and_inhibited_alerts_are_told_apart_and_come_last(upstream: Loopback) -> None:
    upstream.behaviour = answer_json(
        [
            alert("Inhibited", status=suppressed("inhibitedBy", "f1")),
            alert("Silenced", status=suppressed("silencedBy", "s1")),
            alert("Fires", labels={"alertname": "Fires", "severity": "info"}),
        ]
    )
    alerts = (await alertmanager(upstream.url).read()).alerts
    assert [one.state for one in alerts] == [AlertState.FIRING, AlertState.SILENCED, AlertState.INHIBITED]
    assert alerts[1].silenced_by == ("s1",)
    assert alerts[2].inhibited_by == ("f1",)


async def test_a_state_that_we_do_not_know_counts_as_firing(upstream: Loopback) -> None:
    status = {"state": "dreaming", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
    upstream.behaviour = answer_json([alert(status=status)])
    assert len((await alertmanager(upstream.url).read()).firing) == 1


async def test_the_watchdog_is_a_moment_and_not_an_alert(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([alert("Watchdog"), alert()])
    answer_ = await alertmanager(upstream.url).read()
    assert answer_.watchdog_at == NOW - timedelta(seconds=10)
    assert [one.name for one in answer_.alerts] == ["PaymentFailureRateHigh"]


async def test_without_a_watchdog_its_moment_is_unknown(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([])
    assert (await alertmanager(upstream.url).read()).watchdog_at is None


async def test_matchers_narrow_the_alerts_and_the_watchdog_is_asked_for_separately(upstream: Loopback) -> None:
    def respond(request: Request, connection: object) -> None:
        found = [alert("Watchdog")] if ("filter", 'alertname="Watchdog"') in request.query else [alert()]
        answer_json(found)(request, connection)  # type: ignore[arg-type]

    upstream.behaviour = respond
    answer_ = await alertmanager(upstream.url, matchers=['service="eventa"', 'env=~"prod|stg"']).read()
    assert answer_.watchdog_at is not None
    assert len(answer_.alerts) == 1
    asked = [[value for name, value in request.query if name == "filter"] for request in upstream.requests]
    assert sorted(asked) == [['alertname="Watchdog"'], ['service="eventa"', 'env=~"prod|stg"']]


async def test_replicas_are_merged_by_fingerprint(upstream: Loopback) -> None:
    early = stamp(NOW - timedelta(minutes=9))
    upstream.behaviour = answer_json([alert(fingerprint="a1", status=suppressed("silencedBy", "s1"), startsAt=early)])
    with running() as twin:
        twin.behaviour = answer_json([alert(fingerprint="a1"), alert("Other", fingerprint="b2")])
        alerts = (await alertmanager(upstream.url, twin.url).read()).alerts
    assert [one.fingerprint for one in alerts] == ["a1", "b2"]
    assert alerts[0].state is AlertState.FIRING, "a silence that only one replica knows of silences nothing"
    assert alerts[0].since == NOW - timedelta(minutes=9)


async def test_one_live_replica_is_enough_and_the_dead_one_is_named(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([alert()])
    with running() as dead:
        dead.behaviour = answer(b"", status=500)
        found = await alertmanager(dead.url, upstream.url).read()
        assert found.unreachable == (f"127.0.0.1:{dead.port} answers HTTP 500.",)
    assert len(found.alerts) == 1


async def test_a_hanging_replica_does_not_cost_the_answer_of_the_other(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([alert()])
    with running() as hanging:
        hanging.behaviour = lambda _request, _connection: bool(hanging.ended.wait(10)) and None
        found = await alertmanager(hanging.url, upstream.url, deadline=1.0).read()
    assert len(found.alerts) == 1
    assert len(found.unreachable) == 1


async def test_when_no_replica_answers_the_first_failure_speaks(upstream: Loopback) -> None:
    upstream.behaviour = answer(b"", status=503)
    with pytest.raises(UpstreamError, match="HTTP 503") as caught:
        await alertmanager(upstream.url, "http://127.0.0.1:9").read()
    assert caught.value.kind is FailureKind.SERVER


async def test_an_alert_from_the_future_began_now(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([alert(startsAt=stamp(NOW + timedelta(hours=1)))])
    assert (await alertmanager(upstream.url).read()).alerts[0].since == NOW


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "//evil", "https://", "http://[::1", ""])
async def test_only_web_links_are_kept(upstream: Loopback, link: str) -> None:
    upstream.behaviour = answer_json([alert(generatorURL=link)])
    assert (await alertmanager(upstream.url).read()).alerts[0].link == ""


async def test_hostile_text_is_made_harmless(upstream: Loopback) -> None:
    labels = {"alertname": "\x1b[2JHigh\u202e", "severity": "page\x07", "a\nb": "c\rd"}
    upstream.behaviour = answer_json([alert(labels=labels, annotations={"summary": "[red]x[/]\x1b]0;pwned\x07"})])
    (found,) = (await alertmanager(upstream.url).read()).alerts
    shown = " ".join([found.name, found.summary, *found.labels, *found.labels.values()])
    assert not any(character < " " or character in "\x7f\u202e\x9b" for character in shown)


async def test_a_changed_schema_names_the_place(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([alert(), alert(startsAt=17)])
    with pytest.raises(UpstreamError, match=r"\[1\] .*startsAt") as caught:
        await alertmanager(upstream.url).read()
    assert caught.value.kind is FailureKind.MALFORMED


async def test_the_token_travels_as_a_bearer_and_nowhere_else(
    upstream: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AM_TOKEN", "am-token-123456")
    upstream.behaviour = answer_json([])
    await alertmanager(upstream.url, token="env:AM_TOKEN").read()
    (request,) = upstream.requests
    assert request.headers["authorization"] == "Bearer am-token-123456"
    assert request.headers["accept-encoding"] == "identity"
    assert "am-token" not in request.target


async def test_a_missing_token_is_about_credentials_and_nothing_is_asked(upstream: Loopback) -> None:
    with pytest.raises(UpstreamError, match="NO_SUCH_TOKEN") as caught:
        await alertmanager(upstream.url, token="env:NO_SUCH_TOKEN").read()
    assert caught.value.kind is FailureKind.CREDENTIALS
    assert upstream.requests == []


async def test_a_renewed_token_is_taken_up_after_a_refusal(upstream: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AM_TOKEN", "outdated-token")

    def respond(request: Request, connection: object) -> None:
        is_new = request.headers["authorization"] == "Bearer renewed-token"
        answer_json([], status=200 if is_new else 401)(request, connection)  # type: ignore[arg-type]

    upstream.behaviour = respond
    source = alertmanager(upstream.url, token="env:AM_TOKEN")
    with pytest.raises(UpstreamError) as caught:
        await source.read()
    assert caught.value.kind is FailureKind.UNAUTHORISED
    monkeypatch.setenv("AM_TOKEN", "renewed-token")
    assert (await source.read()).alerts == ()


def silence(identifier: str, **changes: Any) -> dict[str, Any]:
    content = {
        "id": identifier,
        "status": {"state": "active"},
        "matchers": [{"name": "alertname", "value": "X", "isRegex": False}],
        "startsAt": stamp(NOW - timedelta(minutes=5)),
        "endsAt": stamp(NOW + timedelta(hours=1)),
        "createdBy": "Hanako",
        "comment": "known",
    }
    return {**content, **changes}


async def test_a_silenced_alert_says_who_why_and_until_when(upstream: Loopback) -> None:
    alerts = answer_json([alert(status=suppressed("silencedBy", "s1"))])
    upstream.behaviour = by_path(alerts=alerts, silences=answer_json([silence("s1"), silence("other")]))
    found = await alertmanager(upstream.url).read()
    (holding,) = found.silences_of(found.alerts[0])
    assert (holding.created_by, holding.comment, holding.ends_at) == ("Hanako", "known", NOW + timedelta(hours=1))
    assert [matcher.text for matcher in holding.matchers] == ['alertname="X"']
    assert len(found.silences) == 1


async def test_silences_that_cannot_be_read_hide_no_alert(upstream: Loopback) -> None:
    alerts = answer_json([alert(status=suppressed("silencedBy", "s1"))])
    upstream.behaviour = by_path(alerts=alerts, silences=answer(b"", status=500))
    found = await alertmanager(upstream.url).read()
    assert (len(found.alerts), found.silences) == (1, ())


async def test_silences_are_only_asked_for_where_one_holds_an_alert_back(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([alert()])
    await alertmanager(upstream.url).read()
    assert [request.path for request in upstream.requests] == ["/api/v2/alerts"]


async def test_each_replica_has_heard_the_watchdog_at_its_own_moment(upstream: Loopback) -> None:
    with running() as other:
        upstream.behaviour = answer_json([alert("Watchdog", updatedAt=stamp(NOW - timedelta(minutes=9)))])
        other.behaviour = answer_json([])
        beats = (await alertmanager(upstream.url, other.url).read()).heartbeats
    assert [beat.at for beat in beats] == [NOW - timedelta(minutes=9), None]


async def test_an_alert_says_who_is_told_of_it(upstream: Loopback) -> None:
    upstream.behaviour = answer_json([alert()])
    assert (await alertmanager(upstream.url).read()).alerts[0].receivers == ("page",)


async def test_labels_that_had_to_be_made_harmless_are_not_exact_any_more(upstream: Loopback) -> None:
    labels = {"alertname": "X", "pod": "a\x1b[2Jb"}
    upstream.behaviour = answer_json([alert("X", labels=labels), alert("Y")])
    found = {one.name: one.is_altered for one in (await alertmanager(upstream.url).read()).alerts}
    assert found == {"X": True, "Y": False}


async def test_grafanas_own_alerts_have_the_same_shape_elsewhere(
    upstream: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFANA_TOKEN", "glsa_0123456789")
    upstream.behaviour = answer_json([alert()])
    source = grafana_alerts(upstream.url)
    (found,) = (await source.read()).alerts
    assert (source.key, source.vendor, found.source) == ("alerts:grafana", "Grafana", "alerts:grafana")
    (request,) = upstream.requests
    assert request.path == "/api/alertmanager/grafana/api/v2/alerts"
    assert request.headers["authorization"] == "Bearer glsa_0123456789"
