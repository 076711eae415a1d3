"""Which metrics tell how a database does, by its engine: RDS and Aurora differ in names and in units.

RDS: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html;
Aurora: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as it is asked for and shown."""

    name: str
    statistic: str
    unit: str
    """As `Reading.unit`."""
    bound: float | None = None
    """Past which it is bad unless the configuration says otherwise."""
    is_floor: bool = False
    may_be_absent: bool = False
    """Not reported while there is nothing to report."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The database as far as its metrics depend on it."""

    instance: str
    engine: str = ""
    """RDS' word: `mysql`, `aurora-mysql`, `aurora-postgresql`, …"""
    instance_class: str = ""
    cluster: str = ""
    replicas: tuple[str, ...] = ()
    """Read replicas of this instance."""
    is_replica: bool = False
    has_insights: bool = False
    """Performance Insights is on: there is a `DBLoad`."""

    @property
    def is_aurora(self) -> bool:
        return self.engine.startswith("aurora")


GIB = 2.0**30
CPU = Metric("CPUUtilization", "Average", "%", 80.0)
CONNECTIONS = Metric("DatabaseConnections", "Maximum", "1")
READ_LATENCY = Metric("ReadLatency", "Average", "s", 0.1)
WRITE_LATENCY = Metric("WriteLatency", "Average", "s", 0.1)
MEMORY = Metric("FreeableMemory", "Minimum", "By", 0.5 * GIB, is_floor=True)
STORAGE = Metric("FreeStorageSpace", "Minimum", "By", 10.0 * GIB, is_floor=True)
QUEUE = Metric("DiskQueueDepth", "Maximum", "1", 20.0)
LAG = Metric("ReplicaLag", "Maximum", "s", 30.0)
LOAD = Metric("DBLoad", "Average", "1", may_be_absent=True)
SELECT_LATENCY = Metric("SelectLatency", "Average", "ms", 100.0)
DML_LATENCY = Metric("DMLLatency", "Average", "ms", 100.0)
COMMIT_LATENCY = Metric("CommitLatency", "Average", "ms", 100.0)
DEADLOCKS = Metric("Deadlocks", "Average", "1/s", 0.1)
BLOCKED = Metric("BlockedTransactions", "Average", "1/s", 1.0)
LOCAL_STORAGE = Metric("FreeLocalStorage", "Minimum", "By", 10.0 * GIB, is_floor=True)
AURORA_LAG = Metric("AuroraReplicaLag", "Maximum", "ms", 1000.0, may_be_absent=True)

RDS = (CPU, CONNECTIONS, READ_LATENCY, WRITE_LATENCY, MEMORY, STORAGE, QUEUE)
AURORA_MYSQL = (
    CPU, CONNECTIONS, SELECT_LATENCY, DML_LATENCY, COMMIT_LATENCY, DEADLOCKS, BLOCKED,
    MEMORY, LOCAL_STORAGE, AURORA_LAG,
)  # fmt: skip
AURORA_POSTGRESQL = (
    CPU, CONNECTIONS, READ_LATENCY, WRITE_LATENCY, COMMIT_LATENCY, DEADLOCKS, MEMORY, LOCAL_STORAGE, AURORA_LAG,
)  # fmt: skip
"""Each in the order in which it is shown. How many connections are too many depends on the instance's class."""


def metrics_of(subject: Subject) -> tuple[Metric, ...]:
    """What to ask for. An instance without a replica has no lag, one without Performance Insights no load."""
    chosen: tuple[Metric, ...]
    if subject.is_aurora:
        chosen = AURORA_MYSQL if "mysql" in subject.engine or subject.engine == "aurora" else AURORA_POSTGRESQL
    else:
        chosen = (*RDS, LAG) if subject.replicas or subject.is_replica else RDS
    return (*chosen, LOAD) if subject.has_insights else chosen


_SIZE = re.compile(r"\.(?:(?P<count>\d*)(?P<extra>xlarge)|(?P<small>large|medium|small|micro))$")


def vcpus(instance_class: str) -> int | None:
    """Virtual processors of a class of today's generations: 2 up to `large`, 4 per `xlarge`; None where unknown."""
    found = _SIZE.search(instance_class)
    if found is None or instance_class.startswith(("db.t2.", "db.t1.", "db.m1.")):
        return None
    return 4 * int(found["count"] or 1) if found["extra"] else 2
