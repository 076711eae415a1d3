"""A deployment's history, read from its replica sets: what each revision changed, and when. Pure.

A replica set that is rolled back to gets a new number and keeps the day on which it was made, so that the moment of a
roll-back is only known for the revision that is rolled out now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.rollout import Deployment, Difference, DifferenceKind, Revision
from eventa_cockpit.integrations.decoding import utc
from eventa_cockpit.integrations.kubernetes_objects import (
    CHANGE_CAUSE,
    FORMER_REVISIONS,
    RESTARTED_AT,
    REVISION,
    Container,
    ReplicaSet,
    Resources,
    Template,
)

KEPT = 12
"""Revisions of one deployment that are told; Kubernetes itself keeps eleven."""
LONGEST_CAUSE = 200


class _Entry(NamedTuple):
    number: int
    replica_set: ReplicaSet
    is_newest_number: bool
    """Of its replica set's numbers."""
    is_first_number: bool


def revisions(deployment: Deployment, replica_sets: Collection[ReplicaSet], now: datetime) -> tuple[Revision, ...]:
    """The newest first."""
    entries = sorted(_entries(replica_sets), key=lambda entry: entry.number)[-KEPT - 1 :]
    told = [_revision(deployment, *pair, now) for pair in zip([None, *entries], entries, strict=False)]
    return tuple(reversed(told))[:KEPT]


def _entries(replica_sets: Collection[ReplicaSet]) -> Iterator[_Entry]:
    for replica_set in replica_sets:
        annotations = replica_set.metadata.annotations
        written = [*annotations.get(FORMER_REVISIONS, "").split(","), annotations.get(REVISION, "")]
        numbers = [int(number) for number in written if number.isdecimal() and len(number) < 10]
        for place, number in enumerate(numbers):
            yield _Entry(number, replica_set, place == len(numbers) - 1, place == 0)


def _revision(deployment: Deployment, before: _Entry | None, entry: _Entry, now: datetime) -> Revision:
    made = entry.replica_set.metadata
    is_current = entry.is_newest_number and entry.number == deployment.revision
    at = made.creation_timestamp if entry.is_first_number else deployment.changed_at if is_current else None
    template = entry.replica_set.spec.template
    former = before.replica_set.spec.template if before is not None else None
    differences = tuple(_differences(former, template)) if former is not None and template is not None else ()
    # The cause is the replica set's, so that it belongs to the number that it has now.
    cause = made.annotations.get(CHANGE_CAUSE, "") if entry.is_newest_number else ""
    return Revision(
        deployment=deployment.name,
        number=entry.number,
        image=image_of(template) if template is not None else "",
        at=min(utc(at), now) if at is not None else None,
        cause=clean_line(cause)[:LONGEST_CAUSE],
        differences=differences,
        is_current=is_current,
        is_return=not entry.is_first_number,
    )


def image_of(template: Template) -> str:
    return clean_line(", ".join(container.image for container in template.spec.containers))


def _differences(before: Template, after: Template) -> Iterator[Difference]:
    """In the order in which a reader wants them; a template that differs in nothing that we read is told as well."""
    found = list(_container_differences(before, after))
    restarted = after.metadata.annotations.get(RESTARTED_AT, "")
    if restarted != before.metadata.annotations.get(RESTARTED_AT, ""):
        found.append(Difference(DifferenceKind.RESTART, after=clean_line(restarted)[:40]))
    order = list(DifferenceKind)
    yield from sorted(found, key=lambda each: order.index(each.kind)) or [Difference(DifferenceKind.OTHER)]


def _container_differences(before: Template, after: Template) -> Iterator[Difference]:
    olds, news = _containers(before), _containers(after)
    for name in dict.fromkeys((*olds, *news)):
        old, new = olds.get(name), news.get(name)
        if old is None or new is None:
            yield Difference(
                DifferenceKind.CONTAINER,
                clean_line(name),
                before=clean_line(old.image) if old is not None else "",
                after=clean_line(new.image) if new is not None else "",
                is_addition=old is None,
                is_removal=new is None,
            )
            continue
        if old.image != new.image:
            yield Difference(DifferenceKind.IMAGE, clean_line(name), "", clean_line(old.image), clean_line(new.image))
        yield from _variable_differences(old, new)
        yield from _resource_differences(clean_line(name), old.resources, new.resources)


def _containers(template: Template) -> dict[str, Container]:
    spec = template.spec
    return {container.name: container for container in (*spec.init_containers, *spec.containers)}


def _variable_differences(old: Container, new: Container) -> Iterator[Difference]:
    """Names only: a value may be a password."""
    olds = {variable.name: (variable.value, variable.value_from) for variable in old.env}
    news = {variable.name: (variable.value, variable.value_from) for variable in new.env}
    for name in dict.fromkeys((*olds, *news)):
        if olds.get(name) != news.get(name):
            yield Difference(
                DifferenceKind.VARIABLE,
                clean_line(new.name),
                clean_line(name),
                is_addition=name not in olds,
                is_removal=name not in news,
            )


def _resource_differences(container: str, old: Resources, new: Resources) -> Iterator[Difference]:
    olds, news = _quantities(old), _quantities(new)
    for name in dict.fromkeys((*olds, *news)):
        if olds.get(name) != news.get(name):
            yield Difference(
                DifferenceKind.RESOURCES,
                container,
                clean_line(name),
                olds.get(name, ""),
                news.get(name, ""),
                is_addition=name not in olds,
                is_removal=name not in news,
            )


def _quantities(resources: Resources) -> dict[str, str]:
    every = (("limits", resources.limits), ("requests", resources.requests))
    return {f"{kind}.{name}": clean_line(str(value)) for kind, values in every for name, value in values.items()}
