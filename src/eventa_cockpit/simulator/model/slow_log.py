"""The database's slow-query log, written as MySQL writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from eventa_cockpit.simulator.model.database import CULPRIT_COLUMNS, CULPRIT_TABLE
from eventa_cockpit.simulator.model.noise import jitter
from eventa_cockpit.simulator.model.sample import STEP_S, Sample

HEADER = (
    "/rdsdbbin/mysql/bin/mysqld, Version: 8.0.39 (Source distribution). started with:\n"
    "Tcp port: 3306  Unix socket: /tmp/mysql.sock\n"
    "Time                 Id Command    Argument\n"
)
LOGGED_FROM_PRESSURE = 0.04
"""Below it no statement waits long enough to be logged (`long_query_time`)."""
USUAL_EVERY_S = 300.0
CULPRIT = "SELECT COUNT(*) FROM tickets WHERE event_id = {event} AND status = 'reserved' FOR UPDATE;"
WAITING = "UPDATE tickets SET status = 'sold' WHERE id = {ticket} AND status = 'reserved';"
USUAL = "SELECT event_id, SUM(price) FROM orders WHERE created_at > NOW() - INTERVAL 1 DAY GROUP BY event_id;"
DROP_INDEX = f"ALTER TABLE {CULPRIT_TABLE} DROP INDEX idx_{CULPRIT_TABLE}_{'_'.join(CULPRIT_COLUMNS)};"
EVENT_ID = 48213


def slow_log(
    samples: Iterable[Sample], wall: Callable[[float], datetime], seed: int, index_dropped_s: float | None
) -> str:
    """The whole file; each entry's statement, times and rows follow from how hard the sessions waited."""
    entries = [HEADER]
    for sample in samples:
        if index_dropped_s is not None and 0 <= sample.at_s - index_dropped_s < STEP_S:
            entries.append(_entry(wall(sample.at_s), "eventa_migrate", 4410, 6.4, 0.0, 4812377, DROP_INDEX))
        entries.extend(_entries(sample, wall(sample.at_s), seed))
    return "".join(entries)


def _entries(sample: Sample, moment: datetime, seed: int) -> Iterator[str]:
    at_s, pressure = sample.at_s, sample.database.pressure
    wobble = 1 + 0.2 * jitter(seed, at_s, "slow-log")
    session = 48000 + int(at_s) % 977
    if at_s % USUAL_EVERY_S == 0:
        yield _entry(moment, "eventa_batch", 3301, 1.4 * wobble, 0.0, 182311, USUAL)
    if pressure < LOGGED_FROM_PRESSURE:
        return
    held = 14.5 * pressure * wobble + 1
    yield _entry(moment, "eventa_api", session, held, held * 0.1, 4812377, CULPRIT.format(event=EVENT_ID))
    for place in range(2):
        ticket = 7_310_000 + int(at_s + 5000) * 3 + place
        waited = held * (0.7 + 0.1 * place)
        yield _entry(moment, "eventa_api", session + place + 1, waited, waited * 0.98, 1, WAITING.format(ticket=ticket))


def _entry(moment: datetime, user: str, session: int, query_s: float, lock_s: float, rows: int, statement: str) -> str:
    written = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return (
        f"# Time: {written}\n"
        f"# User@Host: {user}[{user}] @  [10.0.12.34]  Id: {session}\n"
        f"# Query_time: {query_s:.6f}  Lock_time: {lock_s:.6f} Rows_sent: 1  Rows_examined: {rows}\n"
        f"SET timestamp={int(moment.timestamp())};\n"
        f"{statement}\n"
    )
