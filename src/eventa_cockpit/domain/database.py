"""Database metrics of one instance."""

from __future__ import annotations

from dataclasses import dataclass

from eventa_cockpit.domain.reading import Reading


@dataclass(frozen=True, slots=True)
class DatabaseReadings:
    """The instance's metrics in the order in which they are shown."""

    instance: str
    readings: tuple[Reading, ...] = ()
    is_partial: bool = False
    """The upstream said that some data is missing (`PartialData`), or last week could not be read."""
    engine: str = ""
    """RDS' word for it: `mysql`, `aurora-mysql`."""

    def reading(self, metric: str) -> Reading | None:
        return next((reading for reading in self.readings if reading.metric == metric), None)
