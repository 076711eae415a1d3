"""The configuration: typed shapes, where the file is found, how it is read, and where state is kept."""

from __future__ import annotations

from eventa_cockpit.config.loading import UNCONFIGURED, choose, find_config, load_config
from eventa_cockpit.config.shapes import (
    Alarms,
    Alertmanager,
    Aws,
    Calendar,
    Cdn,
    Config,
    Database,
    EnvironmentConfig,
    EscalationChannel,
    Kubernetes,
    Loki,
    PagerDuty,
    Prometheus,
    Query,
    Record,
    Sentry,
    ServiceLevel,
    Slack,
    StatusPage,
    Upstream,
)
from eventa_cockpit.config.state import in_memory, prepare_state, state_folder, why_not_usual

__all__ = [
    "UNCONFIGURED",
    "Alarms",
    "Alertmanager",
    "Aws",
    "Calendar",
    "Cdn",
    "Config",
    "Database",
    "EnvironmentConfig",
    "EscalationChannel",
    "Kubernetes",
    "Loki",
    "PagerDuty",
    "Prometheus",
    "Query",
    "Record",
    "Sentry",
    "ServiceLevel",
    "Slack",
    "StatusPage",
    "Upstream",
    "choose",
    "find_config",
    "in_memory",
    "load_config",
    "prepare_state",
    "state_folder",
    "why_not_usual",
]
