"""The newest slow queries of one RDS instance, summed up by statement, and whether the log can be believed.

API: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DownloadDBLogFilePortion.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec
from msgspec import field

from eventa_cockpit.domain.board import SLOW_QUERIES, FailureKind
from eventa_cockpit.domain.slow_queries import SlowLogSettings, SlowLogTrap, SlowQueries, SlowStatement
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws import AwsAccount
from eventa_cockpit.integrations.aws_calls import AwsCalls, listed, named
from eventa_cockpit.integrations.decoding import malformed
from eventa_cockpit.integrations.mysql_slow_log import Entry, SlowLog, read
from eventa_cockpit.integrations.rds_instance import InstanceShape, cluster_of, instance_of
from eventa_cockpit.integrations.statements import Normaliser

ENGINES = ("mysql", "mariadb", "aurora-mysql", "aurora")
SHOWN = 10
"""Statements that are kept, of however many there are."""
MOST_LINES = 10_000
"""What AWS gives at once, and never more than 1 MB."""
SETTLED = timedelta(minutes=5)
"""For so long the parameters are not asked for again."""
TURN = timedelta(hours=1)
"""RDS begins a new file each hour."""
FEW = 20
"""With fewer entries than these the file before it is read as well: it has only just been rotated."""
IMPATIENT = timedelta(seconds=2)
"""A longer `long_query_time` leaves out what hurts: a web request has been given up by then."""
ON = ("1", "on")


class LogFileShape(msgspec.Struct):
    name: str = field(name="LogFileName")
    written: int = field(name="LastWritten", default=0)
    """Milliseconds since 1970."""
    size: int = field(name="Size", default=0)


class ParameterShape(msgspec.Struct):
    name: str = field(name="ParameterName")
    value: str | None = field(name="ParameterValue", default=None)


class SlowQueriesSource:
    """The feed of slow queries."""

    key = SLOW_QUERIES
    vendor = "RDS slow-query log"

    def __init__(
        self,
        instance: str,
        account: Callable[[], AwsAccount],
        *,
        lines: int,
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`lines`: how many of the newest lines are read."""
        self.every = every
        self.deadline = deadline
        self._instance = instance
        self._lines = min(lines, MOST_LINES)
        self._now = now
        self._calls = AwsCalls("slow-queries", account, deadline)
        self._normalise: Normaliser | None = None
        self._known: tuple[datetime, SlowLogSettings | None] | None = None

    async def read(self) -> SlowQueries:
        """Raises UpstreamError when RDS gives no answer; a log that is switched off is an answer."""
        return await self._calls.run(self._read)

    async def close(self) -> None:
        await self._calls.close()

    def _read(self) -> SlowQueries:
        instance = instance_of(self._calls, self._instance)
        name = named(instance.identifier)
        if instance.engine not in ENGINES:
            return SlowQueries(name, traps=(SlowLogTrap.ENGINE,))
        settings = self._settings(instance)
        traps = _traps(settings, instance)
        if not _has_file(settings) and SlowLogTrap.REBOOT not in traps:
            return SlowQueries(name, settings=settings, traps=traps)
        files = self._files()
        if not files:
            return SlowQueries(name, settings=settings, traps=(*traps, SlowLogTrap.NO_FILE))
        log = self._portion(files[0])
        used = files[:1]
        if len(log.entries) < FEW and len(files) > 1 and files[0].written - files[1].written <= TURN / _MILLISECOND:
            before = self._portion(files[1])
            log, used = SlowLog((*before.entries, *log.entries), before.is_cut), files[:2]
        traps = (*traps, SlowLogTrap.CUT) if log.is_cut else traps
        return self._summed(name, log.entries, tuple(named(file.name) for file in used), settings, traps)

    def _settings(self, instance: InstanceShape) -> SlowLogSettings | None:
        """None where we may not read them."""
        now = self._now()
        if self._known is None or now - self._known[0] > SETTLED:
            try:
                found = self._parameters(instance)
            except UpstreamError as failure:
                if failure.kind not in (FailureKind.FORBIDDEN, FailureKind.NOT_FOUND):
                    raise
                self._known = (now, None)
            else:
                self._known = (now, settings_of(found, is_aurora=instance.engine.startswith("aurora")))
        return self._known[1]

    def _parameters(self, instance: InstanceShape) -> dict[str, str]:
        """What somebody has set, the instance's own over the cluster's. All parameters would be six calls."""
        found: dict[str, str] = {}
        cluster = cluster_of(self._calls, instance)
        if cluster is not None and cluster.parameter_group:
            group = {"DBClusterParameterGroupName": cluster.parameter_group}
            found |= self._set_ones("describe_db_cluster_parameters", group)
        for parameter_group in instance.parameter_groups[:1]:
            found |= self._set_ones("describe_db_parameters", {"DBParameterGroupName": parameter_group.name})
        return found

    def _set_ones(self, operation: str, group: dict[str, str]) -> dict[str, str]:
        pages = self._calls.pages("rds", operation, "Marker", Source="user", **group)
        shapes = [shape for page in pages for shape in listed(page, "Parameters", ParameterShape)]
        return {shape.name: shape.value for shape in shapes if shape.value is not None}

    def _files(self) -> list[LogFileShape]:
        """Those that hold anything, newest first."""
        request = {"DBInstanceIdentifier": self._instance, "FilenameContains": "slowquery"}
        pages = self._calls.pages("rds", "describe_db_log_files", "Marker", **request)
        found = [file for page in pages for file in listed(page, "DescribeDBLogFiles", LogFileShape)]
        return sorted((file for file in found if file.size > 0 and "slow" in file.name), key=_age, reverse=True)

    def _portion(self, file: LogFileShape) -> SlowLog:
        """Without a marker RDS gives the newest lines."""
        answer = self._calls.call(
            "rds",
            "download_db_log_file_portion",
            DBInstanceIdentifier=self._instance,
            LogFileName=file.name,
            NumberOfLines=self._lines,
        )
        if "LogFileData" not in answer and "Marker" not in answer:
            raise malformed("it holds no log", "LogFileData")
        text = answer.get("LogFileData") or ""
        log = read(text)
        return SlowLog(log.entries, log.is_cut or len(text.encode()) < file.size)

    def _summed(
        self,
        instance: str,
        entries: tuple[Entry, ...],
        files: tuple[str, ...],
        settings: SlowLogSettings | None,
        traps: tuple[SlowLogTrap, ...],
    ) -> SlowQueries:
        if self._normalise is None:
            self._normalise = Normaliser()
        counted = [entry for entry in entries if not entry.is_administrator]
        moments = [min(entry.at, self._now()) for entry in counted if entry.at is not None]
        return SlowQueries(
            instance=instance,
            statements=summed(counted, self._normalise),
            count=len(counted),
            total=sum((entry.took for entry in counted), timedelta()),
            since=min(moments, default=None),
            until=max(moments, default=None),
            files=files,
            settings=settings,
            traps=traps,
        )


