"""The roll-outs feed against the simulated cluster, broken with the real kubectl."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from tests.simulator.conftest import Drill

from eventa_cockpit.config import load_config
from eventa_cockpit.domain.rollout import DifferenceKind, RolloutList, RolloutState
from eventa_cockpit.integrations.registry import sources_for
from eventa_cockpit.simulator.launching import start_world


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    with start_world(tmp_path_factory.mktemp("world"), fault="frontend", seed=5, speed=20) as world:
        yield Drill(world)


async def until(drill: Drill, condition: Callable[[RolloutList], object], deadline_s: float = 30) -> RolloutList:
    """The first answer that fulfils the condition."""
    sources = sources_for(load_config(drill.world.config_path).environments["prod"])
    source = next(source for source in sources if source.key == "rollouts")
    try:
        async with asyncio.timeout(deadline_s):
            while True:
                found: RolloutList = await source.read()
                if condition(found):
                    return found
                await asyncio.sleep(0.1)
    finally:
        for each in sources:
            await each.close()


async def test_the_bad_release_is_the_newest_change_with_its_moment_and_its_image(drill: Drill) -> None:
    found = await until(drill, lambda found: found.history("eventa-frontend"))
    newest = found.history("eventa-frontend")[0]
    assert (newest.number, newest.release, newest.cause) == (42, "4.19.0", "release 4.19.0")
    assert [each.kind for each in newest.differences] == [DifferenceKind.IMAGE]
    assert max(found.changes, key=lambda change: change.at).title == "eventa-frontend revision 42 (4.19.0)"
    assert found.unread == ()


async def test_an_image_that_does_not_exist_is_told_as_pods_that_do_not_serve_and_as_events(drill: Drill) -> None:
    drill.output("kubectl set image deployment/eventa-worker worker=registry.eventa.app/eventa-worker:0.0.0")
    found = await until(drill, lambda found: found.troubles("eventa-worker"))
    (pod,) = found.troubles("eventa-worker")
    assert pod.reason == "ImagePullBackOff"
    assert "eventa-worker:0.0.0: not found" in pod.message
    warning = next(event for event in found.events if event.reason == "Failed")
    assert (warning.name, warning.is_warning) == ("eventa-worker", True)

    drill.output("kubectl rollout undo deployment/eventa-worker")
    found = await until(drill, lambda found: not found.troubles("eventa-worker"))
    assert {each.state for each in found.deployments if each.name == "eventa-worker"} <= {
        RolloutState.COMPLETE,
        RolloutState.PROGRESSING,
    }
    assert [(each.number, each.is_return) for each in found.history("eventa-worker")][:2] == [(79, True), (78, False)]


async def test_a_container_that_runs_out_of_memory_is_told_with_its_end(drill: Drill) -> None:
    drill.output("kubectl set resources deployment/eventa-api --limits=memory=32Mi")
    found = await until(drill, lambda found: any(pod.restarts > 1 for pod in found.troubles("eventa-api")))
    pod = found.troubles("eventa-api")[0]
    assert (pod.reason, pod.last_end, pod.exit_code) == ("CrashLoopBackOff", "OOMKilled", 137)
    newest = found.history("eventa-api")[0]
    assert [(each.kind, each.name, each.after) for each in newest.differences] == [
        (DifferenceKind.RESOURCES, "limits.memory", "32Mi")
    ]
