"""The configuration: typed shapes, where the file is found, and how it is read."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, field


class Upstream(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every upstream has."""

    every: float = 15.0
    """Seconds between two reads."""
    deadline: float = 10.0
    """Seconds after which a call is given up, whatever it is doing."""


class Alertmanager(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    urls: list[str]
    """One a replica; answers are merged by fingerprint."""
    token: str | None = None
    """Where the bearer token is: `env:NAME` or `file:/path`."""
    matchers: list[str] = field(default_factory=list)
    """Only alerts that match all of them: `service="eventa"`."""
    watchdog: str = "Watchdog"
    """Name of the alert that always fires."""


class Database(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    instance: str
    """DBInstanceIdentifier."""
    region: str = "ap-northeast-1"
    profile: str | None = None
    endpoint_url: str | None = None
    """Instead of AWS itself; `AWS_ENDPOINT_URL` counts as well."""
    window: float = 60.0
    """Minutes of history to read."""
    bounds: dict[str, float] = field(default_factory=dict)
    """Metric name → the value past which it is bad, in the metric's own unit."""
    every: float = 30.0


class Sentry(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    organization: str
    project: str
    token: str
    """Where the token is: `env:SENTRY_TOKEN` or `file:/path`."""
    url: str = "https://sentry.io"
    environment: str | None = None
    window: float = 15.0
    """Minutes that are compared with the minutes before them."""


class Kubernetes(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    namespace: str = "default"
    deployments: list[str] = field(default_factory=list)
    """Only these; empty means all of the namespace."""
    kubeconfig: str | None = None
    context: str | None = None


class StatusPage(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    url: str
    every: float = 60.0


class EnvironmentConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One environment: how dangerous it is, what watches it, what its commands need."""

    production: bool = False
    drill: bool = False
    title: str = ""
    alertmanager: Alertmanager | None = None
    database: Database | None = None
    sentry: Sentry | None = None
    kubernetes: Kubernetes | None = None
    status_pages: dict[str, StatusPage] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    """Put into every command's environment: `AWS_REGION`, `KUBECONFIG`."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Values of runbook parameters here: `CF_DISTRIBUTION_ID`."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Secret variables and where their values are: `ADMIN_TOKEN = "env:ADMIN_TOKEN"`."""


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    environments: dict[str, EnvironmentConfig]
    service: str = "eventa"
    environment: str = ""
    """The one that opens when none is asked for; empty means the first."""
    language: str = "auto"
    """`ja`, `en` or `auto` (by the locale)."""
    timezone: str = "Asia/Tokyo"
    runbooks: list[str] = field(default_factory=list)
    """Files or folders; empty means the ones that are shipped."""
    state: Path | None = None
    """Folder of incidents and runs; empty means the user's state folder."""
    responder: str = ""
    """Name in the record; empty means the login name."""
    path: Path | None = None
    """Where this was read from; not a key of the file."""
