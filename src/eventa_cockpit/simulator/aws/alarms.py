"""The team's CloudWatch alarms: moto keeps them but never looks at a metric, so the world does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.aws.cloudwatch import NAMESPACE, PRIMARY_METRICS, by_minute
from eventa_cockpit.simulator.aws.joining import replace
from eventa_cockpit.simulator.files import ALARMS, BOUNDS
from eventa_cockpit.simulator.model.sample import DatabaseSample
from eventa_cockpit.simulator.simulation import Simulation

PERIODS = 3
"""Minutes in a row past the threshold before an alarm goes off."""
MINUTE = timedelta(minutes=1)
LOOKS = (
    "describe_alarms",
    "get_alarms_by_action_prefix",
    "get_alarms_by_alarm_name_prefix",
    "get_alarms_by_alarm_names",
    "get_alarms_by_state_value",
)
"""Ways of moto to look at alarms."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an alarm's metric says."""

    state: str
    since: datetime | None
    value: float


def join_alarms(simulation: Simulation) -> None:
    """Make the alarms, and judge them whenever somebody looks."""
    backend = cloudwatch_backends[DEFAULT_ACCOUNT_ID][sites.REGION]
    for name, (metric, description) in ALARMS.items():
        _put(backend, name, metric, description)
    judged: dict[str, Verdict] = {}

    def refreshed(look: Callable[..., Any]) -> Callable[..., Any]:
        def looked(self: CloudWatchBackend, *given: Any) -> Any:
            _judge(self, simulation, judged)
            return look(self, *given)

        return looked

    replace(CloudWatchBackend, **{name: refreshed(getattr(CloudWatchBackend, name)) for name in LOOKS})


def _judge(backend: CloudWatchBackend, simulation: Simulation, judged: dict[str, Verdict]) -> None:
    """Only what has changed is written: a state that somebody has set by hand lasts until then, as in AWS."""
    with simulation.now() as (world, reading):
        minutes = by_minute(world.history, reading.wall)
        now = reading.now_wall
    for name, (metric, _description) in ALARMS.items():
        alarm = backend.alarms.get(name)
        found = verdict(minutes, PRIMARY_METRICS[metric][1], BOUNDS[metric], now)
        known = judged.get(name)
        if alarm is not None and (known is None or known.state != found.state):
            judged[name] = found
            _write(alarm, found, metric)


def verdict(
    minutes: dict[datetime, list[DatabaseSample]],
    measure: Callable[[DatabaseSample], float],
    threshold: float,
    now: datetime,
) -> Verdict:
    """Past the threshold in so many whole minutes in a row, up to the newest."""
    streak, value = 0, 0.0
    state, since = "OK", None
    for minute, samples in sorted(minutes.items()):
        if minute + MINUTE > now:
            break
        value = sum(map(measure, samples)) / len(samples)
        streak = streak + 1 if value > threshold else 0
        changed = "ALARM" if streak >= PERIODS else "OK"
        if changed != state:
            state, since = changed, minute + MINUTE
    return Verdict(state, since, value)


def _write(alarm: Alarm, found: Verdict, metric: str) -> None:
    relation = "greater" if found.state == "ALARM" else "not greater"
    reason = f"Threshold Crossed: {PERIODS} datapoints [{found.value:.4g}] were {relation} than {BOUNDS[metric]:g}."
    alarm.update_state(reason, "{}", found.state)
    if found.since is not None:
        alarm.state_updated_timestamp = found.since.replace(tzinfo=None)


def _put(backend: CloudWatchBackend, name: str, metric: str, description: str) -> None:
    unused = dict.fromkeys(
        (
            "metric_data_queries", "extended_statistic", "ok_actions", "insufficient_data_actions", "unit",
            "evaluate_low_sample_count_percentile", "threshold_metric_id", "rule",
        )
    )  # fmt: skip
    backend.put_metric_alarm(
        name=name,
        namespace=NAMESPACE,
        metric_name=metric,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=PERIODS,
        datapoints_to_alarm=PERIODS,
        period=60,
        threshold=BOUNDS[metric],
        statistic="Average",
        description=description,
        dimensions=[{"Name": "DBInstanceIdentifier", "Value": sites.INSTANCE}],
        alarm_actions=[f"arn:aws:sns:{sites.REGION}:{DEFAULT_ACCOUNT_ID}:eventa-oncall"],
        actions_enabled=True,
        treat_missing_data="missing",
        tags=[],
        **unused,
    )
