"""The slow-query log through RDS' own calls: what is asked for, summed up, and said to mislead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.contract.aws_answers import Pages, described, element, instance, rds_answer, refused
from tests.contract.loopback import Loopback
from tests.contract.vendors import NOW, slow_queries

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.slow_queries import SlowLogTrap
from eventa_cockpit.errors import UpstreamError

LOG = "slowquery/mysql-slowquery.log"
SET = {"slow_query_log": "1", "log_output": "FILE", "long_query_time": "1"}


def entry(statement: str, seconds: float = 2.0, locked: float = 0.5, minutes: float = 5) -> str:
    at = NOW - timedelta(minutes=minutes)
    return (
        f"# Time: {at:%Y-%m-%dT%H:%M:%S.%fZ}\n"
        "# User@Host: eventa_api[eventa_api] @  [10.0.12.34]  Id: 48001\n"
        f"# Query_time: {seconds:.6f}  Lock_time: {locked:.6f} Rows_sent: 1  Rows_examined: 100\n"
        f"SET timestamp={int(at.timestamp())};\n{statement};\n"
    )


def files(*found: tuple[str, int, float]) -> bytes:
    """DescribeDBLogFiles' answer: name, size, minutes since it was written."""
    shown = [
        {"LogFileName": name, "Size": size, "LastWritten": int((NOW - timedelta(minutes=age)).timestamp() * 1000)}
        for name, size, age in found
    ]
    listed = [element("DescribeDBLogFilesDetails", file) for file in shown]
    return rds_answer("DescribeDBLogFiles", DescribeDBLogFiles=listed)


def portion(text: str) -> bytes:
    return rds_answer("DownloadDBLogFilePortion", LogFileData=text, Marker="0:9", AdditionalDataPending="false")


def parameters(**found: str) -> bytes:
    listed = [element("Parameter", {"ParameterName": name, "ParameterValue": value}) for name, value in found.items()]
    return rds_answer("DescribeDBParameters", Parameters=listed)


def grouped(status: str = "in-sync", **changes: Any) -> bytes:
    group = {"DBParameterGroupName": "tuned", "ParameterApplyStatus": status}
    return described(instance(DBParameterGroups=[element("DBParameterGroup", group)], **changes))


def answers(text: str = "", *, size: int | None = None, **changes: Any) -> Pages:
    said: dict[str, Any] = {
        "rds": grouped(),
        "DescribeDBParameters": parameters(**SET),
        "DescribeDBLogFiles": files((LOG, len(text.encode()) if size is None else size, 1)),
        "DownloadDBLogFilePortion": portion(text),
        **changes,
    }
    return Pages(**said)


async def test_executions_are_summed_up_by_statement_with_most_time_first(upstream: Loopback) -> None:
    text = (
        entry("SELECT * FROM 公演 WHERE id = 1", 3)
        + entry("UPDATE t SET a = 1", 4, locked=3.9)
        + entry("SELECT * FROM 公演\nWHERE id = 22", 5, minutes=2)
    )
    upstream.behaviour = answers(text)
    found = await slow_queries(upstream.url).read()
    first, second = found.statements
    assert (first.text, first.count) == ("SELECT * FROM 公演 WHERE id = ?", 2)
    assert (first.total, first.longest) == (timedelta(seconds=8), timedelta(seconds=5))
    assert first.newest == NOW - timedelta(minutes=2)
    assert (second.locked, second.user) == (timedelta(seconds=3.9), "eventa_api")
    assert (found.count, found.total, found.since) == (3, timedelta(seconds=12), NOW - timedelta(minutes=5))
    assert found.traps == ()


async def test_the_newest_lines_are_asked_for_without_a_marker(upstream: Loopback) -> None:
    upstream.behaviour = pages = answers(entry("SELECT 1"))
    await slow_queries(upstream.url, slow_lines=500).read()
    (asked,) = [request for request in pages.requests if request["Action"] == "DownloadDBLogFilePortion"]
    assert (asked["NumberOfLines"], asked["LogFileName"]) == ("500", LOG)
    assert "Marker" not in asked
    (parameter,) = [request for request in pages.requests if request["Action"] == "DescribeDBParameters"]
    assert parameter["Source"] == "user", "all parameters are six calls"


async def test_a_portion_of_a_larger_file_is_said_to_be_one(upstream: Loopback) -> None:
    upstream.behaviour = answers(entry("SELECT 1"), size=5_000_000)
    assert (await slow_queries(upstream.url).read()).traps == (SlowLogTrap.CUT,)


