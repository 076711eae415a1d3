"""The board: what each upstream last said, how old that is, and why there is nothing newer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:  # the first paint needs none of them
    from eventa_cockpit.domain.alert import AlertList
    from eventa_cockpit.domain.cdn import CdnStatus
    from eventa_cockpit.domain.database import DatabaseReadings
    from eventa_cockpit.domain.database_state import DatabaseState
    from eventa_cockpit.domain.error_report import ErrorReport
    from eventa_cockpit.domain.log_stream import LogWindow
    from eventa_cockpit.domain.metric import MetricReadings
    from eventa_cockpit.domain.on_call import OnCall
    from eventa_cockpit.domain.page import PageList
    from eventa_cockpit.domain.rollout import RolloutList
    from eventa_cockpit.domain.service_status import ServiceStatus
    from eventa_cockpit.domain.slo import SloReport
    from eventa_cockpit.domain.slow_queries import SlowQueries

T = TypeVar("T")


class Freshness(StrEnum):
    """Whether what is shown may still be true."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"


class FailureKind(StrEnum):
    """Why an upstream gave nothing new; each has its own sentence on the screen."""

    TIMEOUT = "timeout"
    NETWORK = "network"
    NAME = "name"
    """The host name did not resolve."""
    TLS = "tls"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    """The upstream understood us and says that the request is wrong."""
    THROTTLED = "throttled"
    REDIRECTED = "redirected"
    SERVER = "server"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    CREDENTIALS = "credentials"
    """None were found, or they have expired, before any call was made."""
    NOT_CONFIGURED = "not_configured"
    DEFECT = "defect"
    """The cockpit's own code failed while it read the upstream."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The newest failed try of an upstream."""

    kind: FailureKind
    detail: str
    """One cleaned line from the upstream or the transport."""
    at: datetime
    tries: int = 1
    """Failed tries in a row."""


@dataclass(frozen=True, slots=True)
class Feed(Generic[T]):
    """One upstream's place on the board."""

    source: str
    """Key of the upstream: `alerts`, `alerts:<name>`, `database`, `errors`, `rollouts`, `status:<name>`."""
    stale_after: timedelta
    value: T | None = None
    """The last good answer, kept whatever happens afterwards."""
    at: datetime | None = None
    """When that answer was given, in UTC."""
    failure: Failure | None = None
    next_try: datetime | None = None
    vendor: str = ""
    """Who answers, in the vendor's own spelling: `Alertmanager`."""

    def freshness(self, now: datetime) -> Freshness:
        if self.value is None or self.at is None:
            return Freshness.UNKNOWN
        if now - self.at > self.stale_after:
            return Freshness.STALE
        return Freshness.STALE if self.failure is not None else Freshness.FRESH

    def age(self, now: datetime) -> timedelta | None:
        """Never negative: a clock that was set back does not make data younger than now."""
        return None if self.at is None else max(now - self.at, timedelta())


ALERTS = "alerts"
ALERTS_PREFIX = "alerts:"
"""Before the name of any further source of alerts in its key: `alerts:cloudwatch`."""
DATABASE = "database"
DATABASE_STATE = "database_state"
SLOW_QUERIES = "slow_queries"
CDN = "cdn"
ERRORS = "errors"
LOGS = "logs"
METRICS = "metrics"
SLO = "slo"
ON_CALL = "on_call"
PAGES = "pages"
ROLLOUTS = "rollouts"
PLUGIN_PREFIX = "plugin:"
"""Before the configured name of another package's source: `plugin:payments`."""
STATUS_PREFIX = "status:"
"""Before the configured name of a status page in its key: `status:stripe`."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The cockpit that asks the upstreams, for itself or for all that watch the same."""

    responder: str
    pid: int
    is_us: bool
    trouble: str = ""
    """Why this one asks for itself instead of sharing, in a sentence; empty while all is well."""


@dataclass(frozen=True, slots=True)
class Board:
    """All feeds now. A feed that is not configured is absent, not unknown."""

    feeds: Mapping[str, Feed[Any]] = field(default_factory=lambda: MappingProxyType({}))
    asked_by: Asker | None = None
    """None where nobody shares."""
    _alerts: Feed[AlertList] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_alerts", self._all_alerts())

    @property
    def has_answers(self) -> bool:
        """Some upstream has answered since the start."""
        return any(feed.value is not None for feed in self.feeds.values())

    @property
    def is_awaited(self) -> bool:
        """No upstream has answered or failed yet: the first moment of a start."""
        return all(feed.value is None and feed.failure is None for feed in self.feeds.values())

    @property
    def alerts(self) -> Feed[AlertList] | None:
        """The alerts of all their sources as one feed; each source's own is among `feeds`."""
        return self._alerts

    @property
    def database(self) -> Feed[DatabaseReadings] | None:
        return self.feeds.get(DATABASE)

    @property
    def database_state(self) -> Feed[DatabaseState] | None:
        return self.feeds.get(DATABASE_STATE)

    @property
    def slow_queries(self) -> Feed[SlowQueries] | None:
        return self.feeds.get(SLOW_QUERIES)

    @property
    def cdn(self) -> Feed[CdnStatus] | None:
        return self.feeds.get(CDN)

    @property
    def errors(self) -> Feed[ErrorReport] | None:
        return self.feeds.get(ERRORS)

    @property
    def logs(self) -> Feed[LogWindow] | None:
        return self.feeds.get(LOGS)

    @property
    def metrics(self) -> Feed[MetricReadings] | None:
        return self.feeds.get(METRICS)

    @property
    def slo(self) -> Feed[SloReport] | None:
        return self.feeds.get(SLO)

    @property
    def on_call(self) -> Feed[OnCall] | None:
        return self.feeds.get(ON_CALL)

    @property
    def pages(self) -> Feed[PageList] | None:
        """What people were woken for."""
        return self.feeds.get(PAGES)

    @property
    def rollouts(self) -> Feed[RolloutList] | None:
        return self.feeds.get(ROLLOUTS)

    @property
    def statuses(self) -> Mapping[str, Feed[ServiceStatus]]:
        """Other companies' status pages by their configured name."""
        pages = {key: feed for key, feed in self.feeds.items() if key.startswith(STATUS_PREFIX)}
        return {key.removeprefix(STATUS_PREFIX): feed for key, feed in pages.items()}

    def _all_alerts(self) -> Feed[AlertList] | None:
        parts = [feed for key, feed in self.feeds.items() if key == ALERTS or key.startswith(ALERTS_PREFIX)]
        if len(parts) < 2:
            return parts[0] if parts else None
        from eventa_cockpit.domain.alert_feeds import as_one  # the first paint, and most teams, have one source

        return as_one(parts)

    def with_feed(self, feed: Feed[Any]) -> Board:
        return Board(MappingProxyType({**self.feeds, feed.source: feed}), self.asked_by)
