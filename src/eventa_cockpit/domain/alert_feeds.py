"""Several sources of alerts as one feed: each has a poller, an age and a failure of its own; people read one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eventa_cockpit.domain.alert import AlertList, merged
from eventa_cockpit.domain.board import ALERTS, Feed

Part = Feed[AlertList]


def as_one(parts: Sequence[Part]) -> Part:
    """The alerts of all parts. It is as old as the part that goes stale first, and fails as soon as one of them does:
    that part's vendor, age and failure stand for the whole, the other failing ones are named in `unreachable`.

    The last good list of a failing part stays in: an alert does not end because nobody can be asked about it.
    """
    failing = [part for part in parts if part.failure is not None]
    answered = [part for part in parts if part.value is not None and part.at is not None]
    if not answered:
        return replace((failing or parts)[0], source=ALERTS)
    oldest = min(answered, key=_stale_at)
    spokesman = failing[0] if failing else oldest
    return Feed(
        source=ALERTS,
        stale_after=oldest.stale_after if spokesman.at is None else spokesman.stale_after,
        value=_value(parts, failing[1:]),
        at=oldest.at if spokesman.at is None else spokesman.at,
        failure=spokesman.failure,
        next_try=spokesman.next_try,
        vendor=spokesman.vendor if failing else ", ".join(part.vendor for part in parts),
    )


def _value(parts: Sequence[Part], also_failing: Sequence[Part]) -> AlertList:
    whole = merged([part.value for part in parts if part.value is not None])
    named = tuple(f"{part.vendor}: {part.failure.detail}" for part in also_failing if part.failure is not None)
    awaited = tuple(part.vendor for part in parts if part.value is None and part.failure is None)
    return replace(whole, unreachable=(*whole.unreachable, *named), awaited=awaited)


def _stale_at(part: Part) -> float:
    return part.at.timestamp() + part.stale_after.total_seconds() if part.at is not None else 0.0
