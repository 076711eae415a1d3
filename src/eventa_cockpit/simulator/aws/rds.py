"""Joins moto's RDS to the world: what a command does to eventa's instance happens to the simulated database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBInstanceAlreadyExists
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.aws.joining import replace
from eventa_cockpit.simulator.aws.logs import serve_logs
from eventa_cockpit.simulator.model.database import Note
from eventa_cockpit.simulator.model.slow_log import slow_log
from eventa_cockpit.simulator.simulation import Simulation

SLOW_LOG = "slowquery/mysql-slowquery.log"
ERROR_LOG = "error/mysql-error.log"
USUAL_EVENT_MINUTES = 60
PATCHED_IN = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class InstanceEvent:
    """As `describe-events` lists it."""

    source_identifier: str
    source_type: str
    message: str
    event_categories: tuple[str, ...]
    date: datetime
    source_arn: str


def join_rds(simulation: Simulation) -> None:
    """Make moto's RDS act on and answer from the world."""
    _join_reads(simulation)
    _join_writes(simulation)
    _join_replicas(simulation)
    logs = {SLOW_LOG: lambda: _read_slow_log(simulation), ERROR_LOG: lambda: _read_error_log(simulation)}
    serve_logs(logs, lambda: simulation.clock.reading().now_wall)
    _join_maintenance(simulation)


def _join_reads(simulation: Simulation) -> None:
    describe_instances = RDSBackend.describe_db_instances
    describe_events = RDSBackend.describe_events

    def describe_db_instances(self: RDSBackend, *given: Any, **named: Any) -> list[DBInstance]:
        _refresh(self, simulation)
        return list(describe_instances(self, *given, **named))

    def describe_db_events(self: RDSBackend, **named: Any) -> list[Any]:
        start = named.get("start_time")
        found: list[Any] = [*describe_events(self, **named), *_world_events(self, simulation)]
        if start is None:
            minutes = named.get("duration") or USUAL_EVENT_MINUTES
            start = simulation.clock.reading().now_wall - timedelta(minutes=int(minutes))
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        identifier, kind = named.get("source_identifier"), named.get("source_type")
        return [
            event
            for event in sorted(found, key=lambda event: _aware(event.date, start))
            if _aware(event.date, start) >= start
            and identifier in (None, event.source_identifier)
            and kind in (None, event.source_type)
        ]

    replace(RDSBackend, describe_db_instances=describe_db_instances, describe_events=describe_db_events)


def _join_writes(simulation: Simulation) -> None:
    modify = RDSBackend.modify_db_instance

    def reboot_db_instance(self: RDSBackend, db_instance_identifier: str) -> DBInstance:
        found = self.describe_db_instances(db_instance_identifier)[0]
        if db_instance_identifier == sites.INSTANCE:
            with simulation.now() as (world, reading):
                world.database.reboot(reading.now_s)
        _refresh(self, simulation)
        return found

    def modify_db_instance(self: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> DBInstance:
        wanted = db_kwargs.pop("db_instance_class", None) if db_instance_identifier == sites.INSTANCE else None
        found = modify(self, db_instance_identifier, db_kwargs)
        if wanted is not None:
            with simulation.now() as (world, reading):
                world.database.resize(reading.now_s, wanted)
        _refresh(self, simulation)
        return found

    respond = RDSResponse.reboot_db_instance

    def reboot_as_asked(self: RDSResponse) -> ActionResult:
        answer = respond(self)
        if self.params.get("ForceFailover") and self.params["DBInstanceIdentifier"] == sites.INSTANCE:
            with simulation.now() as (world, reading):
                world.database.fail_over(reading.now_s)
        return answer

    replace(RDSBackend, reboot_db_instance=reboot_db_instance, modify_db_instance=modify_db_instance)
    replace(RDSResponse, reboot_db_instance=reboot_as_asked)


def _join_replicas(simulation: Simulation) -> None:
    create = RDSBackend.create_db_instance_read_replica
    delete = RDSBackend.delete_db_instance

    def create_db_instance_read_replica(self: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
        name = db_kwargs["db_instance_identifier"]
        if name in self.databases:
            raise DBInstanceAlreadyExists
        found = create(self, db_kwargs)
        if db_kwargs["source_db_instance_identifier"] == sites.INSTANCE:
            with simulation.now() as (world, reading):
                world.database.add_replica(reading.now_s, name)
        _refresh(self, simulation)
        return found

    def delete_db_instance(self: RDSBackend, db_instance_identifier: str, *given: Any, **named: Any) -> DBInstance:
        found = delete(self, db_instance_identifier, *given, **named)
        with simulation.now() as (world, _reading):
            world.database.remove_replica(db_instance_identifier)
        return found

    replace(
        RDSBackend,
        create_db_instance_read_replica=create_db_instance_read_replica,
        delete_db_instance=delete_db_instance,
    )


def _join_maintenance(simulation: Simulation) -> None:
    def describe_pending_maintenance_actions(self: RDSResponse) -> ActionResult:
        """moto has no such call. One system update waits for the instance, as it does most weeks."""
        (instance,) = self.backend.describe_db_instances(sites.INSTANCE)
        wanted = self.params.get("ResourceIdentifier")
        due = simulation.clock.reading().now_wall.replace(hour=18, minute=0, second=0, microsecond=0) + PATCHED_IN
        action = {
            "Action": "system-update",
            "Description": "New Operating System update is available",
            "AutoAppliedAfterDate": due,
            "CurrentApplyDate": due,
        }
        waiting = {"ResourceIdentifier": instance.arn, "PendingMaintenanceActionDetails": [action]}
        return ActionResult({"PendingMaintenanceActions": [waiting] if wanted in (None, instance.arn) else []})

    replace(RDSResponse, describe_pending_maintenance_actions=describe_pending_maintenance_actions)


def _read_slow_log(simulation: Simulation) -> str:
    with simulation.now() as (world, reading):
        return slow_log(world.history, reading.wall, world.seed, world.database.index_dropped_s)


def _read_error_log(simulation: Simulation) -> str:
    with simulation.now() as (_world, reading):
        moment = reading.wall(-86400 * 9)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ} 0 [System] [MY-010931] [Server] mysqld: ready for connections.\n"


def _refresh(backend: RDSBackend, simulation: Simulation) -> None:
    """Copy the states of the primary and its replicas from the world."""
    with simulation.now() as (world, reading):
        for name, instance in backend.databases.items():
            if name == sites.INSTANCE:
                instance.status = world.database.status(reading.now_s)
                instance.db_instance_class = world.database.instance_class
            elif instance.is_replica:
                instance.status = world.database.replica_status(name, reading.now_s)


def _world_events(backend: RDSBackend, simulation: Simulation) -> list[InstanceEvent]:
    instance = backend.databases.get(sites.INSTANCE)
    if instance is None:
        return []
    with simulation.now() as (world, reading):
        return [
            _event(note, reading.wall(note.at_s), instance.arn)
            for note in world.database.notes
            if note.at_s <= reading.now_s
        ]


def _event(note: Note, moment: datetime, arn: str) -> InstanceEvent:
    if not note.source:
        return InstanceEvent(sites.INSTANCE, "db-instance", note.message, (note.category,), moment, arn)
    group_arn = f"{arn.rpartition(':db:')[0]}:pg:{note.source}"
    return InstanceEvent(note.source, "db-parameter-group", note.message, (note.category,), moment, group_arn)


def _aware(moment: datetime, like: datetime) -> datetime:
    """moto writes its own times without a zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=like.tzinfo)
