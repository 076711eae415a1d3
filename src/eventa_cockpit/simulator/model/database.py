"""The database: one locking query without an index, and what a reboot, a replica, a bigger class or the index do."""

from __future__ import annotations

from dataclasses import dataclass

from eventa_cockpit.simulator.model.noise import jitter
from eventa_cockpit.simulator.model.sample import DatabaseSample

GIB = float(2**30)
CULPRIT_TABLE = "tickets"
CULPRIT_COLUMNS = ("event_id", "status")
USUAL_CLASS = "db.r6g.large"
CAPACITIES = {
    "db.r6g.large": 1.0,
    "db.r6g.xlarge": 2.0,
    "db.r6g.2xlarge": 4.0,
    "db.r6g.4xlarge": 8.0,
    "db.r6g.8xlarge": 16.0,
}
"""Instance class → how much of the usual load it carries."""
REBOOT_S = 40.0
RESIZE_S = 120.0
REPLICA_S = 120.0
INDEX_S = 30.0
RELAPSE_S = 720.0
"""The job that sends the query runs again so long after its connections were cut."""


@dataclass(frozen=True, slots=True)
class Index:
    table: str
    columns: tuple[str, ...]
    ready_at: float

    @property
    def covers_the_culprit(self) -> bool:
        return self.table == CULPRIT_TABLE and self.columns[:1] == CULPRIT_COLUMNS[:1]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that RDS reports as an event of the instance."""

    at_s: float
    category: str
    message: str
    source: str = ""
    """The parameter group that it is about; empty for the instance itself."""


PARAMETER_GROUP = "eventa-mysql80"
RETUNED_S = 1080.0
"""Before the drill's query somebody changed a parameter: it looks guilty, and is not."""
RETUNED = "Updated parameter innodb_lock_wait_timeout to 120 with apply method immediate"


