"""The bad front-end release, played with real kubectl and aws, and the Kubernetes API's shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.simulator.conftest import Drill

from eventa_cockpit.simulator.kube.cluster import BAD_RELEASE, GOOD_RELEASE

ALERT = "SentryErrorSpike"
INVALIDATE = 'aws cloudfront create-invalidation --distribution-id ${CF_DISTRIBUTION_ID} --paths "/*"'
UNDO = "kubectl rollout undo deployment/eventa-frontend"


@pytest.fixture(scope="module")
def drill(make_drill: Callable[..., Drill]) -> Drill:
    return make_drill("frontend", seed=11)


@pytest.fixture(scope="module")
def calm(make_drill: Callable[..., Drill]) -> Drill:
    """A world in which nothing is wrong, for kubectl to play with."""
    return make_drill(seed=12, speed=20)


def deployment(drill: Drill, name: str = "eventa-frontend") -> Any:
    return json.loads(drill.output(f"kubectl get deployment {name} -o json"))


def test_the_bad_release_is_seen_survives_an_invalidation_and_ends_with_the_roll_back(drill: Drill) -> None:
    assert ALERT in drill.state()["alerts"]
    history = drill.output("kubectl rollout history deployment/eventa-frontend")
    assert re.findall(r"^(\d+)\s+release (\S+)", history, re.MULTILINE)[-1] == ("42", BAD_RELEASE)
    assert "seatMap" in drill.output("kubectl logs deployment/eventa-frontend --tail=20")

    drill.control("speed", speed=60)
    made = json.loads(drill.output(INVALIDATE))["Invalidation"]
    assert made["Status"] == "InProgress"
    drill.control("speed", speed=600)
    drill.pass_time(300)
    wait = f"aws cloudfront wait invalidation-completed --distribution-id ${{CF_DISTRIBUTION_ID}} --id {made['Id']}"
    drill.output(wait)
    assert ALERT in drill.state()["alerts"]

    drill.control("speed", speed=20)
    assert "rolled back" in drill.output(UNDO)
    assert "successfully rolled out" in drill.output("kubectl rollout status deployment/eventa-frontend --timeout=30s")
    assert drill.state()["frontend_release"] == GOOD_RELEASE
    drill.control("speed", speed=600)
    drill.until(lambda state: state["alerts"] == {})
    assert drill.pass_time(1200)["alerts"] == {}

    assert "rolled back" in drill.output(UNDO)
    drill.until(lambda state: ALERT in state["alerts"])


def test_undo_in_a_dry_run_changes_nothing(calm: Drill) -> None:
    before = deployment(calm)["metadata"]["resourceVersion"]

    assert "dry run" in calm.output(f"{UNDO} --dry-run=server")
    assert deployment(calm)["metadata"]["resourceVersion"] == before


def test_undo_to_a_revision_brings_its_image_back_as_the_newest_revision(calm: Drill) -> None:
    calm.output(f"{UNDO} --to-revision=40")
    calm.output("kubectl rollout status deployment/eventa-frontend --timeout=30s")
    found = deployment(calm)

    assert found["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":4.18.0")
    assert found["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "42"
    done = calm.run(f"{UNDO} --to-revision=7")
    assert done.returncode == 1
    assert "unable to find specified revision" in done.stderr


def test_an_image_that_does_not_exist_never_gets_ready_and_enough_old_pods_stay(calm: Drill) -> None:
    calm.output("kubectl set image deployment/eventa-worker worker=registry.eventa.app/eventa-worker:0.0.0")
    done = calm.run("kubectl rollout status deployment/eventa-worker --timeout=1s")
    assert done.returncode == 1
    assert "ImagePullBackOff" in calm.output("kubectl get pods -l app=eventa-worker")
    assert deployment(calm, "eventa-worker")["status"]["availableReplicas"] == 3

    calm.control("speed", speed=600)
    calm.pass_time(700)
    stuck = calm.run("kubectl rollout status deployment/eventa-worker --timeout=3s")
    assert "exceeded its progress deadline" in stuck.stderr
    calm.control("speed", speed=20)
    calm.output("kubectl rollout undo deployment/eventa-worker")
    assert "successfully" in calm.output("kubectl rollout status deployment/eventa-worker --timeout=30s")


def test_scaling_and_restarting_replace_and_add_pods(calm: Drill) -> None:
    former = set(calm.output("kubectl get pods -l app=eventa-api -o name").split())
    assert "scaled" in calm.output("kubectl scale deployment/eventa-api --replicas=8")
    assert "restarted" in calm.output("kubectl rollout restart deployment/eventa-api")
    calm.output("kubectl rollout status deployment/eventa-api --timeout=30s")
    present = set(calm.output("kubectl get pods -l app=eventa-api -o name").split())

    assert len(present) == 8
    assert not present & former


def test_what_kubectl_prints_are_the_servers_own_columns(calm: Drill) -> None:
    lines = calm.output("kubectl get deployments,replicasets -o wide").splitlines()

    assert lines[0].split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "CONTAINERS", "IMAGES", "SELECTOR"]
    assert "registry.eventa.app/eventa-api:4.18.2" in "\n".join(lines)
    assert "v1.33" in calm.output("kubectl version")
    assert "deploy" in calm.output("kubectl api-resources")


def test_a_watch_delivers_changes_while_they_happen(calm: Drill) -> None:
    text = calm.output(
        "timeout 20 kubectl get pods -l app=eventa-worker --watch-only -o name > seen & watcher=$!;"
        " until grep -q . seen 2>/dev/null; do kubectl delete --now $(kubectl get pods -l app=eventa-worker -o name"
        " | head -n 1) >/dev/null || exit 1; done; kill $watcher; cat seen"
    )

    assert "pod/eventa-worker-" in text


def test_a_watch_from_a_version_that_is_forgotten_says_so(calm: Drill) -> None:
    text = calm.output("kubectl get --raw '/apis/apps/v1/deployments?watch=true&resourceVersion=1&timeoutSeconds=2'")

    assert json.loads(text)["object"]["code"] == 410


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("kubectl get deployment nosuch", 'deployments.apps "nosuch" not found'),
        ("kubectl scale deployment/eventa-api --replicas=-1", "must"),
        ("kubectl delete deployment eventa-api", "does not allow this method"),
        ("kubectl --token=wrong get pods", "Unauthorized"),
        ("kubectl logs nosuch", "not found"),
    ],
)
def test_a_refusal_is_one_that_kubectl_can_explain(calm: Drill, command: str, says: str) -> None:
    done = calm.run(command)

    assert done.returncode == 1
    assert says in done.stderr


def test_the_python_client_reads_and_watches(calm: Drill) -> None:
    from kubernetes import client, config, watch

    loaded = config.new_client_from_config(str(calm.world.folder / "kubeconfig"))
    apps = client.AppsV1Api(loaded)
    names = {found.metadata.name for found in apps.list_namespaced_deployment("default").items}
    assert names == {"eventa-api", "eventa-frontend", "eventa-worker"}
    assert client.CoreV1Api(loaded).read_namespace("default").status.phase == "Active"

    seen = watch.Watch().stream(apps.list_namespaced_deployment, "default", timeout_seconds=1)
    assert {change["object"].metadata.name for change in seen} == names


def test_a_pod_whose_image_does_not_exist_says_so_in_its_events_and_its_description(
    make_drill: Callable[..., Drill],
) -> None:
    drill = make_drill(seed=21, speed=20)
    drill.output("kubectl set image deployment/eventa-worker worker=registry.eventa.app/eventa-worker:0.0.0")
    drill.pass_time(60)

    warnings = drill.output("kubectl get events --field-selector type=Warning")
    assert re.search(r"Warning +Failed +pod/eventa-worker-\S+ +Failed to pull image", warnings)
    broken = "$(kubectl get pods -l app=eventa-worker --field-selector status.phase=Pending -o name)"
    described = drill.output(f"kubectl describe {broken}")
    assert re.search(r"Reason: +ImagePullBackOff", described)
    assert re.search(r"BackOff +\S+ \(x\d+ over \S+\) +kubelet", described)
    assert "1 unavailable" in drill.output("kubectl describe deployment eventa-worker")
    drill.output("kubectl rollout undo deployment/eventa-worker")
    history = drill.output("kubectl get replicasets -l app=eventa-worker -o yaml")
    assert 'deployment.kubernetes.io/revision-history: "77"' in history


def test_a_program_without_enough_memory_is_killed_over_and_over(calm: Drill) -> None:
    calm.output("kubectl set resources deployment/eventa-worker --limits=memory=32Mi")
    calm.pass_time(45)
    assert re.search(r"0/1 +CrashLoopBackOff +[23] ", calm.output("kubectl get pods -l app=eventa-worker"))
    assert re.search(r"Reason: +OOMKilled", calm.output("kubectl describe pods -l app=eventa-worker"))
    calm.output("kubectl rollout undo deployment/eventa-worker")
    calm.output("kubectl rollout status deployment/eventa-worker --timeout=30s")


def test_a_pod_that_asks_for_more_than_a_node_has_is_never_placed(calm: Drill) -> None:
    calm.output("kubectl set resources deployment/eventa-worker --requests=cpu=64")
    calm.pass_time(10)
    pods = calm.output("kubectl get pods -l app=eventa-worker -o wide")
    assert re.search(r"0/1 +Pending +0 +\S+ +<none> +<none>", pods)
    assert "Insufficient cpu" in calm.output("kubectl get events --field-selector reason=FailedScheduling")
    calm.output("kubectl rollout undo deployment/eventa-worker")
