"""Events for tests, numbered and clocked as one or more sessions would write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.event import Event, Fact

BEGAN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Writing:
    """Sessions that take turns: each event follows everything before it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._numbers: dict[str, int] = {}

    def by(self, name: str, *new: Fact, key: str = "") -> Event:
        for fact in new:
            number = self._numbers[name] = self._numbers.get(name, 0) + 1
            clock = len(self.events) + 1
            at = BEGAN + timedelta(minutes=clock)
            event = Event(
                "INC-1", f"session-{name}", number, clock, 1000, name, at, "boot", timedelta(minutes=clock), fact, key
            )
            self.events.append(event)
        return self.events[-1]
