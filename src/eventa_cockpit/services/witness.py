"""The witness: stamps what was measured before and after each step onto the record, whoever ran it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.check import PATIENCE, Quantity, quantities
from eventa_cockpit.domain.evidence import EvidenceTaken, Moment, Stamp
from eventa_cockpit.domain.incident import Attempt, Incident

EFFECT = timedelta(minutes=2)
"""How long after its end a step's effect is looked for: metrics of a minute need two to show it."""


class Witness:
    """Only fresh measurements are stamped; what is not known stays away, and is never taken for unchanged."""

    def __init__(self, board: Callable[[], Board], clock: Callable[[], datetime]) -> None:
        self._board = board
        self._clock = clock

    def before(self, runbook: str, step: str, run_id: str = "") -> EvidenceTaken | None:
        """What is known now, just as a step begins; None when nothing is."""
        return _evidence(runbook, step, run_id, Moment.BEFORE, self._known())

    def afterwards(self, incident: Incident) -> Mapping[str, EvidenceTaken]:
        """Idempotence key → fact, for every ended run whose effect can be told by now."""
        found: dict[str, EvidenceTaken] = {}
        for (runbook, step), record in incident.steps.items():
            newest = next(iter(record.attempts), None)
            evidence = incident.evidence_of(runbook, step)
            if newest is None or not evidence.before or evidence.after:
                continue
            stamps = self._after(newest)
            taken = _evidence(runbook, step, newest.run_id, Moment.AFTER, stamps) if stamps else None
            if taken is not None:
                found[f"{newest.run_id}/{Moment.AFTER}"] = taken
        return found

    def _after(self, attempt: Attempt) -> tuple[Quantity, ...]:
        """Measured long enough after the run's end; nothing until all are, or until it is too late to wait."""
        if attempt.ended_at is None or not attempt.has_started:
            return ()
        since = attempt.ended_at + EFFECT
        known = self._known()
        later = tuple(entry for entry in known if entry.at >= since)
        is_whole = len(later) == len(known)
        return later if is_whole or self._clock() >= since + PATIENCE else ()

    def _known(self) -> tuple[Quantity, ...]:
        return tuple(entry for entry in quantities(self._board(), self._clock()) if entry.is_fresh)


def _evidence(runbook: str, step: str, run_id: str, moment: Moment, known: Iterable[Quantity]) -> EvidenceTaken | None:
    stamps = tuple(Stamp(entry.names[0], entry.value, entry.unit, entry.at) for entry in known)
    return EvidenceTaken(runbook, step, moment, stamps, run_id) if stamps else None
