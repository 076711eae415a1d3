"""Answers in the vendors' own shapes, and sources that read them through the public door."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.contract.log_answers import log_lines, streams
from tests.contract.loopback import Behaviour, answer_json, by_path
from tests.contract.moments import NOW as NOW
from tests.contract.moments import stamp as stamp
from tests.contract.paging_answers import paging

from eventa_cockpit.config import (
    Alarms,
    Alertmanager,
    Calendar,
    Cdn,
    Database,
    EnvironmentConfig,
    GrafanaAlerts,
    Kubernetes,
    Loki,
    PagerDuty,
    Prometheus,
    Query,
    Sentry,
    ServiceLevel,
    StatusPage,
)
from eventa_cockpit.domain.board import DATABASE, DATABASE_STATE, SLOW_QUERIES
from eventa_cockpit.domain.source import Source
from eventa_cockpit.integrations.aws_identity import AwsIdentity, account_seen_by, caller_identity
from eventa_cockpit.integrations.fetching import within
from eventa_cockpit.integrations.registry import sources_for
from eventa_cockpit.integrations.threads import in_thread

TOKEN = "sntrys_0123456789"
TOKENS = {"SENTRY_TOKEN": TOKEN, "PAGERDUTY_TOKEN": "y_NbAkKc66ryYTWUXYEu", "ONCALL_ADDRESS": "unset"}
"""Variables that the configurations take their secrets from."""
ADDRESS = "env:ONCALL_ADDRESS"
"""Where the configurations find a calendar's address."""
AWS_VARIABLES = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00", "AWS_SECRET_ACCESS_KEY": "not-a-real-key"}


def source(environment: EnvironmentConfig, key: str = "") -> Source[Any]:
    """The only source of an environment, or the one of this key, at a fixed moment."""
    (only,) = [found for found in sources_for(environment, now=lambda: NOW) if key in ("", found.key)]
    return only


def alertmanager(*urls: str, deadline: float = 5.0, **options: Any) -> Source[Any]:
    return source(EnvironmentConfig(alertmanager=Alertmanager(urls=list(urls), deadline=deadline, **options)))


def grafana_alerts(url: str, deadline: float = 5.0, **options: Any) -> Source[Any]:
    settings = {"token": "env:GRAFANA_TOKEN", "deadline": deadline, **options}
    return source(EnvironmentConfig(grafana_alerts=GrafanaAlerts(url=url, **settings)))


def sentry(url: str, deadline: float = 5.0, **options: Any) -> Source[Any]:
    settings = {"organization": "eventa", "project": "eventa-fe", "token": "env:SENTRY_TOKEN", **options}
    return source(EnvironmentConfig(sentry=Sentry(url=url, deadline=deadline, **settings)))


def status_page(url: str, deadline: float = 5.0) -> Source[Any]:
    return source(EnvironmentConfig(status_pages={"stripe": StatusPage(url=url, deadline=deadline)}))


def pages(url: str, deadline: float = 5.0, **options: Any) -> Source[Any]:
    return source(EnvironmentConfig(pagerduty=pagerduty(url, deadline, **options)), "pages")


def on_call(url: str, deadline: float = 5.0, **options: Any) -> Source[Any]:
    settings = {"escalation_policy": "PPOLICY", **options}
    return source(EnvironmentConfig(pagerduty=pagerduty(url, deadline, **settings)), "on_call")


def pagerduty(url: str, deadline: float = 5.0, **options: Any) -> PagerDuty:
    return PagerDuty(url=url, token="env:PAGERDUTY_TOKEN", deadline=deadline, **options)


def calendar(url: str, deadline: float = 5.0, **options: Any) -> Source[Any]:
    keep_address(url)
    return source(EnvironmentConfig(calendar=Calendar(address=ADDRESS, deadline=deadline, **options)))


def keep_address(url: str) -> None:
    """Put a calendar's address where the configuration says it is; the fixtures put back what was there."""
    os.environ[ADDRESS.removeprefix("env:")] = url


def loki(url: str, deadline: float = 5.0, **options: Any) -> Source[Any]:
    return source(EnvironmentConfig(loki=Loki(url=url, deadline=deadline, **options)))


