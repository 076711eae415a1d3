"""The lines that Loki keeps: each gets its moment when it is written and never another, however fast the drill runs."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.model.service_log import lines_of
from eventa_cockpit.simulator.world import World

KEPT = 60_000
SERVICE = "eventa"


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line in its stream."""

    number: int
    """In the order in which they came to be kept."""
    ns: int
    labels: tuple[tuple[str, str], ...]
    text: str


class LogStore:
    """Grows with the world; asked under the simulation's lock only."""

    def __init__(self) -> None:
        self._lines: deque[StoredLine] = deque(maxlen=KEPT)
        self._numbers = count()
        self._written_s = float("-inf")

    def catch_up(self, world: World, reading: ClockReading) -> None:
        """Write what the world's programs have said since."""
        fresh = [sample for sample in world.history if sample.at_s > self._written_s]
        for sample in fresh:
            for line in lines_of(sample, world.seed):
                labels = {"service": SERVICE, "app": line.app, "level": line.level, "env": "prod"}
                self.write(reading.wall(line.at_s), labels, line.text)
            self._written_s = sample.at_s

    def write(self, moment: datetime, labels: dict[str, str], text: str) -> None:
        """Keep one line."""
        number = next(self._numbers)
        # Two lines of one stream at one moment would be one to Loki: their number makes the difference.
        ns = int(moment.timestamp() * 1_000_000) * 1000 + number % 1000
        self._lines.append(StoredLine(number, ns, tuple(sorted(labels.items())), text))

    def after(self, number: int) -> list[StoredLine]:
        """What was kept after the line of that number; -1 means everything."""
        place = bisect_right(self._lines, number, key=lambda line: line.number)
        return [self._lines[index] for index in range(place, len(self._lines))]

    def between(self, start_ns: int, end_ns: int) -> list[StoredLine]:
        """Lines from the start up to, but not at, the end; in the order of their time."""
        found = (line for line in self._lines if start_ns <= line.ns < end_ns)
        return sorted(found, key=lambda line: line.ns)
