"""The cluster's own events, folded: what was said of several pods of a deployment, or said again, is told once. Pure.

API: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.rollout import ClusterEvent
from eventa_cockpit.integrations.decoding import utc
from eventa_cockpit.integrations.kubernetes_objects import ObjectReference, RawEvent

OwnerOf = Callable[[ObjectReference], str | None]
"""Name of the deployment that an object belongs to, empty for one of its own, None for one that is not asked for."""

KEPT = 60
"""Folded events: more than anybody reads at night."""
LONGEST_MESSAGE = 400
ANY = "…"
"""In a folded message, where the name of each object stood."""


@dataclass(slots=True)
class _Fold:
    newest: RawEvent
    at: datetime
    first_at: datetime
    count: int = 0
    uids: set[str] = field(default_factory=set)


def cluster_events(events: Iterable[RawEvent], owner_of: OwnerOf, now: datetime) -> tuple[ClusterEvent, ...]:
    """Warnings first, the newest first among them."""
    folds: dict[tuple[str, ...], _Fold] = {}
    names: dict[tuple[str, ...], str] = {}
    for event in events:
        about = event.involved_object
        owner = owner_of(about)
        if owner is None:
            continue
        at, first_at = _moments(event, now)
        key = (event.type, event.reason, about.kind, owner or about.name, _without_names(event))
        names[key] = owner or about.name
        fold = folds.setdefault(key, _Fold(event, at, first_at))
        if at >= fold.at:
            fold.newest, fold.at = event, at
        fold.first_at = min(fold.first_at, first_at)
        fold.count += _count(event)
        fold.uids.add(about.uid or about.name)
    told = [_told(fold, names[key], key[-1]) for key, fold in folds.items()]
    return tuple(sorted(told, key=lambda event: (not event.is_warning, -event.at.timestamp(), event.name)))[:KEPT]


def _told(fold: _Fold, name: str, message: str) -> ClusterEvent:
    event = fold.newest
    text = message if message and len(fold.uids) > 1 else " ".join((event.message or "").split())
    return ClusterEvent(
        is_warning=event.type == "Warning",
        reason=clean_line(event.reason)[:80],
        kind=clean_line(event.involved_object.kind)[:80],
        name=clean_line(name),
        message=clean_line(text)[:LONGEST_MESSAGE],
        at=fold.at,
        first_at=fold.first_at,
        count=fold.count,
        objects=len(fold.uids),
    )


def _without_names(event: RawEvent) -> str:
    """The message with what is different for each pod taken out, so that those of one deployment are the same.

    Of what is not a warning, the reason is enough: a roll-out scales its replica sets a dozen times.
    """
    if event.type != "Warning":
        return ""
    text = " ".join((event.message or "").split())
    for mark in (event.involved_object.uid, event.involved_object.name):
        if mark:
            text = text.replace(mark, ANY)
    return text


def _count(event: RawEvent) -> int:
    return max(event.series.count if event.series is not None else event.count or 1, 1)


def _moments(event: RawEvent, now: datetime) -> tuple[datetime, datetime]:
    """When it was last and first said; never later than now."""
    made = event.metadata.creation_timestamp or now
    observed = event.series.last_observed_time if event.series is not None else None
    last = observed or event.last_timestamp or event.event_time or made
    first = event.first_timestamp or event.event_time or made
    at = min(utc(last), now)
    return at, min(utc(first), at)