def cloudwatch(url: str, deadline: float = 10.0, **options: Any) -> Source[Any]:
    return database_source(url, DATABASE, deadline, **options)


def rds_state(url: str, deadline: float = 10.0) -> Source[Any]:
    return database_source(url, DATABASE_STATE, deadline)


def slow_queries(url: str, deadline: float = 10.0, **options: Any) -> Source[Any]:
    return database_source(url, SLOW_QUERIES, deadline, **options)


def database_source(url: str, key: str, deadline: float = 10.0, **options: Any) -> Source[Any]:
    database = Database(**{"instance": "eventa-prod", "endpoint_url": url, "deadline": deadline, **options})
    return source(EnvironmentConfig(database=database, variables=AWS_VARIABLES), key)


def alarms(url: str, deadline: float = 10.0, **options: Any) -> Source[Any]:
    config = Alarms(endpoint_url=url, deadline=deadline, **options)
    return source(EnvironmentConfig(alarms=config, variables=AWS_VARIABLES))


def cloudfront(url: str, deadline: float = 10.0, **options: Any) -> Source[Any]:
    config = Cdn(**{"distribution": "E2EXAMPLE", "endpoint_url": url, "deadline": deadline, **options})
    return source(EnvironmentConfig(cdn=config, variables=AWS_VARIABLES))


class IdentitySource:
    """Who AWS takes us for, in the form of a source; it is asked by a preflight."""

    key = "identity"
    vendor = "AWS"
    every = timedelta(seconds=60)

    def __init__(self, url: str, deadline: float) -> None:
        self.deadline = timedelta(seconds=deadline)
        variables = {"AWS_REGION": "ap-northeast-1", "AWS_ENDPOINT_URL": url, **AWS_VARIABLES}
        self._account = account_seen_by(variables)

    async def read(self) -> AwsIdentity:
        async with within(self.deadline):
            return await in_thread(lambda: caller_identity(self._account, self.deadline), "identity")

    async def close(self) -> None:
        return


def kubernetes(url: str, folder: Path, deadline: float = 10.0, **options: Any) -> Source[Any]:
    config = kubeconfig(url, folder)
    return source(EnvironmentConfig(kubernetes=Kubernetes(kubeconfig=str(config), deadline=deadline, **options)))


PAYMENT_FAILURES = '100 * sum(rate(payments_total{result="failed"}[5m])) / sum(rate(payments_total[5m]))'


def prometheus(url: str, deadline: float = 5.0, queries: dict[str, Query] | None = None, **options: Any) -> Source[Any]:
    asked = queries or {"payment_failure_rate": Query(query=PAYMENT_FAILURES, unit="%", bound=5)}
    return source(EnvironmentConfig(prometheus=Prometheus(url=url, deadline=deadline, queries=asked, **options)))


def objectives(url: str, folder: Path, deadline: float = 5.0, text: str = "error_rate: 0.001\n") -> Source[Any]:
    file = folder / "slo.yml"
    file.write_text(text, "utf-8")
    queries = {"requests": "sum(increase(r[{{.window}}]))", "errors": "sum(increase(e[{{.window}}]))"}
    slo = ServiceLevel(file=str(file), deadline=deadline, **queries)
    return source(EnvironmentConfig(prometheus=Prometheus(url=url), slo=slo))


def kubeconfig(url: str, folder: Path, user: str = "{token: abcdefgh}") -> Path:
    path = folder / f"kubeconfig-{url.rpartition(':')[2]}"
    path.write_text(
        f"""
apiVersion: v1
kind: Config
current-context: test
clusters: [{{name: test, cluster: {{server: "{url}"}}}}]
users: [{{name: test, user: {user}}}]
contexts: [{{name: test, context: {{cluster: test, user: test}}}}]
"""
    )
    return path


def alert(name: str = "PaymentFailureRateHigh", **changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "labels": {"alertname": name, "severity": "critical", "service": "eventa"},
        "annotations": {"summary": f"{name} is high", "description": "Over 5 %", "runbook_url": "https://wiki/pay"},
        "fingerprint": f"{abs(hash(name)):016x}"[:16],
        "startsAt": stamp(NOW - timedelta(minutes=5)),
        "updatedAt": stamp(NOW - timedelta(seconds=10)),
        "endsAt": stamp(NOW + timedelta(minutes=4)),
        "generatorURL": "https://prometheus/graph?g0.expr=x",
        "receivers": [{"name": "page"}],
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
    }
    return {**content, **changes}