class Database:
    """eventa's primary instance."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.instance_class = USUAL_CLASS
        self.pressure = 0.0
        self.indexes: list[Index] = []
        self._next_class: tuple[float, str] | None = None
        self._query_at: float | None = None
        self._rebooting_until = float("-inf")
        self._replicas: dict[str, float] = {}
        self.index_dropped_s: float | None = None
        self.notes: list[Note] = []

    def break_index(self, at_s: float) -> None:
        """A release drops the index that one query needs; from then on it locks far too many rows."""
        self._query_at = self.index_dropped_s = at_s
        self.notes.append(Note(at_s - RETUNED_S, "configuration change", RETUNED, PARAMETER_GROUP))
        self.indexes = [index for index in self.indexes if not index.covers_the_culprit]

    def clear(self) -> None:
        self._query_at = None
        self.pressure = 0.0

    def has_cause(self, at_s: float) -> bool:
        """Whether the query would still lock if it ran now."""
        if self._query_at is None:
            return False
        return not any(index.covers_the_culprit and index.ready_at <= at_s for index in self.indexes)

    def reboot(self, at_s: float) -> None:
        """Cuts every connection and its locks; the query comes back with its job."""
        self._rebooting_until = at_s + REBOOT_S
        self.pressure = 0.0
        self.notes += [
            Note(at_s, "availability", "DB instance shutdown"),
            Note(self._rebooting_until, "availability", "DB instance restarted"),
        ]
        if self._query_at is not None:
            self._query_at = self._rebooting_until + RELAPSE_S

    def fail_over(self, at_s: float) -> None:
        """A reboot that moves to the standby; it is no quicker here."""
        self.notes += [
            Note(at_s, "failover", "Multi-AZ instance failover started"),
            Note(at_s + REBOOT_S, "failover", "Multi-AZ instance failover completed"),
        ]

    def resize(self, at_s: float, instance_class: str) -> None:
        self._next_class = (at_s + RESIZE_S, instance_class)
        self.notes.append(Note(at_s, "configuration change", "Applying modification to database instance class"))

    def add_replica(self, at_s: float, name: str) -> None:
        self._replicas[name] = at_s + REPLICA_S

    def remove_replica(self, name: str) -> None:
        self._replicas.pop(name, None)

    def add_index(self, at_s: float, table: str, columns: tuple[str, ...]) -> Index:
        index = Index(table, columns, at_s + INDEX_S)
        self.indexes.append(index)
        return index

    def status(self, at_s: float) -> str:
        """`DBInstanceStatus` in RDS' words."""
        if at_s < self._rebooting_until:
            return "rebooting"
        return "modifying" if self._next_class is not None else "available"

    def replica_status(self, name: str, at_s: float) -> str:
        return "creating" if at_s < self._replicas.get(name, float("-inf")) else "available"

    def step(self, at_s: float, requests_per_s: float, *, is_refused: bool) -> DatabaseSample:
        """Advance by one step; `is_refused`: maintenance mode keeps the API's requests away."""
        self._finish_resize(at_s)
        self._move_pressure(at_s, is_refused=is_refused)
        if at_s < self._rebooting_until:
            return self._while_rebooting(at_s)
        return self._measure(at_s, 0.0 if is_refused else requests_per_s)

    def _finish_resize(self, at_s: float) -> None:
        if self._next_class is not None and at_s >= self._next_class[0]:
            self.instance_class = self._next_class[1]
            self._next_class = None
            message = "Finished applying modification to DB instance class"
            self.notes.append(Note(at_s, "configuration change", message))
            self.reboot(at_s)

    def _move_pressure(self, at_s: float, *, is_refused: bool) -> None:
        runs = self._query_at is not None and at_s >= self._query_at and at_s >= self._rebooting_until
        target = 0.0
        if runs and self.has_cause(at_s):
            target = 0.2 if is_refused else 1.0
        self.pressure += (target - self.pressure) * (0.12 if target > self.pressure else 0.25)

    def _measure(self, at_s: float, requests_per_s: float) -> DatabaseSample:
        capacity = CAPACITIES.get(self.instance_class, 1.0)
        has_spare_replica = any(ready <= at_s for ready in self._replicas.values())
        load = self.pressure / capacity * (0.75 if has_spare_replica else 1.0)
        wobble = 1 + 0.08 * jitter(self._seed, at_s, "database")
        busy = requests_per_s / 180 / capacity * (0.7 if has_spare_replica else 1.0)
        connections = 24 + 60 * requests_per_s / 180 + 390 * self.pressure
        return DatabaseSample(
            cpu_percent=min((9 + 26 * busy + 58 * load) * wobble, 99.0),
            connections=round(connections * wobble),
            read_latency_s=(0.003 + 0.004 * busy + 0.270 * load) * wobble,
            write_latency_s=(0.005 + 0.005 * busy + 0.390 * load) * wobble,
            freeable_memory_bytes=(7.1 * capacity - 0.0095 * connections) * GIB,
            free_storage_bytes=(182.4 - at_s * 2e-6) * GIB,
            queue_depth=(0.4 + 1.2 * busy + 46 * load) * wobble,
            read_iops=(90 + 900 * busy + 2600 * load) * wobble,
            write_iops=(40 + 260 * busy) * (1 - 0.6 * self.pressure) * wobble,
            replica_lag_s=max(0.3 + 0.2 * wobble + 38 * load, 0.0),
            pressure=load,
            is_available=True,
        )

    def _while_rebooting(self, at_s: float) -> DatabaseSample:
        return DatabaseSample(
            cpu_percent=12.0,
            connections=0.0,
            read_latency_s=0.0,
            write_latency_s=0.0,
            freeable_memory_bytes=7.1 * CAPACITIES.get(self.instance_class, 1.0) * GIB,
            free_storage_bytes=(182.4 - at_s * 2e-6) * GIB,
            queue_depth=0.0,
            read_iops=0.0,
            write_iops=0.0,
            replica_lag_s=REBOOT_S / 2,
            pressure=0.0,
            is_available=False,
        )
