"""Pods that do not serve, and why, in the words that `kubectl get pods` and `kubectl describe pod` use. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.rollout import PodTrouble
from eventa_cockpit.integrations.decoding import utc
from eventa_cockpit.integrations.kubernetes_objects import ContainerStatus, Pod, Terminated

OwnerOf = Callable[[Pod], str]
"""Name of a pod's deployment, or empty when it belongs to none that is asked for."""

PATIENCE = timedelta(seconds=60)
"""What every start and every end takes is no trouble before that."""
FRESH_RESTART = timedelta(minutes=15)
"""So long a pod that serves again is still told."""
LONGEST_MESSAGE = 400
ORDINARY_WAITS = frozenset({"", "ContainerCreating", "PodInitializing"})


@dataclass(frozen=True, slots=True)
class _Reason:
    word: str
    message: str = ""
    container: ContainerStatus | None = None
    since: datetime | None = None
    is_serving: bool = False


def pod_troubles(pods: Iterable[Pod], owner_of: OwnerOf, now: datetime) -> tuple[PodTrouble, ...]:
    """Worst first: what does not serve, the most restarts, the oldest."""
    found = [_trouble(pod, reason, owner_of(pod), now) for pod in pods if (reason := _reason(pod, now)) is not None]
    return tuple(sorted((trouble for trouble in found if trouble.deployment), key=_order))


def _order(trouble: PodTrouble) -> tuple[bool, int, float, str]:
    since = trouble.since.timestamp() if trouble.since is not None else 0.0
    return (trouble.is_serving, -trouble.restarts, since, trouble.name)


def _trouble(pod: Pod, reason: _Reason, deployment: str, now: datetime) -> PodTrouble:
    last = _last_end(reason.container)
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    since = reason.since or pod.metadata.creation_timestamp
    return PodTrouble(
        namespace=clean_line(pod.metadata.namespace),
        name=clean_line(pod.metadata.name),
        deployment=clean_line(deployment),
        reason=clean_line(reason.word)[:80],
        message=clean_line(" ".join(reason.message.split()))[:LONGEST_MESSAGE],
        container=clean_line(reason.container.name) if reason.container is not None else "",
        last_end=clean_line(last.reason) if last is not None else "",
        exit_code=last.exit_code if last is not None else None,
        restarts=sum(status.restart_count for status in statuses),
        since=min(utc(since), now) if since is not None else None,
        is_serving=reason.is_serving,
    )


def _last_end(container: ContainerStatus | None) -> Terminated | None:
    if container is None:
        return None
    return container.state.terminated or container.last_state.terminated


def _reason(pod: Pod, now: datetime) -> _Reason | None:
    """The first thing that keeps the pod from serving; None for one that serves, starts, ends or is done."""
    status = pod.status
    if pod.metadata.deletion_timestamp is not None:
        is_late = now - utc(pod.metadata.deletion_timestamp) > PATIENCE
        return _Reason("Terminating", since=pod.metadata.deletion_timestamp) if is_late else None
    if status.phase == "Succeeded":
        return None
    if status.phase in ("Failed", "Unknown"):
        container = next((each for each in status.container_statuses if each.state.terminated is not None), None)
        return _Reason(status.reason or status.phase, status.message, container)
    scheduled = status.condition("PodScheduled")
    if scheduled is not None and scheduled.status == "False":
        return _Reason(scheduled.reason or "Unschedulable", scheduled.message)
    is_late = pod.metadata.creation_timestamp is None or now - utc(pod.metadata.creation_timestamp) > PATIENCE
    return next(_container_reasons(pod, now, is_late=is_late), None)


def _container_reasons(pod: Pod, now: datetime, *, is_late: bool) -> Iterator[_Reason]:
    status = pod.status
    for container in status.init_container_statuses:
        found = _container_reason(container, is_late=is_late and not container.ready)
        if found is not None and not container.ready:
            yield _Reason(f"Init:{found.word}", found.message, container)
    for container in status.container_statuses:
        found = _container_reason(container, is_late=is_late)
        if found is not None:
            yield found
    for container in status.container_statuses:
        if container.state.running is not None and not container.ready and is_late:
            ready = status.condition("Ready")
            yield _Reason("NotReady", ready.message if ready is not None else "", container)
    for container in status.container_statuses:
        end = container.last_state.terminated
        if container.ready and end is not None and end.finished_at and now - utc(end.finished_at) < FRESH_RESTART:
            yield _Reason("Restarted", end.message, container, end.finished_at, is_serving=True)


def _container_reason(container: ContainerStatus, *, is_late: bool) -> _Reason | None:
    waiting, ended = container.state.waiting, container.state.terminated
    if ended is not None:
        if ended.exit_code == 0 and ended.reason in ("", "Completed"):
            return None
        return _Reason(ended.reason or "Error", ended.message, container)
    if waiting is None or (waiting.reason in ORDINARY_WAITS and not is_late):
        return None
    if waiting.reason == "PodInitializing":  # the init container that holds it up is told
        return None
    last = container.last_state.terminated
    # What the program itself said last tells more than that it is not started for a while.
    message = (last.message if last is not None else "") or waiting.message
    return _Reason(waiting.reason or "Waiting", message, container)
