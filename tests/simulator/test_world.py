"""Causality: what breaks eventa, what mends it, and what does not. Pure; no process, no clock."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventa_cockpit.simulator.kube.cluster import BAD_RELEASE, FIXED_RELEASE, FRONTEND, GOOD_RELEASE
from eventa_cockpit.simulator.model.alerting import RULES, SAMPLES_A_RULE
from eventa_cockpit.simulator.model.database import RELAPSE_S
from eventa_cockpit.simulator.model.sample import STEP_S
from eventa_cockpit.simulator.world import Fault, World

OPENED = datetime(2026, 11, 23, 11, tzinfo=UTC)
MINUTE_S = 60.0
SYMPTOMS = {
    Fault.PAYMENT: {"PaymentFailureRateHigh"},
    Fault.DATABASE: {"DatabaseLatencyHigh", "ApiLatencyHigh", "DatabaseCpuHigh"},
    Fault.FRONTEND: {"SentryErrorSpike"},
}
seeds = st.integers(0, 10_000)
few = settings(max_examples=6, deadline=None)


def opened(fault: Fault | None = None, seed: int = 1) -> World:
    return World(seed, OPENED, fault)


def later(world: World, minutes: float) -> World:
    world.advance(world.now_s + minutes * MINUTE_S)
    return world


def firing(world: World) -> set[str]:
    return set(world.alerting.firing)


def refuse_payments(world: World) -> None:
    world.set_maintenance(enabled=True, message="", components=("payment",))


@few
@given(seeds)
def test_nothing_fires_while_nothing_is_wrong(seed: int) -> None:
    world = later(opened(seed=seed), 30)

    assert firing(world) == set()
    assert world.newest.payment.failure_rate < 0.05
    assert world.newest.database.read_latency_s < 0.1
    assert world.newest.api_p95_s < 0.3


@pytest.mark.parametrize("fault", Fault)
@few
@given(seed=seeds)
def test_a_drill_opens_some_minutes_after_its_alerts_began(fault: Fault, seed: int) -> None:
    world = opened(fault, seed)

    assert firing(world) == SYMPTOMS[fault]
    for alert in world.alerting.firing.values():
        assert -330 < alert.since_s < -90
    assert world.history[0].at_s < -3600
    assert not any(sample.script_errors_per_min > 1 for sample in world.history if sample.at_s < -330)


@pytest.mark.parametrize("fault", Fault)
@few
@given(seed=seeds, minutes=st.integers(20, 90))
def test_nothing_recovers_without_a_cause_removed(fault: Fault, seed: int, minutes: int) -> None:
    world = opened(fault, seed)
    for _ in range(minutes):
        later(world, 1)
        assert firing(world) == SYMPTOMS[fault]


@few
@given(seeds)
def test_maintenance_mode_stops_payment_failures_and_lifting_it_early_reopens_the_wound(seed: int) -> None:
    world = opened(Fault.PAYMENT, seed)
    refuse_payments(world)
    later(world, 1.5)
    assert firing(world) == set()
    assert world.newest.payment.refused_per_min > 0

    world.set_maintenance(enabled=False)
    later(world, 2)
    assert firing(world) == {"PaymentFailureRateHigh"}


@few
@given(seeds)
def test_lifting_maintenance_after_the_gateway_is_back_ends_the_outage(seed: int) -> None:
    world = opened(Fault.PAYMENT, seed)
    refuse_payments(world)
    while world.payments.gateway_is_down(world.now_s):
        later(world, 1)
        assert world.now_s < 20 * MINUTE_S
    world.set_maintenance(enabled=False)
    for _ in range(20):
        later(world, 1)
        assert firing(world) == set()


@pytest.mark.parametrize("components", [("api",), ("payment", "api")])
def test_maintenance_of_the_whole_api_includes_payments(components: tuple[str, ...]) -> None:
    world = opened(Fault.PAYMENT)
    world.set_maintenance(enabled=True, components=components)

    assert firing(later(world, 1.5)) == set()


@few
@given(seeds)
def test_a_reboot_cuts_the_locks_but_the_query_comes_back(seed: int) -> None:
    world = opened(Fault.DATABASE, seed)
    world.database.reboot(world.now_s)
    later(world, 4)
    assert "DatabaseLatencyHigh" not in firing(world)
    assert world.database.status(world.now_s) == "available"

    later(world, RELAPSE_S / MINUTE_S + 3)
    assert "DatabaseLatencyHigh" in firing(world)


@few
@given(seeds)
def test_the_missing_index_ends_the_lock_contention_for_good(seed: int) -> None:
    world = opened(Fault.DATABASE, seed)
    world.database.add_index(world.now_s, "tickets", ("event_id", "status"))
    later(world, 4)
    for _ in range(30):
        later(world, 1)
        assert firing(world) == set()


@pytest.mark.parametrize(("table", "columns"), [("orders", ("event_id",)), ("tickets", ("status",))])
def test_an_index_on_something_else_does_not_help(table: str, columns: tuple[str, ...]) -> None:
    world = opened(Fault.DATABASE)
    world.database.add_index(world.now_s, table, columns)

    assert "DatabaseLatencyHigh" in firing(later(world, 10))


def test_a_replica_relieves_the_database_but_does_not_end_its_locks() -> None:
    alone, relieved = opened(Fault.DATABASE), opened(Fault.DATABASE)
    relieved.database.add_replica(relieved.now_s, "eventa-prod-read-2")
    later(alone, 10)
    later(relieved, 10)

    assert relieved.newest.database.read_latency_s < alone.newest.database.read_latency_s
    assert "DatabaseLatencyHigh" in firing(relieved)


def test_a_class_four_times_as_big_carries_the_contention() -> None:
    world = opened(Fault.DATABASE)
    world.database.resize(world.now_s, "db.r6g.2xlarge")
    assert world.database.status(world.now_s) == "modifying"
    later(world, 30)

    assert world.database.instance_class == "db.r6g.2xlarge"
    assert "DatabaseLatencyHigh" not in firing(world)


@few
@given(seeds)
def test_rolling_the_front_end_back_ends_its_errors_and_invalidating_the_cdn_hastens_it(seed: int) -> None:
    slow, fast = opened(Fault.FRONTEND, seed), opened(Fault.FRONTEND, seed)
    for world in (slow, fast):
        world.cluster.roll_out(FRONTEND, GOOD_RELEASE, world.now_s)
        later(world, 1)
    fast.delivery.invalidate(fast.now_s, "I1")
    later(slow, 1)
    later(fast, 1)
    assert fast.newest.script_errors_per_min < 1 < slow.newest.script_errors_per_min

    assert firing(later(slow, 12)) == firing(later(fast, 1)) == set()


def test_invalidating_the_cdn_alone_fetches_the_same_bad_script_again() -> None:
    world = opened(Fault.FRONTEND)
    world.delivery.invalidate(world.now_s, "I1")

    assert firing(later(world, 10)) == {"SentryErrorSpike"}


@pytest.mark.parametrize(
    ("release", "is_bad"), [(GOOD_RELEASE, False), (FIXED_RELEASE, False), (BAD_RELEASE, True), ("9.9.9", True)]
)
def test_only_a_good_release_that_exists_replaces_the_bad_one(release: str, is_bad: bool) -> None:
    world = opened(Fault.FRONTEND)
    world.cluster.roll_out(FRONTEND, release, world.now_s)

    assert bool(firing(later(world, 20))) is is_bad


ACTIONS = st.sampled_from(
    [
        lambda world: world.inject(Fault.PAYMENT),
        lambda world: world.inject(Fault.DATABASE),
        lambda world: world.inject(Fault.FRONTEND),
        lambda world: world.clear(),
        refuse_payments,
        lambda world: world.set_maintenance(enabled=True, components=("api",)),
        lambda world: world.set_maintenance(enabled=False),
        lambda world: world.database.reboot(world.now_s),
        lambda world: world.database.resize(world.now_s, "db.r6g.xlarge"),
        lambda world: world.database.add_index(world.now_s, "tickets", ("event_id",)),
        lambda world: world.cluster.roll_out(FRONTEND, GOOD_RELEASE, world.now_s),
        lambda world: world.delivery.invalidate(world.now_s, f"I{world.now_s}"),
    ]
)
PLAYS = st.lists(st.tuples(ACTIONS, st.integers(1, 300)), max_size=12)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, play=PLAYS)
def test_alerts_follow_thresholds_whatever_is_done(seed: int, play: list[tuple[object, int]]) -> None:
    world = opened(seed=seed)
    above = dict.fromkeys((rule.name for rule in RULES), 0.0)
    for action, seconds in play:
        action(world)  # type: ignore[operator]
        for _ in range(0, seconds, 5):
            world.advance(world.now_s + STEP_S)
            newest = list(world.history)[-SAMPLES_A_RULE:]
            for rule in RULES:
                mean = sum(map(rule.measure, newest)) / len(newest)
                above[rule.name] = above[rule.name] + STEP_S if mean > rule.threshold else 0.0
                assert (rule.name in world.alerting.firing) is (above[rule.name] > rule.hold_s)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, play=PLAYS)
def test_every_reading_stays_possible_and_time_never_goes_back(seed: int, play: list[tuple[object, int]]) -> None:
    world = opened(seed=seed)
    for action, seconds in play:
        action(world)  # type: ignore[operator]
        world.advance(world.now_s + seconds)
    for earlier, sample in pairwise(world.history):
        assert sample.at_s - earlier.at_s == STEP_S
        assert 0 <= sample.payment.failure_rate <= 1
        assert 0 <= sample.api_error_rate <= 1
        assert 0 <= sample.database.cpu_percent <= 100
        assert sample.database.freeable_memory_bytes > 0
        assert min(sample.requests_per_s, sample.api_p95_s, sample.database.read_latency_s, sample.payment.backlog) >= 0
        assert sample.script_errors_per_min >= 0


@settings(max_examples=10, deadline=None)
@given(seed=seeds, play=PLAYS)
def test_the_same_seed_and_actions_give_the_same_drill(seed: int, play: list[tuple[object, int]]) -> None:
    worlds = opened(Fault.FRONTEND, seed), opened(Fault.FRONTEND, seed)
    for world in worlds:
        for action, seconds in play:
            action(world)  # type: ignore[operator]
            world.advance(world.now_s + seconds)

    assert list(worlds[0].history) == list(worlds[1].history)
    assert worlds[0].alerting.firing == worlds[1].alerting.firing
