"""Names and places of the simulated world that its servers, its files and its launcher agree on."""

from __future__ import annotations

HOST = "127.0.0.1"
API_HOSTS = ("api.eventa.app", "api.stg.eventa.app")
FRONTEND_HOSTS = ("eventa.app", "www.eventa.app")
STATUS_HOSTS = ("www.stripestatus.com", "status.stripe.com")
PAYJP_HOSTS = ("status.pay.jp",)
TLS_HOSTS = API_HOSTS + FRONTEND_HOSTS + STATUS_HOSTS + PAYJP_HOSTS

ALERTMANAGER = "alertmanager"
LOKI = "loki"
SENTRY = "sentry"
SLACK = "slack"
PROMETHEUS = "prometheus"
KUBERNETES = "kubernetes"
PAGERDUTY = "pagerduty"
CALENDAR = "calendar"
STATUS = "status"
PAYJP_STATUS = "payjp_status"
CONTROL = "control"
TLS = "tls"
AWS = "aws"
PLAIN_LISTENERS = (
    ALERTMANAGER,
    LOKI,
    SENTRY,
    SLACK,
    PROMETHEUS,
    STATUS,
    PAYJP_STATUS,
    PAGERDUTY,
    CALENDAR,
    CONTROL,
)
TLS_LISTENERS = (TLS, KUBERNETES)
LISTENERS = (*PLAIN_LISTENERS, *TLS_LISTENERS, AWS)
"""One listening socket each, all of them opened by the launcher."""

CA_FILE = "ca.pem"
CHAIN_FILE = "tls-chain.pem"
KEY_FILE = "tls-key.pem"
ADMIN_TOKEN_FILE = "admin-token"  # noqa: S105 (a file's name)
SENTRY_TOKEN_FILE = "sentry-token"  # noqa: S105
SLACK_TOKEN_FILE = "slack-token"  # noqa: S105
KUBERNETES_TOKEN_FILE = "kubernetes-token"  # noqa: S105
PAGERDUTY_TOKEN_FILE = "pagerduty-token"  # noqa: S105
ROUTING_KEY_FILE = "pagerduty-routing-key"
CALENDAR_KEY_FILE = "calendar-key"
CALENDAR_ADDRESS_FILE = "calendar-address"
TOKEN_FILES = (
    ADMIN_TOKEN_FILE,
    SENTRY_TOKEN_FILE,
    SLACK_TOKEN_FILE,
    KUBERNETES_TOKEN_FILE,
    PAGERDUTY_TOKEN_FILE,
    ROUTING_KEY_FILE,
    CALENDAR_KEY_FILE,
)
LOG_FILE = "world.log"
CONFIG_FILE = "cockpit.toml"

CONTEXT = "eventa-drill"
"""Of the kubeconfig."""
AWS_ACCOUNT = "123456789012"
"""Whose keys moto takes any keys for."""
REGION = "ap-northeast-1"
CDN_REGION = "us-east-1"
"""Where CloudFront's metrics are, wherever its users are."""
INSTANCE = "eventa-prod"
REPLICA = "eventa-prod-read-1"
DISTRIBUTION = "E2EVENTAPROD01"
BACKUP_BUCKET = "eventa-backups"
RESTORE_BUCKET = "eventa-restore-drill"
SNAPSHOT = "eventa-prod-nightly"
PAGER_SERVICE = "PEVENTA"
PAGER_POLICY = "PEVPOLI"
PRIMARY_SCHEDULE = "PEVPRIM"
SECONDARY_SCHEDULE = "PEVSECO"
