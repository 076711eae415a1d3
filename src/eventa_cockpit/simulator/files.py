"""The files that make real tools talk to a world: configuration, kubeconfig, curlrc, tokens."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.model.roster import PEOPLE

BOUNDS = {
    "CPUUtilization": 80.0,
    "ReadLatency": 0.1,
    "WriteLatency": 0.1,
    "DatabaseConnections": 400.0,
    "DiskQueueDepth": 20.0,
    "ReplicaLag": 30.0,
    "FreeableMemory": 1.0 * 2**30,
    "FreeStorageSpace": 20.0 * 2**30,
}
"""CloudWatch metric → the team's threshold, in the metric's own unit."""
ALARMS = {
    "eventa-prod-read-latency": ("ReadLatency", "DB の読み取りレイテンシがしきい値を超えています"),
    "eventa-prod-cpu": ("CPUUtilization", "DB の CPU 使用率がしきい値を超えています"),
    "eventa-prod-connections": ("DatabaseConnections", "DB の接続数がしきい値を超えています"),
    "eventa-prod-disk-queue": ("DiskQueueDepth", "DB のディスク待ちがしきい値を超えています"),
}
"""The team's CloudWatch alarms, each on one metric and its threshold, with what it says."""
REQUESTS = "sum(rate(http_requests_total[5m]))"
QUERIES: Mapping[str, Mapping[str, Any]] = {
    "payment_failure_rate": {
        "query": '100 * sum(rate(payments_total{result="failed"}[2m])) / sum(rate(payments_total[2m]))',
        "title": "決済失敗率",
        "unit": "%",
        "bound": 5.0,
    },
    "error_rate": {
        "query": f'100 * sum(rate(http_requests_total{{code=~"5.."}}[5m])) / {REQUESTS}',
        "title": "API エラー率",
        "unit": "%",
        "bound": 0.1,
    },
    "p95": {
        "query": "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[2m])))",
        "title": "API P95",
        "unit": "s",
        "bound": 0.3,
    },
    "frontend_errors": {
        "query": "60 * sum(rate(frontend_errors_total[2m]))",
        "title": "画面エラー/分",
        "unit": "1",
        "bound": 60.0,
    },
    "requests": {"query": REQUESTS, "title": "リクエスト", "unit": "1/s"},
}
"""What eventa's team asks Prometheus, by the name that its runbooks' checks use."""
SLO_QUERIES = {
    "requests": "sum(increase(http_requests_total[{{.window}}]))",
    "errors": 'sum(increase(http_requests_total{code=~"5.."}[{{.window}}]))',
    "fast": 'sum(increase(http_request_duration_seconds_bucket{le="0.3"}[{{.window}}]))',
}
"""What measures the objectives of `slo.yml`."""
PARAMETERS = {
    "CF_DISTRIBUTION_ID": sites.DISTRIBUTION,
    "DB_INSTANCE_CLASS": "db.r6g.2xlarge",
    "SNAPSHOT_ID": sites.SNAPSHOT,
    "BACKUP_BUCKET": sites.BACKUP_BUCKET,
    "RESTORE_BUCKET": sites.RESTORE_BUCKET,
}
"""What the runbooks' commands ask for and the simulated world has."""


def write_private(path: Path, content: bytes | str) -> None:
    """Write a file that only its owner may read, replacing what was there."""
    data = content.encode() if isinstance(content, str) else content
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def write_world_files(folder: Path, ports: Mapping[str, int]) -> Path:
    """Write everything that a client of the world needs; returns the path of its `cockpit.toml`."""
    for name in sites.TOKEN_FILES:
        write_private(folder / name, f"drill-{secrets.token_hex(16)}")
    calendar_key = (folder / sites.CALENDAR_KEY_FILE).read_text()
    address = f"{_url(ports[sites.CALENDAR])}/calendar/ical/eventa-oncall/private-{calendar_key}/basic.ics"
    write_private(folder / sites.CALENDAR_ADDRESS_FILE, address)
    write_private(folder / ".curlrc", _curlrc(folder, ports[sites.TLS]))
    kubernetes_token = (folder / sites.KUBERNETES_TOKEN_FILE).read_text()
    write_private(folder / "kubeconfig", _kubeconfig(folder, ports[sites.KUBERNETES], kubernetes_token))
    write_private(folder / "aws-config", "[default]\n")
    (folder / "cache").mkdir(exist_ok=True)
    config_path = folder / sites.CONFIG_FILE
    write_private(config_path, _config(folder, ports))
    return config_path