async def test_a_log_that_has_just_been_rotated_is_read_with_the_one_before(upstream: Loopback) -> None:
    upstream.behaviour = pages = answers(
        entry("SELECT 1"),
        DescribeDBLogFiles=files((f"{LOG}.2026-11-23.20", 10, 31), (LOG, 10, 1), ("error/mysql-error.log", 10, 0)),
    )
    found = await slow_queries(upstream.url).read()
    assert found.files == (LOG, f"{LOG}.2026-11-23.20")
    assert found.count == 2
    assert len([request for request in pages.requests if request["Action"] == "DownloadDBLogFilePortion"]) == 2


@pytest.mark.parametrize(
    ("settings", "trap"),
    [
        ({**SET, "slow_query_log": "0"}, SlowLogTrap.OFF),
        ({}, SlowLogTrap.OFF),
        ({"slow_query_log": "1"}, SlowLogTrap.TABLE),
        ({**SET, "log_output": "NONE"}, SlowLogTrap.NOWHERE),
    ],
)
async def test_a_log_that_is_not_written_is_not_taken_for_good_news(
    upstream: Loopback, settings: dict[str, str], trap: SlowLogTrap
) -> None:
    upstream.behaviour = pages = answers(entry("SELECT 1"), DescribeDBParameters=parameters(**settings))
    found = await slow_queries(upstream.url).read()
    assert found.traps == (trap,)
    assert found.statements == ()
    assert "DownloadDBLogFilePortion" not in {request["Action"] for request in pages.requests}


async def test_what_leaves_out_quick_pain_and_what_waits_for_a_reboot_is_said(upstream: Loopback) -> None:
    upstream.behaviour = answers(
        entry("SELECT 1"),
        rds=grouped("pending-reboot"),
        DescribeDBParameters=parameters(slow_query_log="1", log_output="FILE,TABLE"),
    )
    found = await slow_queries(upstream.url).read()
    assert found.traps == (SlowLogTrap.PATIENT, SlowLogTrap.REBOOT)
    assert found.settings is not None
    assert found.settings.long_query_time == timedelta(seconds=10)
    assert found.count == 1


async def test_auroras_log_goes_to_a_file_unless_somebody_says_otherwise(upstream: Loopback) -> None:
    cluster = {"DBClusterIdentifier": "eventa", "DBClusterParameterGroup": "shared"}
    upstream.behaviour = answers(
        entry("SELECT 1"),
        rds=grouped(Engine="aurora-mysql", DBClusterIdentifier="eventa"),
        DescribeDBClusters=rds_answer("DescribeDBClusters", DBClusters=[element("DBCluster", cluster)]),
        DescribeDBClusterParameters=rds_answer(
            "DescribeDBClusterParameters",
            Parameters=[element("Parameter", {"ParameterName": "slow_query_log", "ParameterValue": "1"})],
        ),
        DescribeDBParameters=parameters(long_query_time="0.5"),
    )
    found = await slow_queries(upstream.url).read()
    assert found.traps == ()
    assert found.count == 1


async def test_parameters_that_may_not_be_read_are_said_and_the_log_is_read(upstream: Loopback) -> None:
    upstream.behaviour = answers(entry("SELECT 1"), DescribeDBParameters=refused("AccessDenied"))
    found = await slow_queries(upstream.url).read()
    assert found.traps == (SlowLogTrap.SETTINGS,)
    assert found.count == 1


async def test_an_engine_without_this_log_and_an_empty_one_are_named(upstream: Loopback) -> None:
    upstream.behaviour = answers(rds=grouped(Engine="postgres"))
    assert (await slow_queries(upstream.url).read()).traps == (SlowLogTrap.ENGINE,)
    upstream.behaviour = answers()
    assert (await slow_queries(upstream.url).read()).traps == (SlowLogTrap.NO_FILE,)


async def test_administrators_commands_do_not_count(upstream: Loopback) -> None:
    upstream.behaviour = answers(entry("# administrator command: Quit") + entry("SELECT 1"))
    found = await slow_queries(upstream.url).read()
    assert [one.text for one in found.statements] == ["SELECT ?"]
    assert found.count == 1


async def test_a_log_that_may_not_be_downloaded_is_a_failure(upstream: Loopback) -> None:
    upstream.behaviour = answers(entry("SELECT 1"), DownloadDBLogFilePortion=refused("AccessDenied"))
    with pytest.raises(UpstreamError) as caught:
        await slow_queries(upstream.url).read()
    assert caught.value.kind is FailureKind.FORBIDDEN


async def test_hostile_statements_are_cleaned(upstream: Loopback) -> None:
    upstream.behaviour = answers(entry("SELECT `a\u202e\u009b` FROM t -- \u202e"))
    (found,) = (await slow_queries(upstream.url).read()).statements
    assert found.text.isprintable()
