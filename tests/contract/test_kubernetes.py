"""Kubernetes' API, as it is asked and as its answers are understood."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.contract.loopback import Behaviour, Loopback, Request, answer_json, by_path
from tests.contract.vendors import (
    NOW,
    condition,
    deployment,
    kube_list,
    kubeconfig,
    kubernetes,
    replica_set,
    source,
)

from eventa_cockpit.config import EnvironmentConfig, Kubernetes
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.rollout import Deployment, RolloutState
from eventa_cockpit.errors import UpstreamError

TOO_SLOW = condition("Progressing", "False", "ProgressDeadlineExceeded", "has timed out progressing.")
NO_QUOTA = condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota: pods")
NOT_ENOUGH = condition("Available", "False", "MinimumReplicasUnavailable", "no minimum availability")
UPDATING = condition("Progressing", "True", "ReplicaSetUpdated")


def serving(*deployments: dict[str, Any], replica_sets: tuple[dict[str, Any], ...] = ()) -> Behaviour:
    return by_path(deployments=answer_json(kube_list(*deployments)), replicasets=answer_json(kube_list(*replica_sets)))


async def only(upstream: Loopback, folder: Path) -> Deployment:
    (found,) = (await kubernetes(upstream.url, folder).read()).deployments
    return found


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, RolloutState.COMPLETE),
        ({"spec": {"replicas": 0}, "status": {"replicas": 0, "updatedReplicas": 0}}, RolloutState.COMPLETE),
        ({"spec": {"paused": True}}, RolloutState.PAUSED),
        ({"status": {"observedGeneration": 6}}, RolloutState.PROGRESSING),
        ({"status": {"updatedReplicas": 2}}, RolloutState.PROGRESSING),
        ({"status": {"replicas": 4}}, RolloutState.PROGRESSING),
        ({"status": {"availableReplicas": 2, "conditions": [UPDATING]}}, RolloutState.PROGRESSING),
        ({"status": {"availableReplicas": 2}}, RolloutState.DEGRADED),
        ({"status": {"updatedReplicas": 1, "conditions": [TOO_SLOW]}}, RolloutState.STUCK),
    ],
)
async def test_the_state_is_what_kubectl_rollout_status_would_say(
    upstream: Loopback, tmp_path: Path, changes: dict[str, Any], state: RolloutState
) -> None:
    upstream.behaviour = serving(deployment(**changes))
    assert (await only(upstream, tmp_path)).state is state


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        ([TOO_SLOW, NOT_ENOUGH], "ProgressDeadlineExceeded: has timed out progressing."),
        ([TOO_SLOW, NO_QUOTA], "FailedCreate: exceeded quota: pods"),
        ([NOT_ENOUGH], "MinimumReplicasUnavailable: no minimum availability"),
        ([UPDATING], ""),
    ],
)
async def test_the_reason_is_kubernetes_own(
    upstream: Loopback, tmp_path: Path, conditions: list[dict[str, str]], reason: str
) -> None:
    upstream.behaviour = serving(deployment(status={"conditions": conditions}))
    assert (await only(upstream, tmp_path)).reason == reason


async def test_the_last_roll_out_began_when_the_newest_replica_set_was_made(upstream: Loopback, tmp_path: Path) -> None:
    made = NOW - timedelta(minutes=7)
    sets = (replica_set("eventa-api", "40", NOW - timedelta(days=3)), replica_set("eventa-api", "41", made))
    upstream.behaviour = serving(deployment(), replica_sets=(*sets, replica_set("other", "9", NOW)))
    found = await only(upstream, tmp_path)
    assert (found.changed_at, found.revision, found.image) == (made, 41, "registry/eventa-api:4.18.2")


async def test_a_roll_back_to_an_old_replica_set_is_as_new_as_its_last_progress(
    upstream: Loopback, tmp_path: Path
) -> None:
    sets = (
        replica_set("eventa-api", "41", NOW - timedelta(days=3)),
        replica_set("eventa-api", "40", NOW - timedelta(hours=1)),
    )
    upstream.behaviour = serving(deployment(), replica_sets=sets)
    assert (await only(upstream, tmp_path)).changed_at == NOW - timedelta(minutes=2)


async def test_only_the_named_deployments_are_told_and_a_missing_one_is_not_left_out(
    upstream: Loopback, tmp_path: Path
) -> None:
    upstream.behaviour = serving(deployment("eventa-api"), deployment("cron"))
    found = (await kubernetes(upstream.url, tmp_path, deployments=["eventa-api", "gone"]).read()).deployments
    assert [(one.name, one.state) for one in found] == [
        ("eventa-api", RolloutState.COMPLETE),
        ("gone", RolloutState.DEGRADED),
    ]
    assert found[1].reason == "There is no deployment of this name."


async def test_all_pages_are_read(upstream: Loopback, tmp_path: Path) -> None:
    def deployments(request: Request, connection: socket.socket) -> None:
        second = dict(request.query).get("continue") == "more"
        page = kube_list(deployment("b")) if second else kube_list(deployment("a"), following="more")
        answer_json(page)(request, connection)

    upstream.behaviour = by_path(deployments=deployments, replicasets=answer_json(kube_list()))
    found = (await kubernetes(upstream.url, tmp_path).read()).deployments
    assert [one.name for one in found] == ["a", "b"]


async def test_the_kubeconfigs_token_is_used(upstream: Loopback, tmp_path: Path) -> None:
    upstream.behaviour = serving(deployment())
    await only(upstream, tmp_path)
    assert {request.headers["authorization"] for request in upstream.requests} == {"Bearer abcdefgh"}
    assert upstream.requests[0].path == "/apis/apps/v1/namespaces/default/deployments"


async def test_a_changed_schema_is_told_with_its_place(upstream: Loopback, tmp_path: Path) -> None:
    upstream.behaviour = serving(deployment(spec={"replicas": "three"}))
    with pytest.raises(UpstreamError, match=r"items\[0\] .*spec\.replicas") as caught:
        await kubernetes(upstream.url, tmp_path).read()
    assert caught.value.kind is FailureKind.MALFORMED


@pytest.mark.parametrize(
    "content",
    ["", "{", "- a\n- b\n", "kind: Config\n", "current-context: x\nclusters: []\ncontexts: []\nusers: []\n", "\x00"],
)
async def test_a_useless_kubeconfig_is_named_with_its_path(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(UpstreamError, match=str(path)) as caught:
        await source(EnvironmentConfig(kubernetes=Kubernetes(kubeconfig=str(path)))).read()
    assert caught.value.kind is FailureKind.NOT_CONFIGURED


async def test_a_missing_kubeconfig_is_named_with_its_path(tmp_path: Path) -> None:
    path = str(tmp_path / "nowhere")
    with pytest.raises(UpstreamError, match=path) as caught:
        await source(EnvironmentConfig(kubernetes=Kubernetes(), variables={"KUBECONFIG": path})).read()
    assert caught.value.kind is FailureKind.NOT_CONFIGURED


async def test_a_failed_login_command_is_about_credentials(
    upstream: Loopback, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    upstream.behaviour = answer_json({"kind": "Status"}, status=401)
    login = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/false, interactiveMode: Never}}"
    path = kubeconfig(upstream.url, tmp_path, user=login)
    with pytest.raises(UpstreamError, match="login command failed") as caught:
        await source(EnvironmentConfig(kubernetes=Kubernetes(kubeconfig=str(path)))).read()
    assert caught.value.kind is FailureKind.CREDENTIALS
    assert capfd.readouterr() == ("", ""), "the client's log must not land on the screen"


async def test_inside_a_cluster_without_a_kubeconfig_it_is_the_pods_own_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    with pytest.raises(UpstreamError, match=r"[Ss]ervice token") as caught:
        await source(EnvironmentConfig(kubernetes=Kubernetes())).read()
    assert caught.value.kind is FailureKind.NOT_CONFIGURED