def variables(folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """What a command's environment needs so that curl, aws and kubectl reach the world as they are."""
    tools = Path(sys.prefix) / "bin"
    loopback = f"{sites.HOST},localhost"
    return {
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "CURL_HOME": str(folder),
        "KUBECONFIG": str(folder / "kubeconfig"),
        "KUBECACHEDIR": str(folder / "cache"),
        "AWS_ENDPOINT_URL": _url(ports[sites.AWS]),
        "AWS_ACCESS_KEY_ID": "AKIADRILLDRILLDRILL0",
        "AWS_SECRET_ACCESS_KEY": "drill-only",
        "AWS_REGION": sites.REGION,
        "AWS_DEFAULT_REGION": sites.REGION,
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
        # Whatever profile the responder's shell has chosen, it is not of this world.
        "AWS_PROFILE": "default",
        "AWS_SESSION_TOKEN": "",
        "AWS_CONFIG_FILE": str(folder / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "aws-config"),
        "NO_PROXY": loopback,
        "no_proxy": loopback,
    }


def _url(port: int) -> str:
    return f"http://{sites.HOST}:{port}"


def _curlrc(folder: Path, port: int) -> str:
    lines = [f'connect-to = "{host}:443:{sites.HOST}:{port}"' for host in sites.TLS_HOSTS]
    return "\n".join([*lines, f'cacert = "{folder / sites.CA_FILE}"', 'noproxy = "*"', ""])


def _kubeconfig(folder: Path, port: int, token: str) -> str:
    cluster = {"server": f"https://{sites.HOST}:{port}", "certificate-authority": str(folder / sites.CA_FILE)}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": sites.CONTEXT,
        "clusters": [{"name": "eventa-drill", "cluster": cluster}],
        "users": [{"name": "responder", "user": {"token": token}}],
        "contexts": [
            {
                "name": sites.CONTEXT,
                "context": {"cluster": "eventa-drill", "user": "responder", "namespace": "default"},
            }
        ],
    }
    return json.dumps(content, indent=2)


def _config(folder: Path, ports: Mapping[str, int]) -> str:
    tables: dict[str, Mapping[str, Any]] = {
        "": {"service": "eventa", "environment": "prod", "state": str(folder / "state")},
        "environments.prod": {"production": True, "drill": True, "title": "ドリル", "aws_account": sites.AWS_ACCOUNT},
        "environments.prod.alertmanager": {"urls": [_url(ports[sites.ALERTMANAGER])], "every": 5.0},
        "environments.prod.database": {
            "instance": sites.INSTANCE,
            "region": sites.REGION,
            "endpoint_url": _url(ports[sites.AWS]),
            "every": 15.0,
            "state_every": 30.0,
            "slow_every": 60.0,
        },
        "environments.prod.database.bounds": BOUNDS,
        "environments.prod.alarms": {
            "region": sites.REGION,
            "endpoint_url": _url(ports[sites.AWS]),
            "warnings": ["eventa-prod-cpu", "eventa-prod-connections"],
            "every": 15.0,
        },
        "environments.prod.cdn": {
            "distribution": sites.DISTRIBUTION,
            "endpoint_url": _url(ports[sites.AWS]),
            "every": 30.0,
        },
        "environments.prod.sentry": {
            "organization": "eventa",
            "project": "eventa-fe",
            "environment": "prod",
            "url": _url(ports[sites.SENTRY]),
            "token": f"file:{folder / sites.SENTRY_TOKEN_FILE}",
            "every": 10.0,
        },
        "environments.prod.prometheus": {"url": _url(ports[sites.PROMETHEUS]), "every": 10.0},
        **{f"environments.prod.prometheus.queries.{name}": query for name, query in QUERIES.items()},
        "environments.prod.slo": {**SLO_QUERIES, "every": 15.0},
        "environments.prod.loki": {"url": _url(ports[sites.LOKI]), "tenant": "eventa", "every": 5.0},
        "environments.prod.kubernetes": {
            "kubeconfig": str(folder / "kubeconfig"),
            "context": sites.CONTEXT,
            "every": 5.0,
        },
        "environments.prod.pagerduty": {
            "url": _url(ports[sites.PAGERDUTY]),
            "token": f"file:{folder / sites.PAGERDUTY_TOKEN_FILE}",
            "from_email": PEOPLE[0].email,
            "routing_key": f"file:{folder / sites.ROUTING_KEY_FILE}",
            "events_url": _url(ports[sites.PAGERDUTY]),
            "services": [sites.PAGER_SERVICE],
            "escalation_policy": sites.PAGER_POLICY,
            "every": 5.0,
        },
        "environments.prod.calendar": {"address": f"file:{folder / sites.CALENDAR_ADDRESS_FILE}"},
        "environments.prod.status_pages.Stripe": {"url": _url(ports[sites.STATUS]), "every": 15.0},
        'environments.prod.status_pages."PAY.JP"': {"url": _url(ports[sites.PAYJP_STATUS]), "every": 15.0},
        "environments.prod.slack": {
            "token": f"file:{folder / sites.SLACK_TOKEN_FILE}",
            "url": f"{_url(ports[sites.SLACK])}/api",
            "language": "ja",
        },
        'environments.prod.escalation."二次担当"': {"to": "#sre-oncall", "automatic": True},
        'environments.prod.escalation."技術責任者"': {"to": "#sre-oncall"},
        "environments.prod.variables": variables(folder, ports),
        "environments.prod.parameters": PARAMETERS,
        "environments.prod.secrets": {"ADMIN_TOKEN": f"file:{folder / sites.ADMIN_TOKEN_FILE}"},
    }
    return "\n".join(_table(name, content) for name, content in tables.items())


def _table(name: str, content: Mapping[str, Any]) -> str:
    """One TOML table; JSON's strings, numbers, booleans and lists are TOML's, too."""
    lines = [f"[{name}]"] if name else ["# Written anew for each drill."]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in content.items()]
    return "\n".join([*lines, ""])
