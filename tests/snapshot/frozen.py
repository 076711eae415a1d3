"""One moment of a payment outage, always the same: what the pictures are drawn from."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.board import Board, Failure, FailureKind, Feed
from eventa_cockpit.domain.cdn import CdnStatus, Invalidation
from eventa_cockpit.domain.database import DatabaseReadings
from eventa_cockpit.domain.database_state import DatabaseEvent, DatabaseState, Member, MemberRole
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.error_report import ErrorIssue, ErrorReport, IssueState
from eventa_cockpit.domain.event import (
    Event,
    Fact,
    IncidentDeclared,
    NoteAdded,
    ResponderJoined,
    RunbookOpened,
    StepFinished,
    StepStarted,
)
from eventa_cockpit.domain.incident import Incident, fold
from eventa_cockpit.domain.reading import Bound, Point, Reading
from eventa_cockpit.domain.response import Acknowledged, RoleTaken, SeverityChanged
from eventa_cockpit.domain.response import Role as ResponseRole
from eventa_cockpit.domain.rollout import Deployment, PodTrouble, Revision, RolloutList, RolloutState
from eventa_cockpit.domain.run import RunState, RunStatus
from eventa_cockpit.domain.service_status import ServiceState, ServiceStatus
from eventa_cockpit.domain.slow_queries import SlowQueries, SlowStatement
from eventa_cockpit.runbook.library import load_library, shipped_runbooks
from eventa_cockpit.runbook.rules import explain
from eventa_cockpit.services.desk import Contents, Desk
from eventa_cockpit.services.steering import Steering, steering_for
from eventa_cockpit.widgets.view.approval import Proposal
from eventa_cockpit.widgets.view.lines import Role, Span

if TYPE_CHECKING:
    from eventa_cockpit.services.board import BoardService
    from eventa_cockpit.services.incidents import Incidents
    from eventa_cockpit.services.session import Session

NOW = datetime(2026, 11, 23, 18, 21, 44, tzinfo=UTC)
"""03:21:44 in Tokyo."""


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def feed(source: str, vendor: str, value: Any, *, seconds: float, **more: Any) -> Feed[Any]:
    return Feed(
        source=source, vendor=vendor, stale_after=timedelta(seconds=45), value=value, at=ago(seconds=seconds), **more
    )


def series(start: float, end: float, *, minutes: int = 60, bend: float = 0.7) -> tuple[Point, ...]:
    """Flat until `bend` of the way, then along an S to `end`, with a little wave on top."""
    points = []
    for minute in range(minutes):
        share = max(0.0, (minute / (minutes - 1) - bend) / (1 - bend))
        ease = share * share * (3 - 2 * share)
        wave = 1 + 0.03 * math.sin(minute * 1.7)
        points.append(Point(ago(minutes=minutes - 1 - minute), (start + (end - start) * ease) * wave))
    return tuple(points)


def alerts() -> AlertList:
    return AlertList(
        alerts=(
            Alert(
                fingerprint="f1",
                name="PaymentFailureRateHigh",
                severity=Severity.CRITICAL,
                state=AlertState.FIRING,
                since=ago(minutes=17, seconds=20),
                summary="決済失敗率が 5 % を超えています（現在 41.2 %）",
                labels=MappingProxyType({"alertname": "PaymentFailureRateHigh", "service": "eventa"}),
            ),
            Alert(
                fingerprint="f2",
                name="ApiLatencyHigh",
                severity=Severity.WARNING,
                state=AlertState.FIRING,
                since=ago(minutes=12),
                summary="API P95 レイテンシが 300 ms を超えています（現在 412 ms）",
                labels=MappingProxyType({"alertname": "ApiLatencyHigh", "service": "eventa"}),
            ),
            Alert(
                fingerprint="f3",
                name="NodeDiskFull",
                severity=Severity.WARNING,
                state=AlertState.SILENCED,
                since=ago(hours=5, minutes=3),
                summary="ディスクの空き容量が 10 % 未満です",
            ),
        ),
        watchdog_at=ago(seconds=12),
    )


def database() -> DatabaseReadings:
    gigabyte = float(1 << 30)
    return DatabaseReadings(
        instance="eventa-prod",
        readings=(
            Reading("CPUUtilization", "%", series(31, 94), Bound(80), last_week=33),
            Reading("DatabaseConnections", "1", series(420, 812), Bound(900), last_week=405),
            Reading("ReadLatency", "s", series(0.006, 0.041), Bound(0.1), last_week=0.006),
            Reading("WriteLatency", "s", series(0.009, 0.118), Bound(0.1), last_week=0.008),
            Reading(
                "FreeableMemory",
                "By",
                series(4 * gigabyte, 0.9 * gigabyte),
                Bound(gigabyte, is_floor=True),
                last_week=4.1 * gigabyte,
            ),
            Reading(
                "FreeStorageSpace", "By", series(116 * gigabyte, 112 * gigabyte), Bound(20 * gigabyte, is_floor=True)
            ),
            Reading("DiskQueueDepth", "1", series(2, 37), Bound(32), last_week=2),
            Reading("ReplicaLag", "s", series(0.004, 0.004), last_week=0.003),
            Reading("DBLoad", "1", series(1.9, 14), Bound(4), last_week=1.9),
        ),
    )


def database_state() -> DatabaseState:
    retuned = "Updated parameter innodb_lock_wait_timeout to 120"
    return DatabaseState(
        instance="eventa-prod",
        engine="mysql 8.0.39",
        instance_class="db.r6g.large",
        members=(
            Member("eventa-prod", MemberRole.PRIMARY, "available"),
            Member("eventa-prod-read-1", MemberRole.REPLICA, "available"),
        ),
        events=(DatabaseEvent(ago(minutes=41), "eventa-mysql80", retuned, ("configuration change",)),),
    )


def slow_queries() -> SlowQueries:
    total = timedelta(seconds=495)
    culprit = "SELECT COUNT(*) FROM tickets WHERE event_id = ? AND status = ? FOR UPDATE"
    statement = SlowStatement(
        culprit, 118, total, timedelta(seconds=9.1), timedelta(seconds=40), 568_000, ago(seconds=20), "eventa_api"
    )
    return SlowQueries("eventa-prod", (statement,), 118, total, ago(minutes=20), ago(seconds=20))


def cdn() -> CdnStatus:
    rate = Reading("5xxErrorRate", "%", series(0.02, 0.03), Bound(1), may_be_absent=True)
    invalidation = Invalidation("I2J0I21PCUYOIK", ago(minutes=1), is_done=False, paths=("/*",))
    return CdnStatus("E2EVENTAPROD01", (rate,), (invalidation,), ("eventa.app",))


def errors() -> ErrorReport:
    def issue(number: int, title: str, state: IssueState, count: int, release: str) -> ErrorIssue:
        return ErrorIssue(
            id=str(number),
            title=title,
            state=state,
            count=count,
            users=count // 4,
            first_seen=ago(minutes=18),
            last_seen=ago(seconds=20),
            release=release,
        )

    return ErrorReport(
        project="eventa-fe",
        window=timedelta(minutes=15),
        count=1204,
        previous_count=293,
        users=318,
        points=series(12, 90, minutes=30, bend=0.4),
        issues=(
            issue(1, "CheckoutTimeout: 決済サーバーから応答がありません", IssueState.NEW, 812, "4.12.0"),
            issue(2, "TypeError: seatMap is null", IssueState.REGRESSED, 77, "4.11.3"),
            issue(3, "PaymentRetryExceeded", IssueState.ESCALATING, 40, "4.12.0"),
            issue(4, "ResizeObserver loop limit exceeded", IssueState.ONGOING, 12, ""),
        ),
    )


def rollouts() -> RolloutList:
    return RolloutList(
        deployments=(
            Deployment("default", "eventa-frontend", RolloutState.COMPLETE, 6, 6, 6, 41, changed_at=ago(minutes=23)),
            Deployment("default", "eventa-api", RolloutState.PROGRESSING, 12, 8, 10, 118, changed_at=ago(minutes=2)),
        ),
        pods=(
            PodTrouble(
                "default",
                "eventa-api-7f9c-x2b4d",
                "eventa-api",
                "ImagePullBackOff",
                'Back-off pulling image "eventa-api:4.12.1"',
                since=ago(minutes=2),
            ),
        ),
        revisions=(
            Revision("eventa-api", 118, "eventa-api:4.12.1", ago(minutes=2), is_current=True),
            Revision("eventa-frontend", 41, "eventa-frontend:4.12.0", ago(minutes=23, seconds=20), is_current=True),
        ),
    )


def board() -> Board:
    """Everything fresh but Sentry, whose data is 95 seconds old."""
    failure = Failure(FailureKind.THROTTLED, "429 Too Many Requests", at=ago(seconds=5), tries=4)
    stripe = ServiceStatus("Stripe", ServiceState.MAJOR_OUTAGE, summary="Payments are failing")
    feeds = (
        feed("alerts", "Alertmanager", alerts(), seconds=8),
        feed("database", "CloudWatch", database(), seconds=24),
        feed("database_state", "RDS", database_state(), seconds=20),
        feed("slow_queries", "RDS slow-query log", slow_queries(), seconds=20),
        feed("cdn", "CloudFront", cdn(), seconds=20),
        feed("errors", "Sentry", errors(), seconds=95, failure=failure, next_try=NOW + timedelta(seconds=26)),
        feed("rollouts", "Kubernetes", rollouts(), seconds=4),
        feed("status:stripe", "Stripe", stripe, seconds=31),
    )
    return Board(MappingProxyType({item.source: item for item in feeds}))


def events() -> tuple[Event, ...]:
    """Declared, runbook opened, first step run by sato, a note by suzuki, the second step running for eight seconds."""
    book, first, second = "決済サービス障害", "mitigate.1", "mitigate.2"
    told: tuple[tuple[str, timedelta, Fact], ...] = (
        (
            "sato",
            timedelta(minutes=15),
            IncidentDeclared("決済失敗率が 5 % を超えています", "prod", "eventa", "f1", ago(minutes=17)),
        ),
        ("sato", timedelta(minutes=15), ResponderJoined("bastion-1")),
        ("sato", timedelta(minutes=14, seconds=50), RunbookOpened(book, book)),
        ("sato", timedelta(minutes=12), StepStarted(book, first, "run-1", "curl …", environment="prod")),
        (
            "sato",
            timedelta(minutes=11, seconds=59),
            StepFinished(book, first, "run-1", "succeeded", 0, elapsed=timedelta(seconds=0.8)),
        ),
        ("sato", timedelta(minutes=11), Acknowledged()),
        ("sato", timedelta(minutes=10), SeverityChanged("SEV2", "購入できない")),
        ("sato", timedelta(minutes=10), RoleTaken(ResponseRole.COMMANDER)),
        ("suzuki", timedelta(minutes=9), ResponderJoined("bastion-2")),
        ("suzuki", timedelta(minutes=8), NoteAdded("Stripe の障害ページに major と出ている")),
        ("sato", timedelta(seconds=8), StepStarted(book, second, "run-2", "curl …", risk="change", environment="prod")),
    )
    return tuple(
        Event(
            incident="INC-20261123-1",
            session=name,
            number=number,
            lamport=number,
            uid=1000,
            name=name,
            at=NOW - before,
            boot_id="boot",
            monotonic=timedelta(hours=1) - before,
            fact=fact,
        )
        for number, (name, before, fact) in enumerate(told, start=1)
    )


class FrozenBoard:
    """A board that never changes, in the place of the service that polls."""

    def __init__(self, frozen: Board) -> None:
        self.board = frozen

    def subscribe(self, _subscriber: Callable[[Board], None]) -> None:
        """Nothing will be told."""

    def refresh(self, key: str | None = None) -> None:
        """There is nothing newer."""

    async def run(self) -> None:
        await asyncio.Event().wait()


class FrozenSession:
    """A session in which nothing happens any more."""

    is_read_only = False

    def __init__(self, folder: Path) -> None:
        self.incident = fold(events())
        self.live_runs: Mapping[str, RunStatus] = MappingProxyType({"run-2": RunStatus("run-2", RunState.RUNNING)})
        self._folder = folder

    def subscribe(self, _subscriber: Callable[[Incident], None]) -> None:
        """Nothing will be told."""

    def run_folder(self, run_id: str) -> Path:
        return self._folder / run_id

    async def refresh(self) -> None:
        """Nothing new."""

    async def resize(self, run_id: str, columns: int, rows: int) -> None:
        """Its terminal keeps its size."""

    def close(self) -> None:
        """Nothing is open."""

    def is_present(self, _session: str) -> bool:
        return True


class FrozenIncidents:
    """Resumes the one incident, or none."""

    def __init__(self, session: FrozenSession | None) -> None:
        self._session = session

    async def resume(self) -> FrozenSession | None:
        return self._session


OUTPUT = """\
\x1b[32m*\x1b[0m Connected to api.eventa.app (127.0.0.1) port 443
> POST /admin/maintenance HTTP/1.1
< HTTP/1.1 200 OK
{"\x1b[34menabled\x1b[0m": true, "message": "決済システムをメンテナンスしています（30分程度）"}
待機中… 45 %\r待機中… 90 %\r待機中… 100 %
"""


def steer(session: Session) -> Steering:
    """With the team's own policy, and nobody to tell."""
    library = load_library([shipped_runbooks()])
    return steering_for(session, EnvironmentConfig(), library, ZoneInfo("Asia/Tokyo"), board, lambda: NOW)


def desk(folder: Path, *, has_incident: bool = True) -> Desk:
    """The frozen moment as the screen sees it; `folder` holds the output of the running step."""
    run = folder / "run-2"
    run.mkdir(parents=True)
    (run / "output.log").write_text(OUTPUT)
    return Desk(
        Environment("prod", is_production=True, is_drill=True),
        "eventa",
        ZoneInfo("Asia/Tokyo"),
        board(),
        lambda: Contents(
            load_library([shipped_runbooks()]),
            cast("BoardService", FrozenBoard(board())),
            cast("Incidents", FrozenIncidents(FrozenSession(folder) if has_incident else None)),
            steer=steer,
        ),
        clock=lambda: NOW,
    )


def proposal() -> Proposal:
    """The change that stops failing purchases, as the dialog shows it."""
    runbook = load_library([shipped_runbooks()]).runbook("決済サービス障害")
    step = runbook.step("mitigate.2") if runbook is not None else None
    assert step is not None
    command = step.commands[0]
    before, _url, after = command.text.partition("${API_URL}")
    return Proposal(
        step=step,
        environment=Environment("prod", is_production=True, is_drill=True),
        spans=[Span(before, Role.COMMAND), Span("https://api.eventa.app", Role.VALUE), Span(after, Role.COMMAND)],
        risk=command.risk,
        rule=explain(command.risk_rule),
        undo="復旧手順 3 メンテナンスモードを解除する",
        timeout=timedelta(seconds=30),
        expect='"enabled": *true',
    )
