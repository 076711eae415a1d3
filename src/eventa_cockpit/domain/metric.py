"""What the team's own queries say: latency, error rates, payments, whatever a monitoring system can be asked."""

from __future__ import annotations

from dataclasses import dataclass

from eventa_cockpit.domain.reading import Reading


@dataclass(frozen=True, slots=True)
class MetricReadings:
    """The readings in the order of their queries. One that could not be read is among them and says why."""

    readings: tuple[Reading, ...] = ()
    warnings: tuple[str, ...] = ()
    """What the upstream remarks about its own answers, each as one cleaned line."""

    @property
    def is_partial(self) -> bool:
        """Some query has no value that is true of now."""
        return any(reading.problem for reading in self.readings)

    def reading(self, metric: str) -> Reading | None:
        return next((reading for reading in self.readings if reading.metric == metric), None)
