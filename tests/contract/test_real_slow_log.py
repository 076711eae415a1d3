"""A slow-query log that a real MariaDB wrote, read through RDS' call as moto's server gives it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse
from moto.server import ThreadedMotoServer
from tests.contract.vendors import AWS_VARIABLES, slow_queries

from eventa_cockpit.domain.slow_queries import SlowLogTrap, SlowQueries
from eventa_cockpit.simulator.aws.logs import serve_logs

SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
SERVER = shutil.which("mariadbd", path=SBIN)
READY_S = 60

pytestmark = [
    pytest.mark.apt,
    pytest.mark.skipif(SERVER is None, reason="mariadbd is not installed (apt: mariadb-server)"),
]

STATEMENTS = """\
CREATE DATABASE eventa;
USE eventa;
CREATE TABLE 公演 (id INT PRIMARY KEY, 名前 VARCHAR(200));
INSERT INTO 公演 VALUES (1, '東京'), (2, '大阪; # いいえ');
SELECT SLEEP(0.15), 名前
FROM 公演
WHERE 名前 = '東京';
SELECT SLEEP(0.15), 名前 FROM 公演 WHERE 名前 = '大阪; # いいえ';
SELECT SLEEP(0.4);
SET STATEMENT long_query_time = 0 FOR SELECT '# User@Host: x
# Query_time: 9' AS trap;
"""


class MariaDb:
    """A server of its own, with nothing of the machine's configuration, that listens on a socket only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "slow.log"
        self._socket = folder / "s"
        user = ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db",
             "--auth-root-authentication-method=normal", *user],
            check=True, capture_output=True, timeout=READY_S,
        )  # fmt: skip
        self._server = subprocess.Popen(
            [str(SERVER), "--no-defaults", f"--datadir={folder / 'data'}", f"--socket={self._socket}",
             "--skip-networking", "--character-set-server=utf8mb4", "--slow-query-log=1",
             f"--slow-query-log-file={self.log}", "--long-query-time=0.1", f"--pid-file={folder / 'pid'}", *user],
            stdout=subprocess.DEVNULL, stderr=(folder / "error.log").open("wb"),
        )  # fmt: skip

    def run(self, statements: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self._socket}", "--user=root", "--default-character-set=utf8mb4"],
            input=statements, text=True, capture_output=True, check=False, timeout=READY_S,
        )  # fmt: skip

    def wait(self) -> None:
        """Until it answers."""
        end = time.monotonic() + READY_S
        while self.run("SELECT 1;").returncode != 0:
            assert self._server.poll() is None, (self.folder / "error.log").read_text()
            assert time.monotonic() < end, "mariadbd did not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        self._server.terminate()
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    server = MariaDb(tmp_path_factory.mktemp("m"))
    try:
        server.wait()
        done = server.run(STATEMENTS)
        assert done.returncode == 0, done.stderr
        yield server
    finally:
        server.stop()


@pytest.fixture
def rds(mariadb: MariaDb, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """moto's server with one instance, whose log is the real one."""
    monkeypatch.setattr(RDSBackend, "describe_db_log_files", RDSBackend.describe_db_log_files)
    monkeypatch.setattr(RDSResponse, "download_db_log_file_portion", None, raising=False)
    serve_logs({"slowquery/mysql-slowquery.log": lambda: mariadb.log.read_text("utf-8")}, lambda: datetime.now(UTC))
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "rds",
        endpoint_url=f"http://{host}:{port}",
        region_name="ap-northeast-1",
        aws_access_key_id=AWS_VARIABLES["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=AWS_VARIABLES["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_db_parameter_group(
        DBParameterGroupName="real-slow-log", DBParameterGroupFamily="mysql8.0", Description="x"
    )
    settings = {"slow_query_log": "1", "log_output": "FILE", "long_query_time": "0.1"}
    client.modify_db_parameter_group(
        DBParameterGroupName="real-slow-log",
        Parameters=[
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
            for name, value in settings.items()
        ],
    )
    client.create_db_instance(
        DBInstanceIdentifier="real-slow-log", DBInstanceClass="db.r6g.large", Engine="mysql", AllocatedStorage=20,
        MasterUsername="eventa", MasterUserPassword="not-a-real-one", DBParameterGroupName="real-slow-log",
    )  # fmt: skip
    yield f"http://{host}:{port}"
    client.delete_db_instance(DBInstanceIdentifier="real-slow-log", SkipFinalSnapshot=True)
    client.delete_db_parameter_group(DBParameterGroupName="real-slow-log")
    server.stop()


async def test_what_a_real_server_wrote_is_summed_up(rds: str) -> None:
    found: SlowQueries = await slow_queries(rds, instance="real-slow-log").read()
    counts = {one.text: one.count for one in found.statements}
    assert counts["SELECT SLEEP(?), 名前 FROM 公演 WHERE 名前 = ?"] == 2
    assert counts["SELECT SLEEP(?)"] == 1
    assert found.since is not None
    assert found.traps == ()
    assert all(one.user == "root" for one in found.statements)
    assert not any("東京" in one.text or "大阪" in one.text for one in found.statements)
    longest = {one.text: one.longest.total_seconds() for one in found.statements}
    assert longest["SELECT SLEEP(?)"] >= 0.4


async def test_a_value_that_looks_like_a_head_does_not_break_its_statement(rds: str) -> None:
    found: SlowQueries = await slow_queries(rds, instance="real-slow-log").read()
    assert any("trap" in one.text.lower() for one in found.statements), found.statements
    assert max(one.longest.total_seconds() for one in found.statements) < 9


async def test_the_last_lines_alone_begin_in_the_middle(rds: str) -> None:
    found: SlowQueries = await slow_queries(rds, instance="real-slow-log", slow_lines=9).read()
    assert SlowLogTrap.CUT in found.traps
    assert found.count >= 1
