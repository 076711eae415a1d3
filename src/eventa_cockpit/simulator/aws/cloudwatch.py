"""RDS' metrics in CloudWatch, made from the world's samples whenever somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import MetricAggregatedDatum
from moto.core.common_models import CloudWatchMetricProvider

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.model.sample import DatabaseSample, Sample
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import World

NAMESPACE = "AWS/RDS"
WEEK = timedelta(days=7)
WEEK_MINUTES = 65
"""Before and after this time of last week that are kept: the whole clock hour is among them."""

Measure = Callable[[DatabaseSample], float]

PRIMARY_METRICS: dict[str, tuple[str, Measure]] = {
    "CPUUtilization": ("Percent", lambda sample: sample.cpu_percent),
    "DatabaseConnections": ("Count", lambda sample: sample.connections),
    "ReadLatency": ("Seconds", lambda sample: sample.read_latency_s),
    "WriteLatency": ("Seconds", lambda sample: sample.write_latency_s),
    "FreeableMemory": ("Bytes", lambda sample: sample.freeable_memory_bytes),
    "FreeStorageSpace": ("Bytes", lambda sample: sample.free_storage_bytes),
    "DiskQueueDepth": ("Count", lambda sample: sample.queue_depth),
    "ReadIOPS": ("Count/Second", lambda sample: sample.read_iops),
    "WriteIOPS": ("Count/Second", lambda sample: sample.write_iops),
    "DBLoad": ("None", lambda sample: 0.2 + sample.queue_depth * 0.4),
}
REPLICA_METRICS: dict[str, tuple[str, Measure]] = {
    "CPUUtilization": ("Percent", lambda sample: 6 + sample.cpu_percent * 0.3),
    "ReplicaLag": ("Seconds", lambda sample: sample.replica_lag_s),
}


def join_cloudwatch(simulation: Simulation) -> None:
    """Give moto's CloudWatch the world's metrics in eventa's region."""

    class WorldMetrics(CloudWatchMetricProvider):  # moto finds providers by subclass
        @staticmethod
        def get_cloudwatch_metrics(account_id: str, region: str) -> list[Any]:  # noqa: ARG004
            if region == sites.CDN_REGION:
                return cdn_metrics(simulation)
            return metrics(simulation) if region == sites.REGION else []

    simulation.keep(WorldMetrics)


def metrics(simulation: Simulation) -> list[Any]:
    """One datum a minute, instance and metric; the lag is the replica's, and reported for both."""
    with simulation.now() as (world, reading):
        minutes = {**last_week(world, reading), **by_minute(world.history, reading.wall)}
    primary = {**PRIMARY_METRICS, "ReplicaLag": REPLICA_METRICS["ReplicaLag"]}
    return [
        _datum(
            NAMESPACE, {"DBInstanceIdentifier": instance}, name, unit, minute, [measure(sample) for sample in samples]
        )
        for instance, measures in ((sites.INSTANCE, primary), (sites.REPLICA, REPLICA_METRICS))
        for name, (unit, measure) in measures.items()
        for minute, samples in minutes.items()
    ]


CDN_NAMESPACE = "AWS/CloudFront"
CDN_METRICS: dict[str, tuple[str, Callable[[Sample], float]]] = {
    "Requests": ("None", lambda sample: sample.requests_per_s * 60 * 3),
    # A bad release asks for scripts that the CDN's other copies have never heard of.
    "4xxErrorRate": ("Percent", lambda sample: 0.7 + 300 * sample.script_errors_per_min / (sample.requests_per_s * 60)),
    "5xxErrorRate": ("Percent", lambda sample: 0.02 + 20 * sample.api_error_rate),
}


def cdn_metrics(simulation: Simulation) -> list[Any]:
    """One datum a minute and metric of the distribution."""
    with simulation.now() as (world, reading):
        minutes: dict[datetime, list[Sample]] = {}
        for sample in world.history:
            minutes.setdefault(reading.wall(sample.at_s).replace(second=0, microsecond=0), []).append(sample)
    dimensions = {"DistributionId": sites.DISTRIBUTION, "Region": "Global"}
    return [
        _datum(CDN_NAMESPACE, dimensions, name, unit, minute, [measure(sample) for sample in samples])
        for name, (unit, measure) in CDN_METRICS.items()
        for minute, samples in minutes.items()
    ]


def last_week(world: World, reading: ClockReading) -> dict[datetime, list[DatabaseSample]]:
    """One quiet sample a minute around this time of the last week: the same for every drill of one seed."""
    middle = (reading.now_wall - WEEK).replace(second=0, microsecond=0)
    minutes = [middle + timedelta(minutes=minute) for minute in range(-WEEK_MINUTES, WEEK_MINUTES)]
    return {minute: [world.usual(round(reading.simulated(minute)))] for minute in minutes}


def by_minute(history: Iterable[Sample], wall: Callable[[float], datetime]) -> dict[datetime, list[DatabaseSample]]:
    """Samples by the whole minute in which they were measured; an instance that is down measures nothing."""
    minutes: dict[datetime, list[DatabaseSample]] = {}
    for sample in history:
        moment = wall(sample.at_s)
        minute = moment - timedelta(seconds=moment.second, microseconds=moment.microsecond)
        if sample.database.is_available:
            minutes.setdefault(minute, []).append(sample.database)
    return minutes


def _datum(
    namespace: str, dimensions: dict[str, str], name: str, unit: str, minute: datetime, values: list[float]
) -> Any:
    return MetricAggregatedDatum(
        namespace=namespace,
        name=name,
        min_stat=min(values),
        max_stat=max(values),
        sample_count=len(values),
        sum_stat=sum(values),
        dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        # moto compares with times that have no zone.
        timestamp=minute.replace(tzinfo=None),
        unit=unit,
    )
