"""The slow-query log's text: every form that MySQL, MariaDB and RDS write, whole and in pieces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.integrations.mysql_slow_log import read

HEADER = """\
/rdsdbbin/mysql/bin/mysqld, Version: 8.0.39 (Source distribution). started with:
Tcp port: 3306  Unix socket: /tmp/mysql.sock
Time                 Id Command    Argument
"""
MYSQL = """\
# Time: 2026-11-23T03:05:01.123456Z
# User@Host: eventa_api[eventa_api] @  [10.0.12.34]  Id: 48001
# Query_time: 12.500000  Lock_time: 10.250000 Rows_sent: 1  Rows_examined: 4812377
use eventa;
SET timestamp=1795403089;
SELECT * FROM tickets
WHERE name = '公演; # not a comment'
FOR UPDATE;
"""
MARIADB = """\
# Time: 261123  3:05:01
# User@Host: root[root] @ localhost []
# Thread_id: 36  Schema: eventa  QC_hit: No
# Query_time: 0.750000  Lock_time: 0.000100  Rows_sent: 2  Rows_examined: 7
# Rows_affected: 0  Bytes_sent: 90
# Full_scan: Yes  Full_join: No  Tmp_table: No  Tmp_table_on_disk: No
#
# explain: id\tselect_type\ttable\ttype
SET timestamp=1795403101;
SELECT 1;
"""
EXTRA = """\
# Time: 2026-11-23T03:05:02Z
# User@Host: a[a] @ host [10.0.0.1]  Id: 5
# Query_time: 1.0  Lock_time: 0.0 Rows_sent: 0  Rows_examined: 3 Thread_id: 5 Errno: 0 Start: 2026-11-23T03:05:01Z
SET timestamp=1795403102;
DELETE FROM t;
"""
QUIT = """\
# User@Host: root[root] @ localhost []  Id: 7
# Query_time: 3.0  Lock_time: 0.0 Rows_sent: 0  Rows_examined: 0
SET timestamp=1795403103;
# administrator command: Quit;
"""


def test_an_entry_of_mysql_8_is_read_whole() -> None:
    (entry,) = read(HEADER + MYSQL).entries
    assert entry.statement == "SELECT * FROM tickets\nWHERE name = '公演; # not a comment'\nFOR UPDATE"
    assert entry.at == datetime(2026, 11, 23, 3, 5, 1, 123456, UTC)
    assert (entry.took, entry.locked) == (timedelta(seconds=12.5), timedelta(seconds=10.25))
    assert (entry.rows_examined, entry.user) == (4812377, "eventa_api")
    assert not entry.is_cut


def test_an_entry_of_mariadb_has_its_time_from_the_stamp() -> None:
    (entry,) = read(MARIADB).entries
    assert entry.statement == "SELECT 1"
    assert entry.at == datetime.fromtimestamp(1795403101, UTC)
    assert entry.took == timedelta(seconds=0.75)


def test_further_fields_are_no_trouble() -> None:
    (entry,) = read(EXTRA).entries
    assert (entry.statement, entry.rows_examined) == ("DELETE FROM t", 3)


def test_a_command_of_the_protocol_is_told_apart_from_a_statement() -> None:
    (entry,) = read(QUIT).entries
    assert entry.is_administrator


def test_the_server_writes_its_header_again_when_the_log_is_rotated() -> None:
    log = read(HEADER + MYSQL + HEADER + QUIT + HEADER)
    assert [entry.is_administrator for entry in log.entries] == [False, True]
    assert not log.is_cut
    assert not any("Tcp port" in entry.statement for entry in log.entries)


def test_a_beginning_in_the_middle_is_left_out_and_said() -> None:
    log = read("Rows_examined: 7\nSELECT 'half';\n" + MYSQL)
    assert len(log.entries) == 1
    assert log.is_cut
    assert not read(MYSQL).is_cut


def test_an_end_in_the_middle_keeps_what_is_there() -> None:
    cut = MYSQL[: MYSQL.index("公演") + 1]
    (entry,) = read(MARIADB + cut).entries[1:]
    assert entry.is_cut
    assert entry.took == timedelta(seconds=12.5)


def test_a_head_without_a_statement_is_no_entry() -> None:
    assert read(MYSQL[: MYSQL.index("use eventa")]).entries == ()


def test_a_line_that_rds_found_too_long_is_said_to_be_cut() -> None:
    (entry,) = read(MYSQL.replace("FOR UPDATE", "[Your log message was truncated]")).entries
    assert entry.is_cut


def test_a_statement_that_looks_like_a_head_ends_nothing() -> None:
    text = MYSQL.replace("FOR UPDATE", "# User@Host: x\n# Time: 2026-11-23T03:05:01Z\nFOR UPDATE")
    (entry,) = read(text).entries
    assert entry.statement.endswith("FOR UPDATE")


@pytest.mark.parametrize("text", ["", "\n", "garbage", "# Time: x\n", "SET timestamp=9;\n"])
def test_what_is_no_log_has_no_entries(text: str) -> None:
    assert read(text).entries == ()


@given(st.text(alphabet="#aU@Host: Query_time:0.1;\nSET timestamp=9\ud7ff公'\"", max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read(MYSQL + text + MARIADB)


@given(st.integers(0, len(HEADER + MYSQL + MARIADB + QUIT)), st.integers(0, 900))
def test_any_piece_of_a_log_is_read(start: int, length: int) -> None:
    piece = (HEADER + MYSQL + MARIADB + QUIT)[start : start + length]
    whole = {entry.statement for entry in read(HEADER + MYSQL + MARIADB + QUIT).entries}
    for entry in read(piece).entries:
        assert entry.is_cut or entry.statement in whole
