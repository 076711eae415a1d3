"""Events as the cluster keeps them: what is said again of the same object is counted, not written anew."""

from __future__ import annotations

from eventa_cockpit.simulator.kube import objects
from eventa_cockpit.simulator.kube.store import Moment, Object, Store

SCHEDULER = "default-scheduler"
KUBELET = "kubelet"
CONTROLLER = "deployment-controller"


class Teller:
    """Writes events into the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._said: dict[tuple[str, str, str], Object] = {}
        self._numbers = 0

    def tell(
        self, subject: Object, now_s: float, reason: str, message: str, *, by: str, is_warning: bool = False
    ) -> None:
        key = (subject["metadata"]["uid"], reason, message)
        event = self._said.get(key)
        if event is None:
            self._numbers += 1
            kind = "Warning" if is_warning else "Normal"
            made = objects.event(subject, now_s, self._numbers, reason, message, kind, by)
            self._said[key] = self._store.add("events", made)
        else:
            event["count"] += 1
            event["lastTimestamp"] = Moment(now_s)
            self._store.touch("events", event)

    def forget(self) -> None:
        """As if all of them had been said more than an hour ago."""
        for event in self._store.list("events"):
            self._store.delete("events", event)
        self._said.clear()
