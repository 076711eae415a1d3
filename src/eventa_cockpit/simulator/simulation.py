"""The world and its clock together: what every server of the simulator asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from eventa_cockpit.simulator.clock import Clock, ClockReading
from eventa_cockpit.simulator.world import World


class Simulation:
    """Gives out the world as it is now, to one server at a time."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._kept: list[object] = []
        self.clock = clock

    def keep(self, kept: object) -> None:
        """Hold on to something for as long as the simulation lives."""
        self._kept.append(kept)

    @contextmanager
    def now(self) -> Iterator[tuple[World, ClockReading]]:
        """The world, brought up to this instant, and the instant on both clocks."""
        with self._lock:
            reading = self.clock.reading()
            self._world.advance(reading.now_s)
            yield self._world, reading
