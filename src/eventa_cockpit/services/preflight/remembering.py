"""Preflights of this cockpit: begun when a runbook is opened, remembered for some minutes, asked before a step runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eventa_cockpit.config import Config
from eventa_cockpit.domain.preflight import Preflight
from eventa_cockpit.domain.runbook import Command, Runbook, Step
from eventa_cockpit.services import crossing
from eventa_cockpit.services.diagnosis.tools import programs_in
from eventa_cockpit.services.preflight.examining import examine
from eventa_cockpit.services.preflight.ground import Ground

GOOD_FOR = timedelta(minutes=5)
"""A login may end, and somebody may choose another context."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Preflights:
    """One environment's. Create and use it on one event loop; `hindrance` also from a thread."""

    def __init__(
        self,
        config: Config,
        state: Path,
        *,
        caller: Mapping[str, str] = os.environ,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._config = config
        self._state = state
        self._caller = caller
        self._clock = clock
        self._reports: dict[str, Preflight] = {}
        self._tasks: dict[str, asyncio.Task[Preflight]] = {}
        self._listener: Callable[[], None] = lambda: None

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Calls `listener` on the event loop whenever a report has grown."""
        self._listener = listener

    def report(self, runbook: str) -> Preflight | None:
        """What is known so far, also when it is old; None before the first one was begun."""
        return self._reports.get(runbook)

    def begin(self, runbook: Runbook, given: Mapping[str, str], *, anew: bool = False) -> None:
        """Start one unless one is under way, or a young one is remembered; `anew` only waits for the one under way.

        `given` holds the parameters of this incident, of which only the names count.
        """
        task, known = self._tasks.get(runbook.id), self._reports.get(runbook.id)
        if task is not None and not task.done():
            return
        if known is not None and not anew and self._clock() - known.at < GOOD_FOR:
            return
        names = frozenset(name for name, value in given.items() if value)
        ground = Ground(runbook, self._config, self._caller, self._state, names)
        work = examine(ground, self._clock(), self._take)
        self._tasks[runbook.id] = asyncio.get_running_loop().create_task(work, name=f"preflight {runbook.id}")

    async def finished(self, runbook: str) -> Preflight | None:
        """The report, once it is complete; None when none was begun."""
        task = self._tasks.get(runbook)
        return await asyncio.shield(task) if task is not None else self._reports.get(runbook)

    def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    def hindrance(self, runbook: Runbook, step: Step, command: Command, values: Mapping[str, str]) -> str:
        """Why this command must not run here, in one sentence; empty when nothing that is known speaks against it."""
        found = crossing.crossing(self._config, step, command, values)
        if found is not None:
            return crossing.sentence(found, self._config.environment)
        report = self._reports.get(runbook.id)
        if report is None or not report.blocks:
            return ""
        return report.blocked_because(frozenset(programs_in(command)), command.text)

    def _take(self, report: Preflight) -> None:
        known = self._reports.get(report.runbook)
        # What is known of before stays until the new one is whole: a block must not vanish while it is looked at again.
        if report.is_complete or known is None or not known.is_complete:
            self._reports[report.runbook] = report
        self._listener()