_MILLISECOND = timedelta(milliseconds=1)


def settings_of(parameters: dict[str, str], *, is_aurora: bool) -> SlowLogSettings:
    """From what was set; RDS' own defaults for the rest: off, into a table (Aurora: a file), from ten seconds on."""
    try:
        patience = timedelta(seconds=float(parameters.get("long_query_time", "10")))
    except (ValueError, OverflowError):
        patience = timedelta(seconds=10)
    return SlowLogSettings(
        is_on=parameters.get("slow_query_log", "0").lower() in ON,
        output=named(parameters.get("log_output", "FILE" if is_aurora else "TABLE")).upper(),
        long_query_time=patience,
    )


def _has_file(settings: SlowLogSettings | None) -> bool:
    return settings is None or (settings.is_on and "FILE" in settings.output)


def _traps(settings: SlowLogSettings | None, instance: InstanceShape) -> tuple[SlowLogTrap, ...]:
    found: list[SlowLogTrap] = []
    if settings is None:
        found.append(SlowLogTrap.SETTINGS)
    elif not settings.is_on:
        found.append(SlowLogTrap.OFF)
    elif "FILE" not in settings.output:
        found.append(SlowLogTrap.TABLE if "TABLE" in settings.output else SlowLogTrap.NOWHERE)
    elif settings.long_query_time > IMPATIENT:
        found.append(SlowLogTrap.PATIENT)
    if any(group.status == "pending-reboot" for group in instance.parameter_groups):
        found.append(SlowLogTrap.REBOOT)
    return tuple(found)


def summed(entries: Iterable[Entry], normalise: Callable[[str], str]) -> tuple[SlowStatement, ...]:
    """One of each statement, most total time first."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(normalise(entry.statement), []).append(entry)
    found = [_statement(text, group) for text, group in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.total, one.text))[:SHOWN])


def _statement(text: str, group: list[Entry]) -> SlowStatement:
    moments = [entry.at for entry in group if entry.at is not None]
    return SlowStatement(
        text=text[:1000],
        count=len(group),
        total=sum((entry.took for entry in group), timedelta()),
        longest=max(entry.took for entry in group),
        locked=sum((entry.locked for entry in group), timedelta()),
        rows_examined=sum(entry.rows_examined for entry in group),
        newest=max(moments, default=None),
        user=named(group[-1].user),
    )


def _age(file: LogFileShape) -> tuple[int, str]:
    """Newest last; the file that is being written has the shortest name of those of one moment."""
    return file.written, file.name
