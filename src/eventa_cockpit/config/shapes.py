"""The shapes of `cockpit.toml`. The text under each key is its documentation: `cockpit config init` and
docs/configuration.md are made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct, field

from eventa_cockpit.domain.environment import Environment


class Upstream(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every upstream has."""

    every: float = 15.0
    """Seconds between two reads."""
    deadline: float = 10.0
    """Seconds after which a read is given up, whatever it is doing."""


class Alertmanager(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Prometheus Alertmanager, API v2: the alerts pane, and which runbook is offered."""

    urls: list[str]
    """Addresses of all replicas; their answers are merged by fingerprint."""
    token: str | None = None
    """Where the bearer token is (see "Secrets")."""
    matchers: list[str] = field(default_factory=list)
    """Only alerts that match all of these, in Alertmanager's own syntax."""
    watchdog: str = "Watchdog"
    """Name of the alert that always fires; the pane warns when it is not there."""


class GrafanaAlerts(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Alerts that Grafana manages itself: in the alerts pane beside Alertmanager's."""

    url: str
    """Address of Grafana, with its path if it has one."""
    token: str
    """Where the token of a service account is (see "Secrets"); to read alerts and to create silences."""
    matchers: list[str] = field(default_factory=list)
    """Only alerts that match all of these, in Alertmanager's own syntax."""


class Aws(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every upstream in AWS has."""

    region: str = "ap-northeast-1"
    """AWS region that is asked."""
    profile: str | None = None
    """Profile of ~/.aws/config that gives the credentials; unset means the usual AWS search order."""
    endpoint_url: str | None = None
    """Ask this address instead of AWS; `AWS_ENDPOINT_URL` counts as well."""


class Database(Aws, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One RDS or Aurora instance, through CloudWatch and RDS: the database pane."""

    instance: str
    """The DBInstanceIdentifier."""
    window: float = 60.0
    """Minutes of history that are read and drawn."""
    bounds: dict[str, float] = field(default_factory=dict)
    """CloudWatch metric → the value past which it is bad, in the metric's own unit (bytes, seconds, percent, count)."""
    every: float = 30.0
    """Seconds between two reads."""
    state_every: float = 60.0
    """Seconds between two reads of members, events and pending maintenance."""
    slow_every: float = 120.0
    """Seconds between two reads of the slow-query log."""
    slow_lines: int = 4000
    """Newest lines of the slow-query log that are summed up; 0 leaves the log alone."""


class Alarms(Aws, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """CloudWatch alarms, among the alerts of the alerts pane."""

    prefix: str = ""
    """Only alarms whose names begin so; empty means all of the region."""
    warnings: list[str] = field(default_factory=list)
    """Names of alarms that only warn, with `*` for any characters; all others are critical, as CloudWatch knows no
    severity."""
    every: float = 30.0
    """Seconds between two reads."""


class Cdn(Aws, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One CloudFront distribution: its error rates and invalidations, in the pane of upstreams."""

    distribution: str
    """Id of the distribution."""
    region: str = "us-east-1"
    """AWS region of its metrics; CloudFront has them in this one only."""
    bounds: dict[str, float] = field(default_factory=dict)
    """Metric (`5xxErrorRate`, `4xxErrorRate`, `Requests`) → the value past which it is bad."""
    every: float = 60.0
    """Seconds between two reads."""


class Sentry(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One Sentry project: the errors pane."""

    organization: str
    """Slug of the organization."""
    project: str
    """Slug of the project."""
    token: str
    """Where the API token is (see "Secrets"); scopes: `event:read`, and `project:read` for releases."""
    url: str = "https://sentry.io"
    """Address of Sentry; of your own installation, if you have one."""
    environment: str | None = None
    """Only errors of this Sentry environment."""
    window: float = 15.0
    """Minutes that are compared with the same number of minutes before them."""


class Query(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One query whose result is a number, by the name that checks use: `payment_failure_rate < 5%`."""

    query: str
    """PromQL. Several series in the result are shown one by one."""
    title: str = ""
    """What the screen calls it; empty means its name."""
    unit: str = ""
    """Unit of the result: `%`, `ms`, `s`, `By` (bytes), `1` (count), `1/s` …"""
    bound: float | None = None
    """Value past which it is bad, in that unit."""
    floor: bool = False
    """It is bad below the bound instead of above it."""


class Prometheus(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Prometheus, or what speaks its HTTP API (Mimir, Thanos, VictoriaMetrics), itself or through Grafana."""

    url: str
    """Address of Prometheus, with its path if it has one; of Grafana where `datasource` is set."""
    datasource: str | None = None
    """UID of the datasource in Grafana, through whose proxy the queries go then."""
    token: str | None = None
    """Where the bearer token is (see "Secrets"); for Grafana that of a service account."""
    window: float = 60.0
    """Minutes of history that are read and drawn."""
    oldest: float = 120.0
    """Seconds after which the newest sample of a series says nothing about now: some scrape intervals."""
    queries: dict[str, Query] = field(default_factory=dict)
    """What is asked, by name."""


class Loki(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Loki, itself or through Grafana: the logs pane."""

    url: str
    """Address of Loki, with its path if it has one; of Grafana where `datasource` is set."""
    query: str = '{service="eventa"}'
    """LogQL that selects lines."""
    datasource: str | None = None
    """UID of the datasource in Grafana, through whose proxy the queries go then."""
    tenant: str | None = None
    """Tenant, sent as `X-Scope-OrgID`; unset where Loki has but one."""
    token: str | None = None
    """Where the bearer token is (see "Secrets"); for Grafana that of a service account."""
    window: float = 5.0
    """Minutes of lines that are shown."""
    every: float = 10.0
    """Seconds between two reads."""


class ServiceLevel(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Error budgets of the service's objectives, from the queries of `[environments.prod.prometheus]`'s server."""

    file: str | None = None
    """OpenSLO v1, Sloth, Pyrra or plain, relative to this file; unset means `slo.yml` beside the runbooks."""
    requests: str | None = None
    """For a plain file: PromQL of how many requests there were in `{{.window}}`."""
    errors: str | None = None
    """For a plain file: PromQL of how many of them failed."""
    fast: str | None = None
    """For a plain file: PromQL of how many of them were faster than its latency."""
    minimum: float = 100.0
    """Requests below which a window says nothing: with fewer, one error looks like an outage."""
    resolution: float = 60.0
    """Seconds of the shortest slice that is asked for; at least two scrape intervals."""
    every: float = 30.0
    """Seconds between two reads."""
    deadline: float = 20.0
    """Seconds after which a read is given up; the days that did not arrive are asked for next time."""


class Kubernetes(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Deployments of one namespace: the roll-outs pane."""

    namespace: str = "default"
    """Namespace whose deployments are shown."""
    deployments: list[str] = field(default_factory=list)
    """Only these deployments; empty means all of the namespace."""
    kubeconfig: str | None = None
    """Path of the kubeconfig; unset means $KUBECONFIG, ~/.kube/config or the pod's own account."""
    context: str | None = None
    """Context of the kubeconfig; unset means its current one. A step is not run while kubectl would use another."""
    cluster: str | None = None
    """Name of the kubeconfig's cluster, or the address of its API server, that a step's kubectl must reach."""


class PagerDuty(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """PagerDuty: who was paged, who is on call; pages can be answered from here."""

    token: str
    """Where the API key is (see "Secrets"); one that may only read is enough to watch."""
    url: str = "https://api.pagerduty.com"
    """Address of the REST API; in the EU `https://api.eu.pagerduty.com`."""
    from_email: str = ""
    """E-mail of your PagerDuty account, or `env:NAME` of what holds it: pages are answered in its name."""
    services: list[str] = field(default_factory=list)
    """Ids of the services whose pages are shown; empty means all that the key may see."""
    escalation_policy: str = ""
    """Id of the escalation policy whose levels are on call: 1 is the primary, 2 the secondary."""
    schedules: list[str] = field(default_factory=list)
    """Ids of the schedules in the order in which they are called, where no policy has just these levels."""
    routing_key: str | None = None
    """Where the integration key of Events API v2 is (see "Secrets"): no step of the cockpit uses it yet."""
    events_url: str = "https://events.pagerduty.com"
    """Address of Events API v2; in the EU `https://events.eu.pagerduty.com`."""


class Calendar(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The on-call calendar (iCal): who is on call while PagerDuty is not configured or does not answer."""

    address: str
    """Where the calendar's secret `.ics` address is (see "Secrets"); the address itself is the secret."""
    primary: list[str] = field(default_factory=lambda: ["primary", "一次"])
    """Words in an event's title that make it the primary's; without any such title all events are."""
    secondary: list[str] = field(default_factory=lambda: ["secondary", "二次"])
    """Words in an event's title that make it the secondary's."""
    timezone: str = "Asia/Tokyo"
    """Time zone of events that name none, such as those of whole days."""
    every: float = 300.0
    """Seconds between two reads."""


class StatusPage(Upstream, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Public status page of a vendor that the service depends on."""

    url: str
    """Address of the page, or of one of its formats: Statuspage's summary, Stripe's own, Atom or RSS."""
    every: float = 60.0
    """Seconds between two reads."""


class Slack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where people are told: by a bot's token, else by an incoming webhook (one channel, no threads)."""

    token: str | None = None
    """Where the bot's token is (see "Secrets"); it needs the scope `chat:write`."""
    webhook: str | None = None
    """Where the webhook's address is: whoever knows it can post, so it is a secret."""
    incidents: str = "#incidents"
    """Channel in which incidents are declared, updated and closed."""
    page: str = "#sre-oncall"
    """Channel in which the people on call are asked for help."""
    url: str = "https://slack.com/api"
    """Address of Slack's API."""
    deadline: float = 10.0
    """Seconds after which a post is given up."""
    language: str = ""
    """Language of the texts: `ja` or `en`; empty means the screen's."""


class EscalationChannel(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one target of the escalation policy is reached."""

    to: str
    """Channel or user of Slack; of PagerDuty the level to which the incident's page is escalated (`"2"`)."""
    vendor: str = "slack"
    """`slack` or `pagerduty`."""
    automatic: bool = False
    """Told by itself when the deadline passes; otherwise by one key, with the text ready."""
    mention: str = ""
    """Put before the text: `<!subteam^S012345>` or `<@U012345>`."""


class EnvironmentConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One environment: how dangerous it is, what watches it, what its commands need."""

    production: bool = False
    """Users depend on it: a change asks for the environment's name, typed."""
    drill: bool = False
    """Simulated: the header says DRILL and incidents are marked as drills."""
    title: str = ""
    """Long name in your own language, shown beside the short one."""
    alertmanager: Alertmanager | None = None
    """Alerts; without it the pane says that nothing is configured."""
    grafana_alerts: GrafanaAlerts | None = None
    """Grafana's own alerts; without it only the other sources of alerts count."""
    database: Database | None = None
    """Database metrics; without it the pane says that nothing is configured."""
    alarms: Alarms | None = None
    """CloudWatch alarms, shown among the alerts."""
    cdn: Cdn | None = None
    """CloudFront."""
    sentry: Sentry | None = None
    """Application errors; without it the pane says that nothing is configured."""
    prometheus: Prometheus | None = None
    """Metrics by the team's own queries; without it the pane says that nothing is configured."""
    slo: ServiceLevel | None = None
    """Error budgets; without it the pane says that nothing is configured."""
    loki: Loki | None = None
    """Log lines; without it there is no such pane."""
    kubernetes: Kubernetes | None = None
    """Roll-outs; without it the pane says that nothing is configured."""
    pagerduty: PagerDuty | None = None
    """Pages and who is on call; without it there is no such pane."""
    calendar: Calendar | None = None
    """Who is on call where PagerDuty does not say it."""
    status_pages: dict[str, StatusPage] = field(default_factory=dict)
    """Status pages of vendors, by the name that is shown."""
    aws_account: str = ""
    """Number of the AWS account that a step's commands must act in, or the ARN of who they act as (`*` at its end for
    any); a step is not run as anybody else."""
    plugins: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Upstream of another package (docs/integrations.md), by the name that is shown."""
    slack: Slack | None = None
    """Where people are told; without it texts are ready to be copied."""
    escalation: dict[str, EscalationChannel] = field(default_factory=dict)
    """Target of the escalation policy, in the policy's own words → how it is reached."""
    declare_unanswered: bool = False
    """`cockpit watch` declares an incident for a critical alert that nobody answers, so that the policy acts."""
    variables: dict[str, str] = field(default_factory=dict)
    """Variables that every command gets."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Values of runbook parameters in this environment, so that nobody has to type them."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Secret variable → where its value is (see "Secrets"). Commands get it; screen, disk and journal never do."""

    def described_as(self, name: str) -> Environment:
        """What the rest of the cockpit knows of this environment, which the file calls `name`."""
        return Environment(name, is_production=self.production, is_drill=self.drill, title=self.title)


class Record(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where incidents are recorded; without it in files of the state folder. Several bastions share a PostgreSQL."""

    url: str = ""
    """Address of the database (`postgresql://…`, extra `postgres`); empty means files of the state folder."""
    password: str | None = None
    """Where the database's password is (see "Secrets"), unless the address or the client's own files say it."""


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    environments: dict[str, EnvironmentConfig]
    """The environments by their short names, such as `prod` and `stg`."""
    service: str = "eventa"
    """Name of the service, shown in the header."""
    environment: str = ""
    """Environment that opens when `--env` does not say; empty means the first one of the file."""
    language: str = "auto"
    """Language of the screen: `ja`, `en`, or `auto` (by the locale)."""
    timezone: str = "Asia/Tokyo"
    """Time zone of every time on the screen."""
    runbooks: list[str] = field(default_factory=list)
    """Files or folders of runbooks, relative to this file; empty means the ones that come with the cockpit."""
    state: Path | None = None
    """Folder of incidents and runs, relative to this file; unset means ~/.local/state/eventa-cockpit."""
    responder: str = ""
    """Your name in the record; empty means the login name."""
    journal: Record = field(default_factory=Record)
    """Where incidents are recorded."""
    sharing: bool = True
    """Cockpits with one state folder and the same upstreams ask them once for all, `cockpit watch` included."""
    trusted_signers: Path | None = None
    """File of allowed signers (see ssh-keygen(1)), relative to this file: what they signed needs no approval."""
    path: Path | None = None
    """Where this was read from, None when there is no file. Not a key of the file."""

    @property
    def chosen(self) -> EnvironmentConfig:
        """The environment that is open. A loaded configuration always has it."""
        return self.environments[self.environment]