def suppressed(by: str, identifier: str) -> dict[str, Any]:
    status: dict[str, Any] = {"state": "suppressed", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
    return {**status, by: [identifier]}


def issue(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "id": "4242",
        "shortId": "EVENTA-FE-1",
        "title": "TypeError: undefined is not a function",
        "culprit": "checkout in pay",
        "permalink": "https://eventa.sentry.io/issues/4242/",
        "status": "unresolved",
        "substatus": "new",
        "count": "150",
        "userCount": 31,
        "firstSeen": stamp(NOW - timedelta(minutes=9)),
        "lastSeen": stamp(NOW - timedelta(seconds=4)),
        "project": {"id": "1", "name": "eventa-fe", "slug": "eventa-fe", "platform": "javascript"},
    }
    return {**content, **changes}


def sentry_event(*frames: dict[str, Any], **thrown: Any) -> dict[str, Any]:
    """The newest event of an issue; frames from the outermost call to the innermost."""
    value = {"type": "TypeError", "value": "x is undefined", "stacktrace": {"frames": list(frames)}, **thrown}
    entries = [{"type": "breadcrumbs", "data": {"values": []}}, {"type": "exception", "data": {"values": [value]}}]
    return {"eventID": "e1", "dateCreated": stamp(NOW), "entries": entries}


def frame(function: str, *, ours: bool = True, line: int | None = 88) -> dict[str, Any]:
    return {"function": function, "filename": f"src/{function}.ts", "lineNo": line, "inApp": ours, "vars": None}


def release(version: str, **changes: Any) -> dict[str, Any]:
    made = {"dateCreated": stamp(NOW - timedelta(days=1)), "dateReleased": None, "lastDeploy": None}
    return {"id": 1, "version": version, "shortVersion": version, "authors": [], **made, **changes}


def timeseries(before: float = 2, now: float = 7, minutes: int = 31) -> dict[str, Any]:
    """One value a minute, the newest for the minute that is going on."""
    newest = NOW.replace(second=0)
    values = []
    for age in reversed(range(minutes)):
        at = newest - timedelta(minutes=age)
        value = now if age <= 15 else before
        values.append({"timestamp": at.timestamp() * 1000, "value": value, "incomplete": age == 0})
    series = {"yAxis": "count()", "values": values, "meta": {"valueType": "integer", "interval": 60000}}
    return {"timeSeries": [series], "meta": {"dataset": "errors", "start": 0, "end": 0}}


def deployment(name: str = "eventa-api", **changes: Any) -> dict[str, Any]:
    """A complete roll-out of three replicas; `status` and `spec` are changed field by field."""
    spec = {
        "replicas": 3,
        "template": {"spec": {"containers": [{"name": "app", "image": f"registry/{name}:4.18.2"}]}},
        **changes.pop("spec", {}),
    }
    status = {
        "observedGeneration": 7,
        "replicas": 3,
        "updatedReplicas": 3,
        "availableReplicas": 3,
        "conditions": [condition("Available", "True"), condition("Progressing", "True", "NewReplicaSetAvailable")],
        **changes.pop("status", {}),
    }
    metadata = {
        "name": name,
        "namespace": "default",
        "uid": f"uid-{name}",
        "generation": 7,
        "annotations": {"deployment.kubernetes.io/revision": "41"},
    }
    return {"metadata": metadata, "spec": spec, "status": status, **changes}


def condition(kind: str, status: str, reason: str = "", message: str = "") -> dict[str, str]:
    updated = stamp(NOW - timedelta(minutes=2))
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastUpdateTime": updated}


def replica_set(
    owner: str, revision: str, made: datetime, annotations: dict[str, str] | None = None, **container: Any
) -> dict[str, Any]:
    """`container` is what its template's only container has besides the name."""
    template = {"template": {"spec": {"containers": [{"name": "app", **container}]}}} if container else {}
    return {
        "spec": template,
        "metadata": {
            "name": f"{owner}-{revision}",
            "uid": f"uid-{owner}-{revision}",
            "creationTimestamp": stamp(made),
            "annotations": {"deployment.kubernetes.io/revision": revision, **(annotations or {})},
            "ownerReferences": [{"kind": "Deployment", "name": owner, "uid": f"uid-{owner}", "controller": True}],
        },
    }


def pod(name: str = "eventa-api-41-x", owner: str = "eventa-api-41", **status: Any) -> dict[str, Any]:
    """A pod that was made ten minutes ago and serves; `status` is changed field by field."""
    return {
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": f"uid-{name}",
            "creationTimestamp": stamp(NOW - timedelta(minutes=10)),
            "ownerReferences": [{"kind": "ReplicaSet", "name": owner, "uid": f"uid-{owner}", "controller": True}],
        },
        "status": {"phase": "Running", "containerStatuses": [container_status(running={})], **status},
    }


