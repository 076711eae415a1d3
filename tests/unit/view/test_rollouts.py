"""The roll-outs pane, compact and at full size."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.board import ROLLOUTS, Board, Feed
from eventa_cockpit.domain.rollout import (
    ClusterEvent,
    Deployment,
    Difference,
    DifferenceKind,
    PodTrouble,
    Revision,
    RolloutList,
    RolloutState,
)
from eventa_cockpit.widgets.view import cluster, rollouts
from eventa_cockpit.widgets.view.lines import Line, fit, width_of

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
API = Deployment("default", "eventa-api", RolloutState.STUCK, 6, 2, 5, 119, reason="ProgressDeadlineExceeded: too slow")


def pod(number: int, reason: str = "CrashLoopBackOff", **more: object) -> PodTrouble:
    fields = {"last_end": "OOMKilled", "exit_code": 137, "restarts": 4, "message": "out of memory", **more}
    return PodTrouble("default", f"eventa-api-x-{number}", "eventa-api", reason, since=NOW, **fields)  # type: ignore[arg-type]


FOUND = RolloutList(
    deployments=(API,),
    pods=(pod(1), pod(2), pod(3, "Unschedulable", last_end="", exit_code=None, restarts=0, message="0/3 nodes")),
    events=(
        ClusterEvent(True, "BackOff", "Pod", "eventa-api", "Back-off restarting …", NOW, NOW, count=12, objects=3),
        ClusterEvent(False, "ScalingReplicaSet", "Deployment", "eventa-api", "Scaled up", NOW, NOW),
    ),
    revisions=(
        Revision(
            "eventa-api",
            119,
            "registry/eventa-api:4.19.0",
            NOW - timedelta(minutes=9),
            differences=(
                Difference(
                    DifferenceKind.IMAGE, "api", before="registry/eventa-api:4.18.2", after="registry/eventa-api:4.19.0"
                ),
                Difference(DifferenceKind.VARIABLE, "api", "API_KEY"),
                Difference(DifferenceKind.RESOURCES, "api", "limits.memory", "", "32Mi", is_addition=True),
            ),
            is_current=True,
        ),
        Revision("eventa-api", 118, "registry/eventa-api:4.18.2", None, "ABC-7"),
    ),
    unread=("Events could not be read: no.",),
)


def board(found: RolloutList) -> Board:
    return Board().with_feed(Feed(ROLLOUTS, timedelta(seconds=40), found, NOW, vendor="Kubernetes"))


def text(lines: list[Line], width: int) -> str:
    assert all(width_of(fit(line, width)) == width for line in lines)
    return "\n".join("".join(span.text for span in fit(line, width)).rstrip() for line in lines)


def test_pods_with_the_same_trouble_are_one_row_under_their_deployment() -> None:
    shown = text(rollouts.rows(board(FOUND), NOW, UTC, 72), 72).splitlines()
    assert shown[0].startswith("✗ eventa-api stuck")
    assert shown[2] == "  ✗ 2 pods CrashLoopBackOff (OOMKilled, exit 137)".ljust(61) + " 8 restarts"
    assert shown[3] == "    out of memory"
    assert shown[4] == "  ✗ 1 pod Unschedulable"
    assert shown[-1] == "⚠ Events could not be read: no."


def test_a_pod_of_no_deployment_is_named() -> None:
    found = RolloutList(pods=(PodTrouble("default", "cron-1-x", "cron-1", "Error"),))
    assert "✗ cron-1: 1 pod Error" in text(rollouts.rows(board(found), NOW, UTC, 60), 60)


def test_at_full_size_every_pod_every_revision_and_every_event_is_told() -> None:
    shown = text(cluster.rows(board(FOUND), NOW, UTC, 100), 100)
    for words in (
        "eventa-api-x-1 CrashLoopBackOff (OOMKilled, exit 137)",
        "rev 119 17:51 4.19.0",
        "image 4.18.2 → 4.19.0, ~API_KEY, limits.memory – → 32Mi",
        "rev 118 –     4.18.2  ABC-7",
        "⚠ BackOff pod/eventa-api",
        "×12",
        "⚠ Events could not be read: no.",
    ):
        assert words in shown, shown


def test_rows_that_the_cursor_can_reach_are_told_apart() -> None:
    keys = [line.key for line in cluster.rows(board(FOUND), NOW, UTC, 100) if line.key]
    assert len(keys) == len(set(keys)) == 8


def test_nothing_wrong_is_said_as_such() -> None:
    quiet = RolloutList((Deployment("default", "a", RolloutState.COMPLETE, 1, 1, 1, 1),))
    shown = text(cluster.rows(board(quiet), NOW, UTC, 60), 60)
    assert shown.count("None.") == 2
    assert "Nothing is known." in shown
