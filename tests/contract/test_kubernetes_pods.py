"""Pods that do not serve, the cluster's events and the history of revisions, from answers in Kubernetes' shapes."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer_json, by_path
from tests.contract.vendors import (
    NOW,
    container_status,
    deployment,
    kube_event,
    kube_list,
    kubernetes,
    pod,
    replica_set,
    stamp,
)

from eventa_cockpit.domain.change import ChangeKind
from eventa_cockpit.domain.rollout import Difference, DifferenceKind, PodTrouble, RolloutList
from eventa_cockpit.errors import UpstreamError

OOM = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": stamp(NOW - timedelta(seconds=50))}
CRASHED = {"exitCode": 1, "reason": "Error", "message": "panic: no\nconfig", "finishedAt": stamp(NOW)}
FORBIDDEN = answer_json({"kind": "Status", "code": 403}, status=403)
SETS = (replica_set("eventa-api", "41", NOW - timedelta(minutes=9)),)


def serving(**parts: Any) -> Behaviour:
    """A namespace; each part is a list of objects, or a behaviour of its own."""
    every = {"deployments": [deployment()], "replicasets": SETS, "pods": [], "events": [], **parts}
    return by_path(**{name: part if callable(part) else answer_json(kube_list(*part)) for name, part in every.items()})


async def read(upstream: Loopback, folder: Path, **options: Any) -> RolloutList:
    source = kubernetes(upstream.url, folder, **options)
    try:
        found: RolloutList = await source.read()
        return found
    finally:
        await source.close()


def waiting(reason: str, message: str = "", **options: Any) -> dict[str, Any]:
    return container_status(waiting={"reason": reason, "message": message}, **options)


@pytest.mark.parametrize(
    ("status", "reason", "message", "last_end", "exit_code"),
    [
        ([waiting("ImagePullBackOff", "Back-off pulling")], "ImagePullBackOff", "Back-off pulling", "", None),
        ([waiting("CrashLoopBackOff", "back-off 10s", last=OOM)], "CrashLoopBackOff", "back-off 10s", "OOMKilled", 137),
        ([waiting("CrashLoopBackOff", "back-off", last=CRASHED)], "CrashLoopBackOff", "panic: no config", "Error", 1),
        ([container_status(terminated=OOM)], "OOMKilled", "", "OOMKilled", 137),
        ([waiting("CreateContainerConfigError", 'secret "x" not found')], "CreateContainerConfigError",
         'secret "x" not found', "", None),
        ([waiting("ContainerCreating")], "ContainerCreating", "", "", None),
        ([{**container_status(running={}), "ready": False}], "NotReady", "unready: [app]", "", None),
    ],
)  # fmt: skip
async def test_a_pod_that_does_not_serve_says_why_in_kubectls_words(
    upstream: Loopback, tmp_path: Path, status: Any, reason: str, message: str, last_end: str, exit_code: int | None
) -> None:
    ready = [{"type": "Ready", "status": "False", "message": "unready: [app]"}]
    upstream.behaviour = serving(pods=[pod(containerStatuses=status, conditions=ready)])
    (found,) = (await read(upstream, tmp_path)).pods
    assert (found.reason, found.message) == (reason, message)
    assert (found.last_end, found.exit_code) == (last_end, exit_code)
    assert (found.deployment, found.container, found.is_serving) == ("eventa-api", "app", False)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"phase": "Pending", "containerStatuses": [], "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}]},
         "Unschedulable"),
        ({"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory", "containerStatuses": []},
         "Evicted"),
        ({"phase": "Pending", "containerStatuses": [waiting("PodInitializing")],
          "initContainerStatuses": [waiting("CrashLoopBackOff", name="migrate", last=CRASHED)]},
         "Init:CrashLoopBackOff"),
        ({"phase": "Pending", "containerStatuses": [waiting("PodInitializing")],
          "initContainerStatuses": [container_status("migrate", terminated=CRASHED)]}, "Init:Error"),
    ],
)  # fmt: skip
async def test_also_before_its_containers_start(
    upstream: Loopback, tmp_path: Path, status: dict[str, Any], reason: str
) -> None:
    upstream.behaviour = serving(pods=[pod(**status)])
    (found,) = (await read(upstream, tmp_path)).pods
    assert found.reason == reason


@pytest.mark.parametrize(
    "quiet",
    [
        pod(),
        pod(phase="Succeeded", containerStatuses=[container_status(terminated={"exitCode": 0, "reason": "Completed"})]),
        {**pod(), "metadata": {**pod()["metadata"], "deletionTimestamp": stamp(NOW)}},
        {**pod(containerStatuses=[waiting("ContainerCreating")]),
         "metadata": {**pod()["metadata"], "creationTimestamp": stamp(NOW - timedelta(seconds=20))}},
        pod(initContainerStatuses=[{**container_status(terminated={"exitCode": 0, "reason": "Completed"}),
                                    "ready": True}]),
    ],
)  # fmt: skip
async def test_what_serves_starts_ends_or_is_done_is_no_trouble(
    upstream: Loopback, tmp_path: Path, quiet: dict[str, Any]
) -> None:
    upstream.behaviour = serving(pods=[quiet])
    assert (await read(upstream, tmp_path)).pods == ()


async def test_a_pod_that_was_started_again_is_told_although_it_serves(upstream: Loopback, tmp_path: Path) -> None:
    restarted = container_status(running={}, restarts=4, last=OOM)
    upstream.behaviour = serving(pods=[pod(containerStatuses=[restarted])])
    (found,) = (await read(upstream, tmp_path)).pods
    assert found == PodTrouble(
        "default", "eventa-api-41-x", "eventa-api", "Restarted", "", "app", "OOMKilled", 137, 4,
        NOW - timedelta(seconds=50), is_serving=True,
    )  # fmt: skip


async def test_pods_and_events_of_others_are_left_out_where_deployments_are_named(
    upstream: Loopback, tmp_path: Path
) -> None:
    broken = [waiting("ErrImagePull")]
    parts = {
        "pods": [pod(containerStatuses=broken), pod("cron-1-x", "cron-1", containerStatuses=broken)],
        "events": [kube_event("eventa-api-41-gone", "Killing", "x"), kube_event("cron-1-x", "BackOff", "y")],
    }
    upstream.behaviour = serving(**parts)
    named = await read(upstream, tmp_path, deployments=["eventa-api"])
    assert [found.deployment for found in named.pods] == ["eventa-api"]
    assert [found.name for found in named.events] == ["eventa-api"]
    every = await read(upstream, tmp_path)
    assert {found.deployment for found in every.pods} == {"eventa-api", "cron-1"}
    assert {found.name for found in every.events} == {"eventa-api", "cron-1-x"}


async def test_the_same_event_of_several_pods_is_told_once_and_warnings_come_first(
    upstream: Loopback, tmp_path: Path
) -> None:
    pods = ("eventa-api-41-a", "eventa-api-41-b")
    newer = {"lastTimestamp": stamp(NOW - timedelta(seconds=5))}
    events = [kube_event(name, "BackOff", f"Back-off restarting app in {name}_default(uid-{name})") for name in pods]
    events += [kube_event("eventa-api", "ScalingReplicaSet", f"to {n}", kind="Deployment", type="Normal", **newer)
               for n in (1, 2)]  # fmt: skip
    upstream.behaviour = serving(events=events)
    warning, normal = (await read(upstream, tmp_path)).events
    assert (warning.reason, warning.name, warning.count, warning.objects) == ("BackOff", "eventa-api", 6, 2)
    assert warning.message == "Back-off restarting app in …_default(…)"
    assert (warning.first_at, warning.at) == (NOW - timedelta(minutes=5), NOW - timedelta(minutes=1))
    assert (normal.is_warning, normal.count, normal.message) == (False, 6, "to 2")


async def test_events_of_the_newer_kind_have_their_moments_elsewhere(upstream: Loopback, tmp_path: Path) -> None:
    seen = stamp(NOW - timedelta(seconds=30))
    event = kube_event("eventa-api-41-x", "FailedScheduling", "0/3 nodes", count=None, firstTimestamp=None,
                       lastTimestamp=None, eventTime=stamp(NOW - timedelta(minutes=4)),
                       series={"count": 9, "lastObservedTime": seen})  # fmt: skip
    upstream.behaviour = serving(events=[event])
    (found,) = (await read(upstream, tmp_path)).events
    assert (found.at, found.first_at, found.count) == (NOW - timedelta(seconds=30), NOW - timedelta(minutes=4), 9)


def template(image: str, **more: Any) -> dict[str, Any]:
    return {"image": f"registry/api:{image}", **more}


async def test_each_revision_says_what_it_changed_and_never_the_value_of_a_variable(
    upstream: Loopback, tmp_path: Path
) -> None:
    old = template("1", env=[{"name": "A", "value": "hunter2"}, {"name": "B", "value": "1"}],
                   resources={"limits": {"memory": "1Gi"}})  # fmt: skip
    new = template("2", env=[{"name": "A", "value": "hunter3"}, {"name": "C", "valueFrom": {"secretKeyRef": {}}}],
                   resources={"limits": {"memory": "512Mi", "cpu": 2}})  # fmt: skip
    sets = [
        replica_set("eventa-api", "40", NOW - timedelta(days=3), **old),
        replica_set("eventa-api", "41", NOW - timedelta(minutes=9), {"kubernetes.io/change-cause": "ABC-1"}, **new),
    ]
    upstream.behaviour = serving(replicasets=sets)
    found = await read(upstream, tmp_path)
    newest, oldest = found.revisions
    assert (newest.number, newest.cause, newest.is_current, newest.release) == (41, "ABC-1", True, "2")
    assert newest.differences == (
        Difference(DifferenceKind.IMAGE, "app", before="registry/api:1", after="registry/api:2"),
        Difference(DifferenceKind.VARIABLE, "app", "A"),
        Difference(DifferenceKind.VARIABLE, "app", "B", is_removal=True),
        Difference(DifferenceKind.VARIABLE, "app", "C", is_addition=True),
        Difference(DifferenceKind.RESOURCES, "app", "limits.memory", "1Gi", "512Mi"),
        Difference(DifferenceKind.RESOURCES, "app", "limits.cpu", "", "2", is_addition=True),
    )
    assert oldest.differences == ()
    assert "hunter" not in repr(found)


async def test_a_roll_back_is_dated_by_its_progress_and_the_revision_it_undid_keeps_its_own_day(
    upstream: Loopback, tmp_path: Path
) -> None:
    back = {"deployment.kubernetes.io/revision-history": "39"}
    sets = [
        replica_set("eventa-api", "41", NOW - timedelta(days=3), back, **template("1")),
        replica_set("eventa-api", "40", NOW - timedelta(hours=1), **template("2")),
    ]
    upstream.behaviour = serving(replicasets=sets)
    found = await read(upstream, tmp_path)
    assert [(each.number, each.at, each.is_return) for each in found.revisions] == [
        (41, NOW - timedelta(minutes=2), True),
        (40, NOW - timedelta(hours=1), False),
        (39, NOW - timedelta(days=3), False),
    ]
    assert [(change.kind, change.title) for change in found.changes] == [
        (ChangeKind.DEPLOYMENT, "eventa-api revision 41 (↩ 1)"),
        (ChangeKind.DEPLOYMENT, "eventa-api revision 40 (2)"),
        (ChangeKind.DEPLOYMENT, "eventa-api revision 39 (1)"),
    ]


async def test_a_restart_is_told_as_such(upstream: Loopback, tmp_path: Path) -> None:
    sets = [
        replica_set("eventa-api", "40", NOW - timedelta(days=3), **template("1")),
        replica_set("eventa-api", "41", NOW, **template("1")),
    ]
    sets[1]["spec"]["template"]["metadata"] = {"annotations": {"kubectl.kubernetes.io/restartedAt": stamp(NOW)}}
    upstream.behaviour = serving(replicasets=sets)
    newest, _oldest = (await read(upstream, tmp_path)).revisions
    assert newest.differences == (Difference(DifferenceKind.RESTART, after=stamp(NOW)),)


@pytest.mark.parametrize(("part", "word"), [("pods", "Pods"), ("events", "Events"), ("replicasets", "History")])
async def test_a_part_that_we_may_not_read_costs_that_part_only_and_is_said(
    upstream: Loopback, tmp_path: Path, part: str, word: str
) -> None:
    upstream.behaviour = serving(**{part: FORBIDDEN})
    found = await read(upstream, tmp_path)
    assert [each.name for each in found.deployments] == ["eventa-api"]
    (sentence,) = found.unread
    assert sentence.startswith(f"{word} could not be read: ")
    assert "does not let our account read this (HTTP 403)" in sentence


async def test_a_part_that_hangs_costs_that_part_only(upstream: Loopback, tmp_path: Path) -> None:
    def hang(_request: Request, _connection: socket.socket) -> None:
        upstream.ended.wait(20)

    upstream.behaviour = serving(pods=hang)
    await read_whole(upstream, tmp_path)
    found = await read(upstream, tmp_path, deadline=4.0)
    assert [each.name for each in found.deployments] == ["eventa-api"]
    assert found.unread[0].startswith("Pods could not be read: ")


async def read_whole(upstream: Loopback, folder: Path) -> None:
    """One read with time to import what it needs."""
    behaviour, upstream.behaviour = upstream.behaviour, serving()
    await read(upstream, folder, deadline=30.0)
    upstream.behaviour = behaviour


async def test_a_refused_token_is_about_everything(upstream: Loopback, tmp_path: Path) -> None:
    upstream.behaviour = serving(pods=answer_json({"kind": "Status"}, status=401))
    with pytest.raises(UpstreamError, match="does not accept our token"):
        await read(upstream, tmp_path)


async def test_hostile_words_come_out_harmless(upstream: Loopback, tmp_path: Path) -> None:
    upstream.behaviour = serving(
        pods=[pod(containerStatuses=[waiting("Err\x1b[2J", "a\x1b]0;x\x07b\u202e")])],
        events=[kube_event("eventa-api-41-x", "\x1b[31mBad", "x\ny\x00")],
    )
    found = await read(upstream, tmp_path)
    texts = [found.pods[0].reason, found.pods[0].message, found.events[0].reason, found.events[0].message]
    assert all(text.isprintable() for text in texts), texts