def container_status(name: str = "app", *, restarts: int = 0, last: Any = None, **state: Any) -> dict[str, Any]:
    """One container in one state: `waiting`, `running` or `terminated`."""
    last_state = {"terminated": last} if last else {}
    status = {"name": name, "ready": "running" in state, "restartCount": restarts, "image": "x", "imageID": ""}
    return {**status, "state": state, "lastState": last_state}


def kube_event(about: str, reason: str, message: str, *, kind: str = "Pod", **changes: Any) -> dict[str, Any]:
    """A warning of a minute ago about one object."""
    content: dict[str, Any] = {
        "metadata": {"name": f"{about}.{reason}", "uid": f"uid-{about}-{reason}", "namespace": "default"},
        "involvedObject": {"kind": kind, "name": about, "uid": f"uid-{about}"},
        "type": "Warning",
        "reason": reason,
        "message": message,
        "count": 3,
        "firstTimestamp": stamp(NOW - timedelta(minutes=5)),
        "lastTimestamp": stamp(NOW - timedelta(minutes=1)),
    }
    return {**content, **changes}


def kube_list(*items: Any, following: str = "") -> dict[str, Any]:
    return {"kind": "List", "metadata": {"continue": following} if following else {}, "items": list(items)}


def vector(*values: tuple[dict[str, str], str], **more: Any) -> dict[str, Any]:
    """An instant query's answer: labels and value of each series."""
    result = [{"metric": labels, "value": [NOW.timestamp(), value]} for labels, value in values]
    return {"status": "success", "data": {"resultType": "vector", "result": result}, **more}


def matrix(*series: tuple[dict[str, str], list[tuple[float, str]]], **more: Any) -> dict[str, Any]:
    """A range query's answer: labels of each series, and its values with their age in seconds."""
    result = [
        {"metric": labels, "values": [[NOW.timestamp() - age, value] for age, value in values]}
        for labels, values in series
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}


def summary(indicator: str = "none", **components: str) -> dict[str, Any]:
    return {
        "page": {"id": "x", "name": "Stripe", "url": "https://www.stripestatus.com", "updated_at": stamp(NOW)},
        "status": {"indicator": indicator, "description": "All Systems Operational"},
        "components": [{"name": name, "status": state, "group": False} for name, state in components.items()],
        "incidents": [],
        "scheduled_maintenances": [],
    }


def healthy() -> Behaviour:
    """An upstream that is every vendor at once."""
    metrics, lines = answer_json(matrix(({}, [(60, "6"), (0, "7")]))), answer_json(streams(log_lines("a", ages=[4])))
    return by_path(
        alerts=answer_json([alert()]),
        issues=answer_json([issue()]),
        events_timeseries=answer_json(timeseries()),
        latest=answer_json(sentry_event(frame("pay"))),
        releases=answer_json([release("eventa-frontend@4.19.0")]),
        summary_json=answer_json(summary(API="operational")),
        query=answer_json(vector(({}, "7"))),
        query_range=lambda request, connection: (lines if "/loki/" in request.path else metrics)(request, connection),
        **paging(),
        deployments=answer_json(kube_list(deployment())),
        replicasets=answer_json(kube_list(replica_set("eventa-api", "41", NOW - timedelta(days=1)))),
        pods=answer_json(kube_list(pod())),
        events=answer_json(kube_list(kube_event("eventa-api-41-x", "BackOff", "Back-off restarting"))),
    )
